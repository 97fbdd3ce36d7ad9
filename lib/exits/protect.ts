import { type Amount, decimal, isPositive } from '../amount.ts';
import type { ExitPlan, StopLossPlan } from '../position/exit-plan.ts';
import type { OrderRecord, Position } from '../position/position.ts';
import { isLate } from '../position/protection.ts';
import { sendWindowMs } from '../position/timing.ts';
import { computeTotals } from '../position/totals.ts';
import { toSentence } from '../position/wording.ts';
import type { Services } from '../services.ts';
import type { PositionChange } from '../store/store.ts';
import { amendStop, draftExit, endExit, type SentExit, sendExit } from './exit-orders.ts';
import { noteExits } from './note-exits.ts';
import { endEntry, keepEntry, resumeEntry } from './partial-entry.ts';
import {
  type ExitFacts,
  type ExitKey,
  type ExitStep,
  isPair,
  planExits,
  type WantedExit,
  withoutSpent,
} from './plan-exits.ts';
import { planSpotExits } from './plan-spot.ts';
import {
  appendExitNotice,
  maxConflicts,
  mayProtect,
  type Next,
  type ProtectRun,
  record,
} from './protect-run.ts';
import { keepTighterStop } from './tighter-stop.ts';

/** More steps than any plan needs: what is left then is for the next sweep. */
const maxSteps = 12;
/** A request that is cut off leaves its exit unconfirmed for minutes, so that none begins with less time. */
const requestMs = 1_000;
/** Before a cancel that leaves the position without a stop, there is time for the stop that follows it. */
const cancelMs = 500;

/**
 * Places, replaces and cancels exits until the plan's rest at the exchange for what remains. Each order and each cancel
 * is written ahead, under the record's own revision: of two processes only one sends, and none sends for a claimed
 * position. Call it with a position that was just synced.
 * @returns the position as stored.
 */
export async function protect(services: Services, synced: Position): Promise<Position> {
  if (!mayProtect(synced)) return synced;
  const { now, sleep } = services;
  const until = Math.min(now() + sendWindowMs, services.until ?? Number.POSITIVE_INFINITY);
  const exchange = await services.exchanges.of(synced.account, synced.exchange);
  const { amends } = exchange.exits[synced.market.kind] ?? {};
  const run: ProtectRun = { exchange, until, now, sleep, services, skip: new Set(), amends };
  let position = synced;
  let conflicts = 0;
  for (let step = 0; step < maxSteps && now() + requestMs <= until; step += 1) {
    const next = await takeStep(run, position);
    if (next === 'done') return position;
    conflicts += next === 'conflict' ? 1 : 0;
    const known = next === 'conflict' ? await services.store.readPosition(position.positionId) : next;
    if (known === undefined || !mayProtect(known) || conflicts > maxConflicts) return known ?? position;
    // What another process has stored is compared with the price that was just read.
    position = next === 'conflict' ? { ...known, lastSync: position.lastSync } : known;
  }
  return position;
}

/** Whether an exit is to be placed or canceled, so that a run of `protect` is due. */
export function needsProtection(position: Position): boolean {
  const step = mayProtect(position) ? plan(position, { skip: new Set() }).kind : 'none';
  return step !== 'none' && step !== 'wait';
}

/** Whether `protect` would change anything, the plan itself included. What waits for an answer is no work. */
export function hasExitWork(position: Position): boolean {
  return needsProtection(position) || (mayProtect(position) && noteExits(position) !== undefined);
}

function plan(position: Position, facts: ExitFacts): ExitStep {
  return position.market.kind === 'spot' ? planSpotExits(position, facts) : planExits(position, facts);
}

async function takeStep(run: ProtectRun, position: Position): Promise<Next> {
  const { store, now } = run.services;
  // If the result of a close is not known, the account may hold less, or the trader's next position.
  if (
    position.state === 'needs-attention' &&
    decimal(await readHeld(run, position)).lt(computeTotals(position).remaining)
  )
    return 'done';
  const noted = noteExits(position);
  if (noted !== undefined) {
    const { exitPlan, exitOrders } = noted;
    const notices = appendExitNotice({ ...position, exitPlan }, noted.sentences, now());
    if (isPutBack(position, exitPlan)) tryExitsAgain(run);
    return (await store.savePosition(position, { exitPlan, exitOrders, notices })) ?? 'conflict';
  }
  const step = plan(position, run);
  const tighter = keepTighterStop(position, step);
  return tighter === undefined
    ? perform(run, position, step)
    : ((await store.savePosition(position, { exitPlan: tighter })) ?? 'conflict');
}

async function perform(run: ProtectRun, position: Position, step: ExitStep): Promise<Next> {
  switch (step.kind) {
    case 'none':
    case 'wait':
      return 'done';
    case 'read-holding':
      run.held = await readHeld(run, position);
      return position;
    case 'place':
      return place(run, position, step.exits);
    case 'amend':
      return amend(run, position, step);
    case 'cancel':
      // The next sweep has the time for both.
      return baresPosition(position, step.orders) && run.now() + cancelMs + requestMs > run.until
        ? 'done'
        : cancel(run, position, step.orders);
    case 'end-entry':
      return endEntry(run, position, step.entry);
    case 'keep-entry':
      return keepEntry(run, position, step.entry);
    case 'resume-entry':
      return resumeEntry(run, position, step);
  }
}

/** Whether the stop that the position had takes the place of one that was refused, or that one is tried again. */
function isPutBack({ exitPlan: before }: Position, { stopLoss }: ExitPlan): boolean {
  const { previous, refusal } = before?.stopLoss ?? {};
  const isRetried = refusal !== undefined && stopLoss?.refusal === undefined;
  return previous !== undefined && (stopLoss?.previous === undefined || isRetried);
}

/** What the exchange refused was at another price, or gives way to the stop that the position had. */
function tryExitsAgain({ skip }: ProtectRun): void {
  const isEntrySkipped = skip.has('entry');
  skip.clear();
  if (isEntrySkipped) skip.add('entry');
}

/** Whether these are the last stops, and another one is to follow. */
function baresPosition({ exitOrders, exitPlan }: Position, orders: OrderRecord[]): boolean {
  const { stopLoss } = exitPlan ?? {};
  const isLast = exitOrders.every(
    (order) =>
      orders.includes(order) ||
      order.isStop !== true ||
      order.status !== 'live' ||
      order.endsFor !== undefined,
  );
  return stopLoss !== undefined && stopLoss.removed !== true && isLast && orders.some(({ isStop }) => isStop);
}

async function readHeld({ exchange }: ProtectRun, { market, side }: Position): Promise<Amount> {
  if (market.kind === 'spot') return (await exchange.fetchBalance(market.base)).total;
  const held = await exchange.fetchPosition(market, side);
  return held.side === side ? held.amount : '0';
}

async function place(run: ProtectRun, position: Position, exits: WantedExit[]): Promise<Next> {
  const { exitAttempt = 0 } = position;
  const drafts = exits.map((exit, index) => draftExit(run, position, exit, exitAttempt + index + 1));
  const written = await run.services.store.savePosition(position, {
    exitOrders: [...withoutSpent(position.exitOrders), ...drafts.flatMap(({ records }) => records)],
    exitAttempt: exitAttempt + drafts.length,
  });
  if (written === undefined) return 'conflict';
  const sent = await Promise.all(drafts.map((draft) => sendExit(run, written, draft)));
  for (const { exit, rejection } of sent) if (rejection !== undefined) run.skip.add(exit.key);
  const byId = new Map(
    drafts.flatMap(({ records }, index) =>
      records.map(({ clientOrderId }, leg) => [clientOrderId, sent[index]?.records[leg]]),
    ),
  );
  return record(run, written, (known) => {
    const exitOrders = known.exitOrders.flatMap((order) =>
      order.status === 'unconfirmed' && byId.has(order.clientOrderId)
        ? withMark(order, byId.get(order.clientOrderId))
        : order,
    );
    return { exitOrders, ...noteAnswers({ ...known, exitOrders }, sent, run.now()) };
  });
}

/** Another process may have replaced the exit while it was on its way: it still ends. */
function withMark({ endsFor }: OrderRecord, sent: OrderRecord | undefined): OrderRecord[] {
  if (sent === undefined) return [];
  return [endsFor === undefined ? sent : { ...sent, endsFor }];
}

/** Keeps why an exit was refused until it is placed, and reports both once. */
function noteAnswers(position: Position, sent: SentExit[], now: number): PositionChange {
  const { exitPlan } = position;
  if (exitPlan === undefined) return {};
  const sentences: string[] = [];
  const note = <Exit extends Pick<StopLossPlan, 'price' | 'refusal' | 'previous'>>(
    exit: Exit,
    key: ExitKey,
  ): Exit => {
    const answers = sent.filter((each) => isAbout(each, key, exit.price));
    if (answers.length === 0) return exit;
    const rejection = answers.find((each) => each.rejection !== undefined)?.rejection;
    const name = key === 'stop' ? 'stop' : 'target';
    if (rejection === undefined) {
      if (exit.refusal !== undefined) sentences.push(`The ${name} at ${exit.price} was placed.`);
      return { ...exit, refusal: undefined };
    }
    const { reason, message } = rejection;
    if (exit.refusal === undefined) {
      const isOver = reason === 'would-trigger' || exit.previous !== undefined;
      const next = isOver ? 'Nothing was closed.' : 'Ripcord tries again every minute.';
      sentences.push(`The ${name} at ${exit.price} was not placed: ${toSentence(message)} ${next}`);
    }
    return { ...exit, refusal: { reason, message } };
  };
  const { stopLoss } = exitPlan;
  const noted: ExitPlan = {
    ...exitPlan,
    takeProfits: exitPlan.takeProfits.map((target) => note(target, target.rung)),
    ...(stopLoss === undefined ? {} : { stopLoss: note(stopLoss, 'stop') }),
  };
  return { exitPlan: noted, notices: appendExitNotice({ ...position, exitPlan: noted }, sentences, now) };
}

/** A list places a target and a stop. Another process may have set another stop while one was on its way. */
function isAbout({ exit }: SentExit, key: ExitKey, price: Amount): boolean {
  if (key !== 'stop' || exit.kind === 'take-profit') return exit.key === key;
  const { triggerPrice } = exit.kind === 'list' ? exit.stop : exit;
  return decimal(triggerPrice).eq(price);
}

/** Written before the request leaves, so that only one process sends it, and an end is known as Ripcord's own. */
function writeReplaced(
  { services }: ProtectRun,
  position: Position,
  isMeant: (order: OrderRecord) => boolean,
) {
  return services.store.savePosition(position, {
    exitOrders: position.exitOrders.map((order) =>
      isMeant(order) ? { ...order, endsFor: 'replaced' as const } : order,
    ),
  });
}

/** If the exchange can't change the stop, it is replaced. */
async function amend(
  run: ProtectRun,
  position: Position,
  { order: { orderId }, stop }: Extract<ExitStep, { kind: 'amend' }>,
): Promise<Next> {
  const isMeant = (order: OrderRecord) => order.orderId === orderId;
  const written = await writeReplaced(run, position, isMeant);
  const known = written?.exitOrders.find(isMeant);
  if (written === undefined || known === undefined) return 'conflict';
  const { order, isAsWanted, rejection } = await amendStop(run, written, known, stop);
  const isPassed = rejection?.reason === 'would-trigger';
  if (rejection !== undefined && !isPassed) run.amends = undefined;
  else if (!isAsWanted && order.status !== 'done') run.skip.add('stop');
  // If another process has set another stop meanwhile, this one is still to be replaced.
  const toSeen = ({ exitPlan }: Position): OrderRecord =>
    exitPlan?.stopLoss?.price === stop.triggerPrice ? order : { ...order, endsFor: 'replaced' };
  return record(run, written, (stored) => ({
    exitOrders: stored.exitOrders.map((each) =>
      isMeant(each) && each.status !== 'done' ? toSeen(stored) : each,
    ),
    ...noteAnswers(stored, [{ exit: stop, records: [], ...(isPassed ? { rejection } : {}) }], run.now()),
  }));
}

async function cancel(run: ProtectRun, position: Position, orders: OrderRecord[]): Promise<Next> {
  const isMeant = (known: OrderRecord) =>
    orders.some((order) => order.orderId === known.orderId || isPair(order, known));
  const written = await writeReplaced(run, position, isMeant);
  if (written === undefined) return 'conflict';
  const open = written.exitOrders.filter((order) => isMeant(order) && order.status !== 'done');
  const ended = await Promise.all(open.map((order) => endExit(run, written, order)));
  for (const { status, rung = 'stop' } of ended) if (status !== 'done') run.skip.add(rung);
  const byId = new Map(ended.map((order) => [order.orderId, order]));
  const late = ended.filter((order) => isLate(order) && !isPositive(order.filled)).map(toLateAnswer);
  if (late.length > 0) run.skip.add('stop');
  return record(run, written, (known) => ({
    exitOrders: known.exitOrders.map((order) =>
      order.status === 'done' ? order : (byId.get(order.orderId) ?? order),
    ),
    ...(late.length > 0 ? noteAnswers(known, late, run.now()) : {}),
  }));
}

/** The exchange accepted the stop as an order that waits for the price to come back. */
function toLateAnswer({ triggerPrice = '0', amount }: OrderRecord): SentExit {
  const message = 'The price passed the stop before the order arrived, so Ripcord canceled it';
  return {
    exit: { kind: 'stop-loss', key: 'stop', triggerPrice, amount },
    records: [],
    rejection: { kind: 'rejected', reason: 'would-trigger', code: 'late', message },
  };
}
