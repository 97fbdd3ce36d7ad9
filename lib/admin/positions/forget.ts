import { isGeneric } from '../../account/account.ts';
import { Fault } from '../../fault.ts';
import { keepAdoptedId } from '../../strategy/adopted-chain.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';
import { refuseGeneric } from '../generic-limits.ts';
import { revokeLink } from '../links/revoke.ts';
import { requirePosition } from '../require.ts';

/**
 * Throws `position-not-found`, `conflict` while the position is claimed, and `invalid-input` if only its owner can state
 * the result of its last close.
 */
export async function forgetPosition(
  { services }: Pick<AdminServices, 'services'>,
  { positionId }: CommandInput<'positions.forget'>,
): Promise<CommandResult<'positions.forget'>> {
  const { store } = services;
  const position = await requirePosition(services, positionId);
  if (position.state === 'needs-attention') refuseGeneric(position.exchange, 'forget');
  // Its claim could end without a result meanwhile, and a position that was deleted blocks no market.
  if (position.state === 'claimed' && isGeneric(position.exchange))
    throw beingClosed(positionId, 'unchanged');
  const links = (await store.listLinks(positionId)).filter(({ revokedAt }) => revokedAt === undefined);
  for (const { linkId } of links) await revokeLink({ services }, { linkId });
  await keepAdoptedId(store, position);
  const isDeleted = await store.deletePosition(positionId);
  if (!isDeleted && (await store.readPosition(positionId)) !== undefined)
    throw beingClosed(positionId, 'revoked');
  return { positionId, linksRevoked: links.length };
}

function beingClosed(positionId: string, links: 'unchanged' | 'revoked'): Fault {
  const detail = `${positionId} is being closed and was not removed. Its links are ${links}.`;
  return new Fault('conflict', detail, { hint: { text: 'Try again when the close has ended.' } });
}
