import { toFault } from '../../fault.ts';
import type { Link } from '../../link/link.ts';
import { describeScope, isInScope } from '../../link/scope.ts';
import { inParallel } from '../../parallel.ts';
import { isFinal, type Position } from '../../position/position.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandResult, LinkView } from '../contract/commands.ts';
import { syncIfActive } from '../sync-if-active.ts';
import { describeStandingEffect } from './describe-effect.ts';
import { type Switches, whyLinkDoesNothing } from './describe-link.ts';
import { findLeftOut, type Stage } from './left-out.ts';
import { toLinkView } from './link-view.ts';
import { previewAdoption } from './preview-adoption.ts';

type Admin = Pick<AdminServices, 'services' | 'linksHalted'>;
type Preview = CommandResult<'links.preview'>;
type Row = Preview['positions'][number];

/**
 * What a standing link would do to each position, read from its exchange now. It sends nothing.
 * @param stage a `planned` link that follows a strategy follows nothing yet: it is shown what it acts on once it does.
 */
export async function previewStanding(
  admin: Admin,
  link: Link,
  switches: Switches,
  stage: Stage = 'created',
): Promise<Preview> {
  const { services } = admin;
  const { store } = services;
  const unreadable: string[] = [];
  const [open, state] = await Promise.all([
    store.listPositions('open', (positionId) => unreadable.push(positionId)),
    store.readLinkState(link.linkId),
  ]);
  const adopts = await previewAdoption(admin, link, { positions: open, unreadable });
  const view = toLinkView(link, { open, state }, services.now());
  const isPlanned = stage === 'planned' && link.follows !== undefined;
  const followed = link.follows === undefined || isPlanned ? undefined : new Set(state.followed);
  const targets = open.filter(
    (position) =>
      isInScope(link, position) &&
      !isFinal(position.state) &&
      (followed === undefined || followed.has(position.positionId)),
  );
  const reason = whyLinkDoesNothing(view, switches);
  const previewed = await inParallel(targets, 5, (position) => previewOne(admin, link, position));
  const positions = isPlanned ? previewed.map(onceFollowed) : previewed;
  const acting = positions.filter(({ fires }) => fires).length;
  const isArmed = reason === undefined;
  return {
    link: view,
    positions: positions.map((each) => ({ ...each, fires: each.fires && isArmed })),
    ...(adopts === undefined ? {} : { adopts: { ...adopts, fires: adopts.fires && isArmed } }),
    leftOut: findLeftOut(link, open, followed, stage),
    fires: isArmed && (acting > 0 || adopts?.fires === true),
    would: describeWhole(view, { matching: positions.length, acting, adopts }, reason),
  };
}

function onceFollowed(row: Row): Row {
  return {
    ...row,
    fires: false,
    would: `follows it at the next message "${row.side}"; at "flat" after that: ${row.would}`,
  };
}

async function previewOne(admin: Admin, link: Link, stored: Position): Promise<Row> {
  const { positionId, account, symbol, side } = stored;
  const place = { positionId, account, symbol, side, why: `The link is for ${describeScope(link)}.` };
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
  adopts: Preview['adopts'];
}

function describeWhole(view: LinkView, counts: Counts, reason: string | undefined): string {
  const { matching, acting, adopts } = counts;
  const when = view.follows === undefined ? 'If fired now' : 'At the message "flat" now';
  if (reason !== undefined) return `${when}: nothing changes; ${reason}${describeArmed(view, counts)}`;
  if (view.action === 'heartbeat') return `${when}: nothing changes; the link only shows that alerts arrive.`;
  if (matching === 0 && adopts !== undefined && view.follows === undefined) return `${when}: ${adopts.would}`;
  const also = adopts === undefined ? '' : ` ${capitalize(adopts.would)}`;
  if (matching === 0)
    return `${when}: nothing matches now. It acts on the positions that match when it is fired.${also}`;
  return `${when}: acts on ${acting} of ${matching} matching ${matching === 1 ? 'position' : 'positions'}.${also}`;
}

function capitalize(sentence: string): string {
  return `${sentence.slice(0, 1).toUpperCase()}${sentence.slice(1)}`;
}

function describeArmed({ state }: LinkView, { acting, adopts }: Counts): string {
  if (state !== 'rehearsal') return '';
  const also = adopts === undefined ? '' : ` ${capitalize(adopts.would)}`;
  return ` Armed, it would act on ${acting} ${acting === 1 ? 'position' : 'positions'}.${also}`;
}
