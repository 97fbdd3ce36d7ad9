import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest';
import { type LocalTable, startTable } from '../../infra/local/table.ts';
import { type RunningExchange, startSimulatedExchange } from '../../infra/simulator/exchange.ts';
import type { PositionView } from '../../lib/admin/contract/commands.ts';
import { leaseMs } from '../../lib/position/timing.ts';
import { createDynamoStore } from '../../lib/store/dynamo-store.ts';
import type { Store } from '../../lib/store/store.ts';
import { type ChildStack, type LinkAnswer, startChildStack } from './child-stack.ts';
import type { FailPoint } from './fail-points.ts';
import { writeSteering } from './fault-control.ts';
import {
  closesOf,
  type Deed,
  halfAmount,
  ownAmount,
  requestsSince,
  type Staged,
  stagePosition,
} from './harness.ts';

/**
 * The functions in processes of their own that are killed or paused at every fail point, by a hit or by the recovery
 * after it. Time is moved, never waited for. What counts is the exchange's own ledger.
 */

let folder: string;
let steering: string;
let exchange: RunningExchange;
let aheadMs = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ripcord-faults-'));
  steering = join(folder, 'steering.json');
  exchange = await startSimulatedExchange({ clock: () => Date.now() + aheadMs });
  await writeSteering(steering, { aheadMs });
});
afterAll(async () => {
  await exchange.stop();
  await rm(folder, { recursive: true, force: true });
  printTable();
});

/** Lets time pass for all processes and the exchange, while whoever is to stop stops at its point. */
async function pass(ms: number, stop?: { process: string; point: FailPoint }): Promise<void> {
  aheadMs += ms;
  exchange.core.runDue();
  await writeSteering(steering, { aheadMs, ...(stop === undefined ? {} : { stop }) });
}

/** A moment more than it takes until anybody may take a claim over. */
const pastLeaseMs = leaseMs + 1_000;
/** Enough for three looks after the fence, and an absence of 65 s, with a lease between two looks. */
const mostSweeps = 10;

async function positionOf(stack: ChildStack, { positionId }: Staged): Promise<PositionView> {
  return (await stack.admin('positions.get', { positionId })).position;
}

/** Sweeps once a lease until nobody is at it any more. @returns how many sweeps that took. */
async function sweepUntilOver(stack: ChildStack, staged: Staged): Promise<number> {
  for (let sweeps = 0; sweeps < mostSweeps; sweeps += 1) {
    if ((await positionOf(stack, staged)).status !== 'closing') return sweeps;
    await pass(pastLeaseMs);
    await stack.sweep();
  }
  const { status } = await positionOf(stack, staged);
  if (status === 'closing') throw new Error(`still closing after ${mostSweeps} sweeps`);
  return mostSweeps;
}

/** Sweeps once a lease until a process has stopped in it. @returns the end of that sweep. */
async function sweepUntilReached(
  stack: ChildStack,
  stop: { process: string; point: FailPoint },
): Promise<{ swept: Promise<unknown> }> {
  const reached = stack.reached(stop.point).then(() => 'reached');
  for (let sweeps = 0; sweeps < mostSweeps; sweeps += 1) {
    await pass(pastLeaseMs, stop);
    const swept = stack.sweep().catch((thrown: unknown) => thrown);
    if ((await Promise.race([reached, swept])) === 'reached') return { swept };
  }
  throw new Error(`${stop.point} was not reached in ${mostSweeps} sweeps`);
}

/** Fires the link at a process that stops at a point. @returns what the hit is answered with, if it ever is. */
async function fireUntilReached(
  stack: ChildStack,
  staged: Staged,
  stop: { process: string; point: FailPoint },
): Promise<{ answered: Promise<LinkAnswer | undefined> }> {
  await pass(0, stop);
  const answered = stack.fire(staged.path).catch(() => undefined);
  await stack.reached(stop.point);
  return { answered };
}

/** Exactly what the link was for has happened at the exchange, and the record says so. */
async function expectDone(stack: ChildStack, staged: Staged, deed: Deed): Promise<void> {
  const closes = closesOf(exchange, staged);
  const { status, outcome } = await positionOf(stack, staged);
  const statusOf = (id: number) => exchange.core.state.order(id).status;
  expect(statusOf(staged.entryId)).toBe('canceled');
  if (deed === 'keep') {
    expect(closes).toStrictEqual([]);
    expect(outcome).toMatchObject({ outcome: 'kept', remaining: ownAmount });
    expect(staged.exitIds.map(statusOf)).toStrictEqual(['new', 'new']);
    return;
  }
  const [amount, remaining] = deed === 'half' ? [halfAmount, halfAmount] : [ownAmount, '0'];
  expect(closes).toStrictEqual([{ orderId: expect.any(String), amount, filled: amount }]);
  expect({ status, outcome }).toMatchObject({
    status: deed === 'half' ? 'open' : 'closed',
    outcome: {
      outcome: 'closed',
      closedBy: 'ripcord',
      closedAmount: amount,
      closeOrderId: closes[0]?.orderId,
      remaining,
    },
  });
  expect(staged.exitIds.map(statusOf)).toStrictEqual(['canceled', 'canceled']);
}

/** A resend is answered with the outcome in the table, and nothing more happens for it. */
async function expectRepeated(stack: ChildStack, staged: Staged): Promise<void> {
  const { outcome } = await positionOf(stack, staged);
  const answer = await stack.fire(staged.path);
  expect(answer).toMatchObject({ status: 200, body: { ...outcome, repeated: true } });
}

/** What an answer may say, given what the exchange has executed by then and what the table has. */
async function expectTruthful(stack: ChildStack, staged: Staged, answer: LinkAnswer | undefined) {
  const { status, outcome } = await positionOf(stack, staged);
  if (answer?.status === 200) expect(answer.body).toMatchObject({ ...outcome });
  else {
    expect([202, 503]).toContain(answer?.status);
    if (answer?.status === 503) expect(closesOf(exchange, staged)).toStrictEqual([]);
    expect(status).toBe('closing');
  }
}

/** A process takes a second or two to start, more where others use the machine, and most tests start three. */
const patienceMs = 60_000;

const rows: string[][] = [];
function printTable(): void {
  const head = ['stopped at', 'how', 'answer', 'sweeps', 'orders'];
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  console.log(
    all.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).join('\n'),
  );
}

function note(scenario: Scenario, how: string, answer: string, sweeps: number, staged: Staged): void {
  const where = `${scenario.deed}: ${scenario.points.join(', ')}`;
  rows.push([where, how, answer, String(sweeps), String(closesOf(exchange, staged).length)]);
}

/** Stops of a hit, in the order of the way that a close goes. */
const hitPoints: FailPoint[] = [
  'link-read',
  'claimed',
  'before-cancel',
  'after-cancel',
  'before-send',
  'signed',
  'after-send',
  'before-record',
  'recorded',
];
/** A hit's stop, and that of the recovery which follows it. */
const recoveryPoints: [FailPoint, FailPoint][] = [
  ['claimed', 'takeover'],
  ['after-send', 'takeover'],
  ['before-send', 'looked'],
  ['after-send', 'looked'],
  ['before-send', 'new-attempt'],
  ['before-send', 'signed'],
  ['before-send', 'after-send'],
  ['after-send', 'before-record'],
  ['after-send', 'recorded'],
];
const keepPoints: FailPoint[] = ['claimed', 'after-cancel', 'before-record'];
const halfPoints: FailPoint[][] = [['after-cancel'], ['after-send'], ['after-send', 'before-record']];

interface Scenario {
  deed: Deed;
  points: FailPoint[];
}
const scenarios: (Scenario & { where: string })[] = [
  ...hitPoints.map((point) => ({ deed: 'close' as const, points: [point] })),
  ...recoveryPoints.map((points) => ({ deed: 'close' as const, points })),
  ...keepPoints.map((point) => ({ deed: 'keep' as const, points: [point] })),
  ...halfPoints.map((points) => ({ deed: 'half' as const, points })),
].map((scenario) => ({ ...scenario, where: scenario.points.join(', then ') }));

/**
 * Stops after which another process continues: every second one. The killed processes have one half and the overtaken ones
 * the other half, because both end at the same record and the same ledger. PROCESSES=all runs both halves on both;
 * test/simulation crashes and freezes at every await.
 */
function share(half: 0 | 1): typeof scenarios {
  if (process.env.PROCESSES === 'all') return scenarios;
  return scenarios.filter((_, index) => index % 2 === half);
}

describe('A process that is killed', { timeout: patienceMs }, () => {
  const start = () => startChildStack({ name: 'only', data: join(folder, 'only'), steering });
  let stack: ChildStack;
  beforeAll(async () => {
    stack = await start();
  });
  afterAll(() => stack.kill());

  const killAndRestart = async (): Promise<void> => {
    await stack.kill();
    await pass(0);
    stack = await start();
  };

  it.each(share(0))('at $where leaves a $deed done once and recorded', async ({ deed, points }) => {
    const [first = 'claimed', ...more] = points;
    const staged = await stagePosition(exchange, [stack], deed);
    const { answered } = await fireUntilReached(stack, staged, { process: 'only', point: first });
    await killAndRestart();
    expect(await answered).toBeUndefined();
    for (const point of more) {
      const { swept } = await sweepUntilReached(stack, { process: 'only', point });
      await killAndRestart();
      expect(await swept).toBeInstanceOf(Error);
    }
    const sweeps = await sweepUntilOver(stack, staged);
    // Nothing is known of a hit that had claimed nothing: its resend does it all.
    if (first === 'link-read')
      expect(await stack.fire(staged.path)).toMatchObject({ status: 200, body: { outcome: 'closed' } });
    await expectDone(stack, staged, deed);
    await expectRepeated(stack, staged);
    await expectDone(stack, staged, deed);
    note({ deed, points }, 'killed', 'none', sweeps, staged);
  });
});

describe('A process that is paused past its lease', { timeout: patienceMs }, () => {
  let shared: LocalTable;
  let table: Store;
  let one: ChildStack;
  let other: ChildStack;
  beforeAll(async () => {
    shared = await startTable(join(folder, 'shared'), 'ripcord');
    table = createDynamoStore({ tableName: 'ripcord', endpoint: shared.endpoint });
    await startBoth();
  });
  afterAll(async () => {
    await killBoth();
    await shared.stop();
  });

  const start = (name: string) =>
    startChildStack({ name, data: join(folder, name), steering, table: shared.endpoint });
  const startBoth = async (): Promise<void> => {
    [one, other] = await Promise.all([start('one'), start('other')]);
  };
  const killBoth = () => Promise.all([one.kill(), other.kill()]);
  /** One that a failed test has left asleep would fail the next ones, too. */
  const restartAfterFailure = (): void =>
    onTestFailed(async () => {
      await killBoth();
      await startBoth();
    });

  /**
   * What the exchange was asked to change since: the codes with which it refused an order, or a cancel. Of one that
   * was stopped after its first cancel, others may have been on their way.
   */
  const askedSince = (since: number, point: FailPoint) =>
    requestsSince(exchange, since)
      .map(({ method, code }) => (method === 'POST' ? (code ?? 'done') : 'cancel'))
      .filter((asked) => asked !== 'cancel' || point !== 'after-cancel');
  /** An order that was signed leaves when its process wakes, and is too old when it arrives. */
  const refusedAt = (point: FailPoint) => (point === 'signed' ? [-1021] : []);
  const ledgerEnd = (): number => exchange.core.ledger().at(-1)?.seq ?? 0;

  it.each(scenarios.filter(({ points }) => points.length === 1))(
    'at $where of a $deed wakes to send nothing of its old claim, and tells the truth',
    async ({ deed, points: [point = 'claimed'] }) => {
      restartAfterFailure();
      const staged = await stagePosition(exchange, [one, other], deed);
      const { answered } = await fireUntilReached(one, staged, { process: 'one', point });
      one.pause();
      await pass(pastLeaseMs);
      const mark = ledgerEnd();
      one.resume();
      const answer = await answered;
      if (point === 'link-read') {
        // Its sender has disconnected, so a hit that had not claimed yet does nothing.
        expect(answer).toMatchObject({ status: 503, body: { status: 'out-of-time' } });
        expect(await one.fire(staged.path)).toMatchObject({ status: 200 });
      } else {
        await expectTruthful(other, staged, answer);
        expect(askedSince(mark, point)).toStrictEqual(refusedAt(point));
      }
      const sweeps = await sweepUntilOver(other, staged);
      await expectDone(other, staged, deed);
      await expectRepeated(other, staged);
      await expectDone(other, staged, deed);
      note({ deed, points: [point] }, 'paused', String(answer?.status), sweeps, staged);
    },
  );

  it.each(share(1))(
    'at $where of a $deed changes nothing when another has taken over meanwhile',
    async ({ deed, points }) => {
      restartAfterFailure();
      const [first = 'claimed', second] = points;
      const staged = await stagePosition(exchange, [one, other], deed);
      const { answered } = await fireUntilReached(one, staged, { process: 'one', point: first });
      one.pause();
      let swept: Promise<unknown> | undefined;
      if (second !== undefined) {
        ({ swept } = await sweepUntilReached(other, { process: 'other', point: second }));
        other.pause();
      }
      // With both of them asleep, somebody else comes.
      const [awake, asleep] = second === undefined ? [other, one] : [one, other];
      if (second !== undefined) {
        await pass(pastLeaseMs);
        one.resume();
        await expectTruthful(one, staged, await answered);
      }
      await pass(pastLeaseMs);
      const sweeps = await sweepUntilOver(awake, staged);
      if (first === 'link-read') await awake.fire(staged.path);
      await expectDone(awake, staged, deed);
      const before = await table.readPosition(staged.positionId);
      const mark = ledgerEnd();
      asleep.resume();
      const answer = await (swept ?? answered);
      expect(await table.readPosition(staged.positionId)).toStrictEqual(before);
      const last = second ?? first;
      expect(askedSince(mark, last)).toStrictEqual(refusedAt(last));
      if (second === undefined) {
        await expectTruthful(awake, staged, answer as LinkAnswer);
        expect(answer).toMatchObject({ status: 200 });
      }
      await expectRepeated(awake, staged);
      await expectDone(awake, staged, deed);
      note({ deed, points }, 'overtaken', swept === undefined ? '200' : '', sweeps, staged);
    },
  );
});
