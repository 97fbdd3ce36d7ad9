import { Fault } from '../../fault.ts';
import { keepAdoptedId } from '../../strategy/adopted-chain.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';
import { refuseGeneric } from '../generic-limits.ts';
import { revokeLink } from '../links/revoke.ts';
import { requirePosition } from '../require.ts';

/** Throws `position-not-found`, and `conflict` while the position is claimed. */
export async function forgetPosition(
  { services }: Pick<AdminServices, 'services'>,
  { positionId }: CommandInput<'positions.forget'>,
): Promise<CommandResult<'positions.forget'>> {
  const { store } = services;
  const position = await requirePosition(services, positionId);
  if (position.state === 'needs-attention') refuseGeneric(position.exchange, 'forget');
  const links = (await store.listLinks(positionId)).filter(({ revokedAt }) => revokedAt === undefined);
  for (const { linkId } of links) await revokeLink({ services }, { linkId });
  await keepAdoptedId(store, position);
  const isDeleted = await store.deletePosition(positionId);
  if (!isDeleted && (await store.readPosition(positionId)) !== undefined)
    throw new Fault('conflict', `${positionId} is being closed and was not removed. Its links are revoked.`, {
      hint: { text: 'Try again when the close has ended.' },
    });
  return { positionId, linksRevoked: links.length };
}
