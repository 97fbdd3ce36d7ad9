import { toFault } from '../../fault.ts';
import type { Link } from '../../link/link.ts';
import { isInScope } from '../../link/scope.ts';
import { inParallel } from '../../parallel.ts';
import { isFinal, type Position } from '../../position/position.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandResult, LinkView } from '../contract/commands.ts';
import { syncIfActive } from '../sync-if-active.ts';
import { describeStandingEffect } from './describe-effect.ts';
import { type Switches, whyLinkDoesNothing } from './describe-link.ts';
import { findLeftOut } from './left-out.ts';
import { toLinkView } from './link-view.ts';

type Admin = Pick<AdminServices, 'services' | 'linksHalted'>;
type Preview = CommandResult<'links.preview'>;

/** What a standing link would do to each position, read from its exchange now. It sends nothing. */
export async function previewStanding(admin: Admin, link: Link, switches: Switches): Promise<Preview> {
  const { services } = admin;
  const { store } = services;
  const [open, state] = await Promise.all([
    store.listPositions('open', () => undefined),
    store.readLinkState(link.linkId),
  ]);
  const view = toLinkView(link, { open, state }, services.now());
  const followed = link.follows === undefined ? undefined : new Set(state.followed);
  const targets = open.filter(
    (position) =>
      isInScope(link, position) &&
      !isFinal(position.state) &&
      (followed === undefined || followed.has(position.positionId)),
  );
  const reason = whyLinkDoesNothing(view, switches);
  const positions = await inParallel(targets, 5, (position) => previewOne(admin, link, position));
  const acting = positions.filter(({ fires }) => fires).length;
  return {
    link: view,
    positions: positions.map((each) => ({ ...each, fires: each.fires && reason === undefined })),
    leftOut: findLeftOut(link, open, followed),
    fires: reason === undefined && acting > 0,
    would: describeWhole(view, { matching: positions.length, acting }, reason),
  };
}

async function previewOne(admin: Admin, link: Link, stored: Position): Promise<Preview['positions'][number]> {
  const { positionId, account, symbol, side } = stored;
  const place = { positionId, account, symbol, side };
  try {
    const position = await syncIfActive(admin, stored);
    return { ...place, ...(await describeOne(admin, link, position)) };
  } catch (thrown) {
    return { ...place, fires: false, would: `it is not known; ${toFault(thrown).detail}` };
  }
}

/** A stop depends on the price, which is not read while links are halted. */
function describeOne({ services, linksHalted }: Admin, link: Link, position: Position) {
  return link.action === 'stop' && linksHalted === true
    ? { fires: false, would: 'it is not known; the exchange is not read while links are halted.' }
    : describeStandingEffect(services, link, position);
}

interface Counts {
  matching: number;
  /** On how many it would act if it were armed. */
  acting: number;
}

function describeWhole(view: LinkView, { matching, acting }: Counts, reason: string | undefined): string {
  const when = view.follows === undefined ? 'If fired now' : 'At the message "flat" now';
  if (reason !== undefined) return `${when}: nothing changes; ${reason}${describeArmed(view, acting)}`;
  if (view.action === 'heartbeat') return `${when}: nothing changes; the link only shows that alerts arrive.`;
  if (matching === 0)
    return `${when}: nothing matches now. It acts on the positions that match when it is fired.`;
  return `${when}: acts on ${acting} of ${matching} matching ${matching === 1 ? 'position' : 'positions'}.`;
}

function describeArmed({ state }: LinkView, acting: number): string {
  if (state !== 'rehearsal') return '';
  return ` Armed, it would act on ${acting} ${acting === 1 ? 'position' : 'positions'}.`;
}
