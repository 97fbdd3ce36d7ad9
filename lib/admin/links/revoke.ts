import { isInScope } from '../../link/scope.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';
import { requireLink } from '../require.ts';
import { readLinkView } from './read-facts.ts';

const notes = {
  standing:
    'Hits of the last 12 s may still act on positions that they had begun with. No later hit does anything.',
  /** Targets are finished by the sweep, also for one position. */
  target: 'A hit of the last 12 s may still act on the position. No later hit does anything.',
};

/** Revokes a link permanently. Revoking it again changes nothing. Throws `link-not-found`. */
export async function revokeLink(
  { services: { store, now }, services }: Pick<AdminServices, 'services'>,
  { linkId }: CommandInput<'links.revoke'>,
): Promise<CommandResult<'links.revoke'>> {
  const link = await requireLink(services, linkId);
  const at = now();
  const revokedAt = link.revokedAt ?? new Date(at).toISOString();
  const isStanding = link.scope !== undefined;
  const hasTarget = link.action === 'stop' || link.action === 'reduce';
  const open = isStanding ? await store.listPositions('open', () => undefined) : [];
  const inScope = open.filter((position) => isInScope(link, position));
  await store.revokeLink(
    link,
    revokedAt,
    inScope.map(({ positionId }) => positionId),
  );
  const view = await readLinkView(store, { ...link, revokedAt }, at);
  if (isStanding) return { link: view, note: notes.standing };
  return hasTarget ? { link: view, note: notes.target } : { link: view };
}
