import type { LinkView, PositionView } from '../../../lib/admin/contract/commands.ts';
import { isStanding } from '../labels.ts';
import { links } from '../store.ts';
import { isMatch } from './scope-text.ts';

/** @returns the standing links that match a position now, without those that are over. */
export function findStandingLinks(position: PositionView): LinkView[] {
  return links.value.filter(
    (link) =>
      isStanding(link) &&
      link.state !== 'revoked' &&
      link.state !== 'expired' &&
      isMatch(link.scope, position),
  );
}
