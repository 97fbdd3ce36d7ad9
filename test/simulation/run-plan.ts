import { AsyncLocalStorage } from 'node:async_hooks';
import { revokeLink } from '../../lib/admin/links/revoke.ts';
import { type ExecuteResult, executeAction } from '../../lib/close/execute-action.ts';
import { timeLeft } from '../../lib/deadline.ts';
import { type Link, toLinkId } from '../../lib/link/link.ts';
import { hashToken, mintToken } from '../../lib/link/token.ts';
import { toCloseId } from '../../lib/position/client-order-id.ts';
import { isFinal, type OrderRecord, type Position } from '../../lib/position/position.ts';
import type { Services } from '../../lib/services.ts';
import { itemVersion } from '../../lib/store/item-version.ts';
import { sweepLimits } from '../../lib/sweep/limits.ts';
import { sweep } from '../../lib/sweep/sweep.ts';
import { fire } from '../../lib/trigger/fire.ts';
import type { HitResponse } from '../../lib/trigger/response.ts';
import { type Actor, type Fate, newActor, step } from './actor.ts';
import { Environment } from './environment.ts';
import { findLarger, toTargetPrice } from './exit-invariants.ts';
import { type Evidence, type Hit, judge } from './invariants.ts';
import { createMemoryStore } from './memory-store.ts';
import { ModelBook, type ModelOrder, modelExchange, rules, toText } from './model-exchange.ts';
import { isActor, type Plan } from './plan.ts';
import { Random } from './random.ts';

const positionId = 'pos_simulation01';

/** Tokens are random by nature, and the run must not be: a few, minted once, serve every seed. */
const tokens = Array.from({ length: 5 }, mintToken);

/** What a run has shown. */
export interface RunResult {
  violations: string[];
  /** Every change of the position's state that the table has seen: `open → claimed`. */
  transitions: Set<string>;
  /** What every hit was answered. */
  hits: Hit[];
  /** How often each process has waited, in the order in which they started. */
  steps: number[];
  trace: string[];
}

/** How long after the last event the sweeps may take to bring everything to an end. */
const settleMs = 30 * 60_000;
const minuteMs = 60_000;

/** Runs one plan to its end and judges it by the exchange's own ledger. Same plan, same run. */
export async function runPlan(plan: Plan, traced = false): Promise<RunResult> {
  const environment = new Environment();
  const random = new Random(plan.seed ^ 0x5f3759df);
  const start = environment.time;
  const trace: string[] = [];
  const say = (text: string) => {
    if (traced) trace.push(`${String(environment.time - start).padStart(8)} ms  ${text}`);
  };
  const book = new ModelBook(plan, environment);
  const current = new AsyncLocalStorage<Actor>();
  const faults: Evidence['faults'] = [];

  const interrupt = async (name: string): Promise<Fate> => {
    const actor = current.getStore();
    if (actor === undefined) return 'pass';
    return step(actor, environment, !/sleep|sign/.test(name), (fault) => {
      if (fault !== undefined) faults.push({ ...fault, at: environment.time });
      say(`actor ${actor.index} ${name}${fault === undefined ? '' : ` — ${fault.kind} ${fault.ms}`}`);
    });
  };

  const claims: { linkId: string; at: number }[] = [];
  const table = createMemoryStore({
    async interrupt(step) {
      if (step === 'claim:after' || step === 'save:after') noteWrite(step === 'claim:after');
      await environment.sleep(random.between(1, 4));
      const fate = await interrupt(`table ${step}`);
      // Nothing leaves after its deadline. What has arrived by then may be read or not.
      const isOver = timeLeft() <= 0 && (step.endsWith(':before') || random.chance(0.5));
      if (fate === 'pass' && !isOver) return;
      if (!isOver)
        await environment.sleep(Math.min(typeof fate === 'object' ? fate.lateMs : 1_500, timeLeft()));
      await interrupt(`table ${step} given up`);
      throw new Error('lost');
    },
  });

  const noteWrite = (isClaim: boolean) => {
    const held = table.positions()[0];
    if (isClaim) noteClaim(held);
    noteState(held);
    noteLease(held);
  };
  /** A claim is granted in the table whether or not its owner hears of it. */
  const noteClaim = (held: Position | undefined) => {
    // A takeover keeps the time of the claim that it goes on with.
    const claimedAt = held?.state === 'claimed' ? held.claim?.claimedAt : undefined;
    if (held?.claim === undefined || claimedAt === undefined || claimedAt === lastClaimedAt) return;
    lastClaimedAt = claimedAt;
    claims.push({ linkId: held.claim.linkId ?? '', at: environment.time });
  };
  let lastClaimedAt: number | undefined;
  let lastLeaseToken: string | undefined;
  /** Whoever has just written a new lease token holds the claim. */
  const noteLease = (held: Position | undefined) => {
    const leaseToken = held?.claim?.leaseToken;
    const actor = current.getStore();
    if (leaseToken === lastLeaseToken || actor === undefined) return;
    lastLeaseToken = leaseToken;
    actor.leaseToken = leaseToken;
  };
  const noteRequest = (name: string, now: number) => {
    const actor = current.getStore();
    actor?.asked.push({ at: environment.time, name });
    if (actor === undefined || name !== 'create') return;
    const position = table.positions()[0];
    const claim = position?.claim;
    if (position !== undefined && claim?.toPercent !== undefined)
      targets.set(toCloseId(position), claim.toPercent);
    if (claim?.leaseToken !== actor.leaseToken) actor.trespasses.push("under another process's claim");
    else if (claim !== undefined && now > claim.sendDeadline)
      actor.trespasses.push(`${now - claim.sendDeadline} ms after its deadline`);
  };
  const targets: Evidence['targets'] = new Map();
  const acts: Evidence['acts'] = [];
  const transitions = new Set<string>();
  let lastState = 'open';
  let lastVersion = itemVersion;
  let downgrades = 0;
  let endedAt: number | undefined;
  const sweeps: number[] = [];
  const noteState = (held: Position | undefined) => {
    const version = table.versionOf(positionId) ?? lastVersion;
    if (version < lastVersion) downgrades += 1;
    lastVersion = version;
    const state = held?.state ?? lastState;
    if (state !== lastState) transitions.add(`${lastState} → ${state}`);
    if (held !== undefined && isFinal(held.state)) endedAt ??= environment.time;
    lastState = state;
  };

  const engineOf = ({
    skewMs,
    version = itemVersion,
  }: {
    skewMs: number;
    version?: number | undefined;
  }): Services => {
    const now = () => environment.time + skewMs;
    const exchange = modelExchange(book, {
      now,
      transitMs: () => random.between(5, 40),
      interrupt: (kind, name) => interrupt(`exchange ${name} ${kind}`),
      begins: (name) => noteRequest(name, now()),
    });
    return {
      store: table.at(version),
      exchanges: { of: async () => exchange },
      now,
      async sleep(ms) {
        await environment.sleep(ms);
        await interrupt('sleep');
      },
      wakeSweep: async () =>
        environment.schedule(random.between(20, 500), () =>
          startSweep('that a hit started', { skewMs: 0, version }),
        ),
      randomId: () => `mark${random.between(0, 2 ** 31)}${random.between(0, 2 ** 31)}`.padEnd(12, '0'),
    };
  };

  // The only position is enough for a snapshot.
  const limits = plan.listLag === undefined ? sweepLimits : { ...sweepLimits, snapshotFrom: 1 };

  const startSweep = (which: string, engine: Parameters<typeof engineOf>[0]) => {
    const actor = newActor(actors, plan.faults);
    processes.push(actor);
    actors += 1;
    say(`sweep ${which}, actor ${actor.index}`);
    void current.run(actor, () =>
      sweep(engineOf(engine), undefined, { limits }).then(
        (report) => say(`swept ${JSON.stringify(report)}`),
        (thrown) => say(`not swept: ${String(thrown)}`),
      ),
    );
  };

  await Promise.all([table.createPosition(positionOf(plan, book, environment.time)), environment.run(1_000)]);
  const links: Link[] = [];
  for (const [index, action] of plan.links.entries()) {
    const token = tokens[index] ?? '';
    const tokenHash = hashToken(token);
    const link: Link = {
      linkId: toLinkId(tokenHash),
      tokenHash,
      positionId,
      action: action === 'keep' ? 'keep' : 'close',
      ...(action === 'half' ? { percent: 50, maxUses: 1 } : {}),
      confirm: false,
      methods: 'any',
      sources: 'any',
      createdAt: new Date(environment.time).toISOString(),
    };
    links.push(link);
    await Promise.all([table.createLink(link), environment.run(1_000)]);
  }

  const hits: Hit[] = [];
  const revocations: { linkId: string; at: number }[] = [];
  const processes: Actor[] = [];
  let actors = 0;
  for (const event of plan.events) {
    const index = actors;
    if (isActor(event)) actors += 1;
    const actor = newActor(index, isActor(event) ? plan.faults : []);
    if (isActor(event)) processes.push(actor);
    environment.schedule(event.at, () => {
      say(`${event.kind} ${JSON.stringify(event)}`);
      switch (event.kind) {
        case 'hit': {
          const hit: Hit = {
            link: event.link,
            linkId: links[event.link]?.linkId ?? '',
            startedAt: environment.time,
            answer: undefined,
            actor,
          };
          hits.push(hit);
          void current.run(actor, () =>
            fire(engineOf(event), { ...post, token: tokens[event.link] ?? '' }).then(
              (answer) => note(hit, answer),
              (thrown: unknown) => note(hit, thrown),
            ),
          );
          break;
        }
        case 'act': {
          const linkId = links.at(-1)?.linkId ?? '';
          const { by, toPercent } = event;
          const intent = { actor: by, linkId, action: 'close', toPercent } as const;
          void current.run(actor, () =>
            executeAction(engineOf(event), positionId, intent).then(
              (result) => noteAct(event, result),
              () => undefined,
            ),
          );
          break;
        }
        case 'sweep':
          void current.run(actor, () =>
            sweep(engineOf(event), undefined, { limits }).then(
              () => undefined,
              () => undefined,
            ),
          );
          break;
        case 'revoke': {
          const linkId = links[event.link]?.linkId ?? '';
          void current.run(actor, () =>
            revokeLink({ services: engineOf(event) }, { linkId }).then(
              () => revocations.push({ linkId, at: environment.time }),
              () => undefined,
            ),
          );
          break;
        }
        case 'fill':
          book.fill(event.book, event.index, event.amount);
          break;
        case 'cancel-outside': {
          const order = book.of(event.book === 'entryOrders' ? 'entry' : 'exit')[event.index];
          if (order?.exit?.kind === 'stop-loss' || order?.pair !== undefined) book.cover.stop();
          // One of a list ends both, and adopted ones end alone.
          if (order !== undefined)
            for (const each of [order, ...(order.exit ? book.companions(order) : [])]) book.end(each);
          break;
        }
        case 'close-outside':
          book.closeOutside(event.cause);
          break;
        case 'sell-outside':
          book.sellOutside(event.sold, event.locked);
          break;
        case 'reduce-outside':
          book.reduceOutside(event.amount);
          break;
        case 'seem-flat':
          book.seemFlat(event.forMs);
          break;
        case 'next-position':
          book.openNext(event.amount);
          break;
        case 'flip':
          book.closeOutside('trade');
          book.trade(plan.side === 'long' ? 'sell' : 'buy', 700);
          break;
      }
    });
  }
  /** The answer, beside what is durable at that moment and what the exchange has executed by then. */
  const note = (hit: Hit, outcome: HitResponse | unknown) => {
    hit.answeredAt = environment.time;
    const answer = outcome as Partial<HitResponse>;
    if (typeof answer.httpStatus === 'number') hit.answer = outcome as HitResponse;
    else hit.thrown = outcome;
    hit.durable = table.positions()[0];
    hit.executed = executedCloses(book);
    hit.largerExits = findLarger(book);
    say(
      `answer to a hit: ${hit.answer?.httpStatus ?? 'thrown'} ${JSON.stringify(hit.answer ?? String(hit.thrown)).slice(0, 200)}`,
    );
  };

  const noteAct = ({ toPercent }: { toPercent?: string | undefined }, result: ExecuteResult) => {
    const settled = result.kind === 'ran' ? result.execution.result : undefined;
    if (settled?.kind !== 'settled') return;
    say(`act settled: ${settled.outcome.detail}`);
    acts.push({ toPercent, outcome: settled.outcome, left: book.positionLeft(), net: book.net() });
  };

  const last = Math.max(0, ...plan.events.map((event) => event.at));
  const versions = plan.events.map(
    (event) => ('version' in event ? event.version : undefined) ?? itemVersion,
  );
  const newest = { skewMs: 0, version: Math.max(itemVersion, ...versions) };
  const frozenMs = plan.faults.map(({ kind, ms }) => (kind === 'freeze' ? ms : 0));
  const endsAt = last + (plan.tradesOutageMs ?? 0) + settleMs + Math.max(0, ...frozenMs);
  // Sweeps at every full minute, for as long as anything is pending. Exits that Ripcord places are pending until the end.
  const isSwept = plan.exits !== undefined || plan.isWatched === true;
  const from = isSwept ? 0 : last;
  const toFullMinute = minuteMs - ((environment.time + from) % minuteMs);
  for (let minute = 0; from + minute * minuteMs < endsAt; minute += 1)
    environment.schedule(from + toFullMinute + minute * minuteMs, () => {
      const isLast = plan.exitsOnlyReduce && from + (minute + 3) * minuteMs >= endsAt;
      const isPending = isSwept || table.positions()[0]?.state === 'claimed';
      if (!isPending && !isLast) return;
      sweeps.push(environment.time);
      startSweep('of the schedule', newest);
    });
  await environment.run(endsAt);

  const position = table.positions()[0];
  const violations = judge({
    plan,
    book,
    position,
    hits,
    revocations,
    claims,
    transitions,
    processes,
    downgrades,
    faults,
    endedAt,
    sweeps,
    targets,
    acts,
  });
  if (traced) {
    trace.push(`end: ${JSON.stringify(position)}`);
    for (const order of book.orders) trace.push(`ledger: ${JSON.stringify(order)}`);
  }
  return { violations, transitions, hits, steps: processes.map((actor) => actor.steps), trace };
}

/** As TradingView sends it. */
const post = {
  method: 'POST',
  sourceIp: '127.0.0.1',
  userAgent: undefined,
  hasBody: false,
  navigation: { userInitiated: false, doubt: 'unproven' },
} as const;

function executedCloses(book: ModelBook): string[] {
  return book.of('close').flatMap((order) => (order.filled > 0 ? [order.orderId] : []));
}

function recordOfModel(
  book: ModelBook,
  order: ModelOrder,
  spotLong: boolean,
  reduceOnly = false,
): OrderRecord {
  return {
    orderId: order.orderId,
    type: 'limit',
    status: order.live ? 'live' : 'done',
    amount: toText(order.amount),
    filled: toText(order.filled),
    average: order.filled > 0 ? book.ledger.average(order.orderId) : undefined,
    baseFee: spotLong && !order.live && order.filled > 0 ? toText(order.baseFee) : undefined,
    createdAt: order.createdAt,
    updatedAt: order.changedAt,
    reduceOnly,
  };
}

/** The position as adopting it would have written it down. */
export function positionOf(plan: Plan, book: ModelBook, now: number): Position {
  const spotLong = plan.market === 'spot' && plan.side === 'long';
  return {
    positionId,
    account: 'simulated',
    exchange: 'binance',
    symbol: rules(plan).symbol,
    side: plan.side,
    createdAt: new Date(now).toISOString(),
    hedged: false,
    market: rules(plan),
    entryOrders: book.of('entry').map((order) => recordOfModel(book, order, spotLong)),
    exitOrders: book.of('exit').map((order) => recordOfModel(book, order, spotLong, plan.exitsOnlyReduce)),
    lastSync: { at: now, price: '100' },
    ...toExitPlan(plan, now),
    state: 'open',
    epoch: 0,
    attempt: 0,
    revision: 0,
    uses: {},
  };
}

/** What its owner decided when the position opened. */
function toExitPlan(plan: Plan, now: number): Pick<Position, 'exitPlan'> {
  if (plan.exits === undefined) return {};
  const { percents, hasStop } = plan.exits;
  const takeProfits = percents.map((percent, index) => ({
    rung: index + 1,
    price: toTargetPrice(plan, index),
    percent: String(percent),
  }));
  const stop = hasStop ? { stopLoss: { price: plan.side === 'long' ? '80' : '120' } } : {};
  return { exitPlan: { takeProfits, ...stop, changedAt: now, exited: '0' } };
}
