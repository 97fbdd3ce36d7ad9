import { Fault } from '../../fault.ts';
import type { Link } from '../../link/link.ts';
import { warnOfClosing } from '../../link/watch-advice.ts';
import { changeLinkState } from '../../strategy/change-link-state.ts';
import { withoutWatchWork } from '../../strategy/watch.ts';
import { newLinkState } from '../../strategy/watch-view.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';
import { requireLink } from '../require.ts';
import { toExpiry } from './new-link.ts';
import { readLinkView } from './read-facts.ts';

/**
 * Throws `link-not-found`, `conflict` for the expiry or the watch of a revoked link, which can't work again, and
 * `invalid-input` for a watch of a link that gets no beats.
 */
export async function updateLink(
  { services: { store, now }, services }: Pick<AdminServices, 'services'>,
  { linkId, label, expiresIn, watch }: CommandInput<'links.update'>,
): Promise<CommandResult<'links.update'>> {
  const link = await requireLink(services, linkId);
  if (link.revokedAt !== undefined && (expiresIn !== undefined || watch !== undefined))
    throw new Fault('conflict', `${linkId} is revoked, permanently. Nothing was changed.`, {
      hint: { text: 'Create another link for the position.' },
    });
  if (watch !== undefined && watch !== null) requireBeats(link);
  const expiresAt = typeof expiresIn === 'number' ? toExpiry(now(), expiresIn) : expiresIn;
  await store.updateLink(linkId, { label, expiresAt, watch });
  const updated = await requireLink(services, linkId);
  // After the link: a watch that starts again is that of the new terms.
  if (watch !== undefined)
    await changeLinkState(store, linkId, (state) => ({
      ...withoutWatchWork(state),
      watch: newLinkState(updated, now()).watch,
    }));
  const view = await readLinkView(store, updated, now());
  const warnings = warnOfClosing(watch, view.watch ?? {}, now());
  return warnings.length === 0 ? { link: view } : { link: view, warnings };
}

function requireBeats({ linkId, action, follows }: Link): void {
  if (action === 'heartbeat' || follows !== undefined) return;
  throw new Fault('invalid-input', `${linkId} gets no regular alerts to watch. Nothing was changed.`, {
    hint: { text: 'Create a link with the action heartbeat, or one that follows a strategy.' },
    issues: ['watch: expected only for the action "heartbeat" and for links that follow a strategy'],
  });
}
