import { isPositionLink } from '../../link/link.ts';
import { isPaused } from '../../link/pause.ts';
import { toPositionView } from '../../position/position-view.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';
import { linkNotFound, requirePosition } from '../require.ts';
import { syncIfActive } from '../sync-if-active.ts';
import { describeForOwner, describeLink } from './describe-link.ts';
import { toLinkView } from './link-view.ts';
import { previewStanding } from './preview-standing.ts';

/** Throws `link-not-found`, and `position-not-found` for a forgotten position. */
export async function previewLink(
  admin: Pick<AdminServices, 'services' | 'linksHalted'>,
  { linkId }: CommandInput<'links.preview'>,
): Promise<CommandResult<'links.preview'>> {
  const { services, linksHalted: halted } = admin;
  const { link, ...pause } = await services.store.readLinkAndPause(linkId);
  if (link === undefined) throw linkNotFound(linkId);
  const switches = { paused: isPaused(pause, services.now()), halted };
  if (!isPositionLink(link)) return previewStanding(admin, link, switches);
  const position = await syncIfActive(admin, await requirePosition(services, link.positionId));
  const view = toLinkView(link, { position }, services.now());
  return {
    link: view,
    position: toPositionView(position),
    positions: [],
    leftOut: [],
    ...describeLink(view, position, switches),
  };
}

/** Throws `position-not-found`. */
export async function previewPosition(
  admin: Pick<AdminServices, 'services' | 'linksHalted'>,
  { positionId, percent }: CommandInput<'positions.preview'>,
): Promise<CommandResult<'positions.preview'>> {
  const position = await syncIfActive(admin, await requirePosition(admin.services, positionId));
  return {
    position: toPositionView(position),
    close: describeForOwner(position, { action: 'close', percent }),
    keep: describeForOwner(position, { action: 'keep' }),
  };
}
