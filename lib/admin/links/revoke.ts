import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';
import { requireLink } from '../require.ts';
import { readPositionOf, toLinkView } from './link-view.ts';

/** Revokes a link permanently. Revoking it again changes nothing. Throws `link-not-found`. */
export async function revokeLink(
  { services }: Pick<AdminServices, 'services'>,
  { linkId }: CommandInput<'links.revoke'>,
): Promise<CommandResult<'links.revoke'>> {
  const link = await requireLink(services, linkId);
  const now = services.now();
  const revokedAt = link.revokedAt ?? new Date(now).toISOString();
  await services.store.revokeLink(link, revokedAt);
  const position = await readPositionOf(services.store, link);
  return { link: toLinkView({ ...link, revokedAt }, position, now) };
}
