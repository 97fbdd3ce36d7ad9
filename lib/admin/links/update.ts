import { Fault } from '../../fault.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';
import { requireLink } from '../require.ts';
import { toExpiry } from './create.ts';
import { readPositionOf, toLinkView } from './link-view.ts';

/** Throws `link-not-found`, and `conflict` for the expiry of a revoked link, which can't work again. */
export async function updateLink(
  { services: { store, now }, services }: Pick<AdminServices, 'services'>,
  { linkId, label, expiresIn }: CommandInput<'links.update'>,
): Promise<CommandResult<'links.update'>> {
  const link = await requireLink(services, linkId);
  if (link.revokedAt !== undefined && expiresIn !== undefined)
    throw new Fault('conflict', `${linkId} is revoked, permanently. Nothing was changed.`, {
      hint: { text: 'Create another link for the position.' },
    });
  const expiresAt = typeof expiresIn === 'number' ? toExpiry(now(), expiresIn) : expiresIn;
  await store.updateLink(linkId, { label, expiresAt });
  const [updated, position] = await Promise.all([requireLink(services, linkId), readPositionOf(store, link)]);
  return { link: toLinkView(updated, position, now()) };
}
