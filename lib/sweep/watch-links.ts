import { toFault } from '../fault.ts';
import type { Look } from '../health/account-health.ts';
import { isExpired, type Link, type Watch } from '../link/link.ts';
import type { LinkState } from '../link/link-state.ts';
import { isPaused, type Pause } from '../link/pause.ts';
import { isInScope } from '../link/scope.ts';
import { toErrorCode } from '../log.ts';
import { changeHealth, deliverWaiting } from '../notify/health-outbox.ts';
import type { Notifiers } from '../notify/notifier.ts';
import { appendWatchNotices, type WatchReport } from '../notify/watch-notice.ts';
import { inParallel } from '../parallel.ts';
import { isFinal, type Position, toAccountKey } from '../position/position.ts';
import type { Status } from '../store/store.ts';
import { changeLinkState } from '../strategy/change-link-state.ts';
import { isQuiet, judgeWatch, type WatchCheck, type WatchFacts } from '../strategy/watch.ts';
import type { SweepRun } from './sweep-run.ts';

/** How many exchanges or links are read at a time. */
const parallelReads = 10;
/** Faults that show that an exchange or its key can't be reached: silence may have the same cause. */
const outages = new Set(['exchange-unreachable', 'accounts-unreadable', 'egress-unreachable', 'out-of-time']);

type WatchedLink = Link & { watch: Watch };

/** One look at all watches. */
interface WatchRound {
  run: SweepRun;
  positions: readonly Position[];
  status: Status;
  watched: { link: WatchedLink; pause: Pause; state: LinkState }[];
  /** Whether alerts can arrive. Asked once in a round, if a watch is about to notify or to act. */
  isAddressDead(): Promise<boolean>;
  /** Whether an account's exchange does not respond. Asked once per account. */
  isUnreachable(position: Position): Promise<boolean>;
}

export interface WatchOptions {
  channels: Notifiers;
  /** Opens a link that doesn't exist at Ripcord's own address. Absent if that address is not known. */
  probeAddress?: (() => Promise<Look['failure']>) | undefined;
}

/**
 * Judges the watches of links, and stores what each of them does in one write: `finishHits` then acts on the positions.
 * Runs may overlap: of two, one write counts. The failure of one watch must not stop the others.
 * @returns the states as they are stored then.
 */
export async function watchLinks(
  run: SweepRun,
  states: readonly LinkState[],
  positions: readonly Position[],
  { channels, probeAddress }: WatchOptions,
): Promise<LinkState[]> {
  if (states.every(({ watch }) => watch === undefined)) return [...states];
  try {
    return await judgeAll(run, states, positions, { channels, probeAddress });
  } catch (thrown) {
    run.report.failures.push({ positionId: 'watches', code: toErrorCode(thrown) });
    return [...states];
  }
}

async function judgeAll(
  run: SweepRun,
  states: readonly LinkState[],
  positions: readonly Position[],
  { channels, probeAddress }: WatchOptions,
): Promise<LinkState[]> {
  const { store } = run.services;
  const [status, watched] = await Promise.all([store.readStatus(), readWatched(run, states)]);
  const round: WatchRound = {
    run,
    positions: positions.filter(({ state }) => !isFinal(state)),
    status,
    watched,
    // An address that is not known can't be checked, and then a watch must not sell.
    isAddressDead: once(async () => probeAddress === undefined || (await probeAddress()) !== undefined),
    isUnreachable: createReach(run),
  };
  const judged = await inParallel(watched, parallelReads, ({ link, pause, state }) =>
    safely(run, state, () => judge(round, link, pause, state)),
  );
  const all = states.map((state) => judged.find(({ linkId }) => linkId === state.linkId) ?? state);
  await report(run, watched, all, channels);
  return all;
}

function once<Value>(ask: () => Promise<Value>): () => Promise<Value> {
  let asked: Promise<Value> | undefined;
  return () => {
    asked ??= ask();
    return asked;
  };
}

function createReach({ services: { exchanges } }: SweepRun): WatchRound['isUnreachable'] {
  const asked = new Map<string, Promise<boolean>>();
  return (position) => {
    const key = toAccountKey(position);
    const known = asked.get(key);
    if (known !== undefined) return known;
    const answer = exchanges
      .of(position.account, position.exchange)
      .then((exchange) => exchange.fetchPermissions())
      .then(
        () => false,
        (thrown: unknown) => outages.has(toFault(thrown).code),
      );
    asked.set(key, answer);
    return answer;
  };
}

async function readWatched(run: SweepRun, states: readonly LinkState[]): Promise<WatchRound['watched']> {
  const { store } = run.services;
  const read = await inParallel(
    states.filter(({ watch }) => watch !== undefined),
    parallelReads,
    async (state) => {
      try {
        const { link, ...pause } = await store.readLinkAndPause(state.linkId);
        return link?.watch === undefined ? [] : [{ link: { ...link, watch: link.watch }, pause, state }];
      } catch (thrown) {
        run.report.failures.push({ positionId: state.linkId, code: toErrorCode(thrown) });
        return [];
      }
    },
  );
  return read.flat();
}

async function safely(
  { report: { failures } }: SweepRun,
  state: LinkState,
  judgeOne: () => Promise<LinkState>,
): Promise<LinkState> {
  try {
    return await judgeOne();
  } catch (thrown) {
    failures.push({ positionId: state.linkId, code: toErrorCode(thrown) });
    return state;
  }
}

async function judge(
  round: WatchRound,
  link: WatchedLink,
  pause: Pause,
  state: LinkState,
): Promise<LinkState> {
  const { services } = round.run;
  const { now, store } = services;
  const inScope = round.positions.filter((position) => isInScope(link, position));
  const { sweptAt } = round.status;
  const facts: WatchFacts = {
    inScope: inScope.map(({ positionId }) => positionId),
    isOff: isOff(link, pause, now()),
    sweptAt: sweptAt === undefined ? undefined : Date.parse(sweptAt),
  };
  const first = judgeWatch(link, state, facts, now());
  if (first.kind === 'unchanged') return state;
  const checked = first.kind === 'check' ? await check(round, link, inScope) : undefined;
  // Judged again on what is stored: a beat that has arrived meanwhile counts, and so does what another sweep wrote.
  const saved = await changeLinkState(store, link.linkId, (known) => {
    const judgment = judgeWatch(link, known, { ...facts, checked }, now());
    return judgment.kind === 'changed' ? judgment.state : undefined;
  });
  return saved ?? state;
}

function isOff(link: Link, pause: Pause, now: number): boolean {
  const isStopped = link.revokedAt !== undefined || link.pausedReason !== undefined;
  return isStopped || isExpired(link, now) || isPaused(pause, now);
}

async function check(
  round: WatchRound,
  link: WatchedLink,
  inScope: readonly Position[],
): Promise<WatchCheck> {
  const [isDead, unreachable] = await Promise.all([
    round.isAddressDead(),
    Promise.all(inScope.map((position) => round.isUnreachable(position))),
  ]);
  const culprit = findCulprit(round, link);
  if (isDead) return { held: 'address', culprit };
  return { held: unreachable.includes(true) ? 'exchange' : undefined, culprit };
}

function findCulprit({ run, watched }: WatchRound, { linkId }: Link): WatchCheck['culprit'] {
  const now = run.services.now();
  const others = watched.filter(
    ({ link, state: { beats, watch } }) =>
      link.linkId !== linkId && beats !== undefined && watch?.awakeSince !== undefined,
  );
  if (others.length === 0) return 'unknown';
  return others.every(({ link, state }) => isQuiet(link, state, now)) ? 'tradingview' : 'alert';
}

/** Stores the notices first, so that a process that dies in between repeats them, and none is lost. */
async function report(
  { services, report: { failures } }: SweepRun,
  watched: WatchRound['watched'],
  states: readonly LinkState[],
  channels: Notifiers,
): Promise<void> {
  const reports = states.flatMap((state): WatchReport[] => {
    const link = watched.find(({ link: { linkId } }) => linkId === state.linkId)?.link;
    return link === undefined ? [] : (state.watch?.untold ?? []).map((news) => ({ link, news }));
  });
  if (reports.length === 0) return;
  try {
    const health = await changeHealth(services.store, (known) => appendWatchNotices(known, reports));
    if (health === undefined) return;
    const reported = Map.groupBy(reports, ({ link }) => link.linkId);
    for (const [linkId, ofLink] of reported) await forget(services.store, linkId, ofLink);
    await deliverWaiting(services, channels, health);
  } catch (thrown) {
    failures.push({ positionId: 'watches', code: toErrorCode(thrown) });
  }
}

async function forget(
  store: SweepRun['services']['store'],
  linkId: string,
  reports: readonly WatchReport[],
): Promise<void> {
  await changeLinkState(store, linkId, ({ watch, ...state }) => {
    if (watch?.untold === undefined) return undefined;
    const untold = watch.untold.filter(({ event, at }) =>
      reports.every(({ news }) => news.event !== event || news.at !== at),
    );
    return { ...state, watch: { ...watch, untold: untold.length === 0 ? undefined : untold } };
  });
}
