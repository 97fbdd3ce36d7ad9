import { Fault } from '../../fault.ts';
import type { Link } from '../../link/link.ts';
import type { LinkState } from '../../link/link-state.ts';
import { changeLinkState } from '../../strategy/change-link-state.ts';
import { withoutWatchWork } from '../../strategy/watch.ts';
import { newLinkState } from '../../strategy/watch-view.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';
import { requireLink, requirePosition } from '../require.ts';
import { readLinkView, readStateOf } from './read-facts.ts';

/**
 * Ends a pause by a restore and a rehearsal, and starts a watch again that has acted. Throws `link-not-found`,
 * `position-not-found`, `not-heard`, and `conflict` if the link is revoked or its position can't be acted on.
 */
export async function armLink(
  { services }: Pick<AdminServices, 'services'>,
  { linkId }: CommandInput<'links.arm'>,
): Promise<CommandResult<'links.arm'>> {
  const { store, now } = services;
  const link = await requireLink(services, linkId);
  if (link.positionId !== undefined) await requireActable(services, link.positionId, linkId);
  if (link.revokedAt !== undefined)
    throw new Fault('conflict', `${linkId} is revoked, permanently. Nothing was changed.`, {
      hint: { text: 'Create another link for the position.' },
    });
  const state = await readStateOf(store, link);
  refuseUnheard(link, state);
  // The watch first: once the link is armed, a watch that has acted would leave it without one.
  if (state?.watch?.state === 'tripped')
    await changeLinkState(store, linkId, (stored) => ({
      ...withoutWatchWork(stored),
      watch: newLinkState(link, now()).watch,
    }));
  const rehearsal = link.rehearsal === true ? { rehearsal: null } : {};
  await store.updateLink(linkId, { pausedReason: null, ...rehearsal });
  return { link: await readLinkView(store, await requireLink(services, linkId), now()) };
}

async function requireActable(
  services: AdminServices['services'],
  positionId: string,
  linkId: string,
): Promise<void> {
  const { state } = await requirePosition(services, positionId);
  if (state === 'needs-attention')
    throw new Fault('conflict', `${positionId} needs your attention first. ${linkId} stays as it was.`, {
      hint: { text: 'Resolve the position:', command: `positions resolve ${positionId}` },
    });
}

/** Without its own side, the first "flat" would close nothing, and its owner would believe that it does. */
function refuseUnheard({ linkId, follows, rehearsal }: Link, state: LinkState | undefined): void {
  if (follows === undefined || rehearsal !== true || state?.ownSideAt !== undefined) return;
  throw new Fault(
    'not-heard',
    `${linkId} has received no message of its own side yet, such as "long" for longs, so the first "flat" would close nothing. It stays in rehearsal.`,
    {
      hint: {
        text: "Wait for the alert's message while the strategy is in a position, then arm the link.",
      },
    },
  );
}
