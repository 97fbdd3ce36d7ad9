import { isPositionLink } from '../../link/link.ts';
import { isPaused } from '../../link/pause.ts';
import { mintToken } from '../../link/token.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';
import { requirePosition } from '../require.ts';
import { syncIfActive } from '../sync-if-active.ts';
import { findPlace } from './create.ts';
import { describeLink } from './describe-link.ts';
import { toLinkView } from './link-view.ts';
import { findWarnings } from './link-warnings.ts';
import { newLink } from './new-link.ts';
import { previewStanding } from './preview-standing.ts';

/** Throws what `links.create` throws. The link and its token are stored nowhere. */
export async function planLink(
  admin: Pick<AdminServices, 'services' | 'accounts' | 'baseUrl' | 'linksHalted'>,
  input: CommandInput<'links.plan'>,
): Promise<CommandResult<'links.plan'>> {
  const { services, linksHalted: halted } = admin;
  const { store, now } = services;
  const { place, market } = await findPlace(admin, input);
  const link = newLink(input, place, mintToken(), now());
  const [warnings, pause] = await Promise.all([findWarnings(services, link, market), store.readStatus()]);
  const switches = { paused: isPaused(pause, now()), halted };
  const noted = warnings.length === 0 ? {} : { warnings };
  if (!isPositionLink(link)) {
    const { link: _, ...plan } = await previewStanding(admin, link, switches, 'planned');
    return { ...plan, ...noted };
  }
  const position = await syncIfActive(admin, await requirePosition(services, link.positionId));
  const effect = describeLink(toLinkView(link, { position }, now()), position, switches);
  const { positionId, account, symbol, side } = position;
  const row = { positionId, account, symbol, side, ...effect, why: 'The link is for this position.' };
  return { positions: [row], leftOut: [], ...effect, ...noted };
}
