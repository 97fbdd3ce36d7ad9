import { describe, expect, it } from 'vitest';
import { cancelBooks } from '../../../lib/close/cancel.ts';
import { type Execution, startExecution } from '../../../lib/close/execution.ts';
import type { CancelResult, Exchange, ExchangeOrder } from '../../../lib/exchange/exchange.ts';
import { Fault } from '../../../lib/fault.ts';
import type { Claim } from '../../../lib/position/position.ts';
import { pollAttempts, pollIntervalMs, pollWindowMs, sendWindowMs } from '../../../lib/position/timing.ts';
import { exampleClaim } from '../position/example-position.ts';
import { closePosition, live, type Order, type PositionFacts } from './close-position.ts';
import { saveAttempt } from './example-execution.ts';

const { claimedAt, sendDeadline } = exampleClaim;
const mine = { canceledByClaimAt: claimedAt };

function view(differing: Partial<ExchangeOrder> = {}): ExchangeOrder {
  return {
    orderId: 'x0',
    symbol: 'BTC/USDT',
    side: 'sell',
    type: 'limit',
    status: 'done',
    amount: '1',
    filled: '0',
    conditional: false,
    ...differing,
  };
}

const acknowledged: CancelResult = { kind: 'unconfirmed', reason: 'acknowledged', message: 'acknowledged' };
const noResponse: CancelResult = { kind: 'unconfirmed', reason: 'no-response', message: 'no answer' };
const unknownOrder: CancelResult = { kind: 'unconfirmed', reason: 'error', message: 'unknown order' };

const retention = { unfilledMs: 86_400_000 };

interface Scene {
  facts?: PositionFacts;
  claim?: Partial<Claim>;
  startAt?: number;
  cancelMs?: number;
  /** How the exchange responds to a cancel of an order, and to each look-up of it. */
  cancel?: (orderId: string) => CancelResult;
  lookUps?: (orderId: string, poll: number) => ExchangeOrder | undefined;
}

/** A run whose clock moves only by its own sleeps. `canceled`: the ids of the cancels that left. */
function setScene({
  facts = { exits: [live] },
  claim = {},
  startAt = claimedAt,
  cancelMs = 0,
  ...answers
}: Scene) {
  let now = startAt;
  const canceled: string[] = [];
  const polls = new Map<string, number>();
  const exchange: Partial<Exchange> = {
    recvWindowMs: 5_000,
    lookupLagMs: 65_000,
    retention: { order: retention, conditional: retention },
    cancelOrder: async (_, { orderId = '' }) => {
      canceled.push(orderId);
      now += cancelMs;
      return (answers.cancel ?? (() => acknowledged))(orderId);
    },
    fetchOrder: async (_, { orderId = '' }) => {
      const poll = polls.get(orderId) ?? 0;
      polls.set(orderId, poll + 1);
      return (answers.lookUps ?? (() => view({ orderId })))(orderId, poll);
    },
  };
  const deps = {
    exchange: exchange as Exchange,
    requests: [],
    until: sendDeadline + pollWindowMs,
    startAttempt: saveAttempt,
    blockMarket: async () => undefined,
    now: () => now,
    sleep: async (ms: number) => {
      now += ms;
    },
  };
  const run = startExecution(deps, closePosition(facts), { ...exampleClaim, ...claim });
  return { run, canceled, polls, elapsed: () => now - startAt };
}

const books = ['entryOrders', 'exitOrders'] as const;

function exitsOf({ known }: Execution): Order[] {
  return known.position.exitOrders;
}

describe('a canceled order', () => {
  it.each<[string, Scene, object]>([
    ['that the exchange confirms', { cancel: () => ({ kind: 'confirmed', order: view() }) }, mine],
    [
      'that had filled in part',
      { cancel: () => ({ kind: 'confirmed', order: view({ filled: '0.4' }) }) },
      { ...mine, filled: '0.4' },
    ],
    [
      'without an amount of its own',
      { cancel: () => ({ kind: 'confirmed', order: view({ amount: '0' }) }) },
      mine,
    ],
    ['that a look-up confirms', { cancel: () => acknowledged }, mine],
    ['whose response was lost', { cancel: () => noResponse }, mine],
    [
      'that the claim of a process that died may have canceled',
      { cancel: () => unknownOrder, claim: { takenOver: true } },
      mine,
    ],
  ])('is the work of this claim: one %s', async (_, scene, record) => {
    const { run } = setScene(scene);
    expect(await cancelBooks(run, [...books])).toBeUndefined();
    expect(exitsOf(run)).toMatchObject([{ status: 'done', ...record }]);
  });

  it.each<[string, Scene]>([
    [
      'that filled before its cancel',
      { cancel: () => ({ kind: 'confirmed', order: view({ filled: '1' }) }) },
    ],
    [
      'that filled as its cancel was lost',
      { cancel: () => noResponse, lookUps: () => view({ filled: '1' }) },
    ],
    [
      'that had ended by itself',
      { cancel: () => unknownOrder, lookUps: () => view({ updatedAt: claimedAt + 1 }) },
    ],
  ])('is not the work of this claim: one %s', async (_, scene) => {
    const { run } = setScene(scene);
    expect(await cancelBooks(run, [...books])).toBeUndefined();
    expect(exitsOf(run)[0]).toMatchObject({ status: 'done' });
    expect(exitsOf(run)[0]?.canceledByClaimAt).toBeUndefined();
  });
});

describe('the other orders of a list that one cancel ended', () => {
  const exits = [live, live];
  const cancel = (orderId: string) =>
    orderId === 'x0' ? ({ kind: 'confirmed', order: view() } as const) : unknownOrder;

  it.each<[string, Order[], Partial<ExchangeOrder>, number | undefined]>([
    ['are marked if they ended with it', exits, { updatedAt: claimedAt }, claimedAt],
    ['are not marked if they ended before', exits, { updatedAt: claimedAt - 1 }, undefined],
    ['are not marked if their end has no time', exits, {}, undefined],
    ['are not marked if they filled', exits, { updatedAt: claimedAt, filled: '1' }, undefined],
    ['are not marked if they were done', [live, { updatedAt: claimedAt + 1 }], {}, undefined],
    [
      'are not marked if their result was unconfirmed',
      [live, { status: 'unconfirmed' }],
      { updatedAt: claimedAt },
      undefined,
    ],
  ])('%s', async (_, before, seen, by) => {
    const lookUps = (orderId: string) => view({ orderId, ...seen });
    const { run } = setScene({ facts: { exits: before }, cancel, lookUps });
    await cancelBooks(run, [...books]);
    expect(exitsOf(run).map(({ canceledByClaimAt }) => canceledByClaimAt)).toEqual([claimedAt, by]);
  });

  it.each([
    { title: 'are marked by their list, whatever the exchange clock shows', of: live, by: claimedAt },
    { title: 'are not marked if they are of another list', of: { ...live, pair: 'l2' }, by: undefined },
    {
      title: 'are marked by their list if their result was unconfirmed',
      of: { status: 'unconfirmed' },
      by: claimedAt,
    },
    {
      title: 'are not marked by their list if they were done before the claim',
      of: { ...live, status: 'done' },
      by: undefined,
    },
    {
      title: 'are marked by their list if the holder before saw their end',
      of: { ...live, status: 'done' },
      takenOver: true,
      by: claimedAt,
    },
  ] as const)('$title', async ({ of, by, ...claim }) => {
    const lookUps = (orderId: string) => view({ orderId, updatedAt: claimedAt - 900 });
    const before: Order[] = [
      { ...live, pair: 'l1' },
      { pair: 'l1', ...of },
    ];
    const { run } = setScene({ facts: { exits: before }, claim, cancel, lookUps });
    await cancelBooks(run, [...books]);
    expect(exitsOf(run).map(({ canceledByClaimAt }) => canceledByClaimAt)).toEqual([claimedAt, by]);
  });

  it('are not marked if they are still live', async () => {
    const lookUps = (orderId: string) => view({ orderId, status: 'live', updatedAt: claimedAt });
    const { run } = setScene({ facts: { exits }, cancel, lookUps });
    expect(await cancelBooks(run, [...books])).toMatchObject({ kind: 'unconfirmed', lost: false });
    expect(exitsOf(run)).toMatchObject([mine, { status: 'live' }]);
    expect(exitsOf(run)[1]?.canceledByClaimAt).toBeUndefined();
  });
});

describe('an order that cannot be canceled', () => {
  const denied: CancelResult = { kind: 'denied', code: '-2015', message: 'No permission' };
  const unreachable = new Fault('exchange-unreachable', 'no');

  it('is a problem if the exchange denies it, and can still fill', async () => {
    const lookUps = () => view({ status: 'live', filled: '0.4' });
    const { run } = setScene({ cancel: () => denied, lookUps });
    expect(await cancelBooks(run, [...books])).toEqual({
      ...denied,
      message: 'No permission. Order x0 is still open and can fill',
    });
    expect(exitsOf(run)).toMatchObject([{ ...live, filled: '0.4' }]);
  });

  it('is no problem if it has ended already', async () => {
    const { run } = setScene({ cancel: () => denied, lookUps: () => view({ filled: '1' }) });
    expect(await cancelBooks(run, [...books])).toBeUndefined();
    expect(exitsOf(run)).toMatchObject([{ status: 'done', filled: '1' }]);
    expect(exitsOf(run)[0]).not.toMatchObject(mine);
  });

  it('names the order if it cannot be looked up', async () => {
    const { run } = setScene({
      cancel: () => denied,
      lookUps: () => {
        throw unreachable;
      },
    });
    expect(await cancelBooks(run, [...books])).toEqual({
      ...denied,
      message: 'No permission. Order x0 may still be open and may fill',
    });
    expect(exitsOf(run)).toMatchObject([live]);
  });

  it('is named with every other one', async () => {
    const { run } = setScene({
      facts: { exits: [live, live, live] },
      cancel: () => denied,
      lookUps: (orderId) => (orderId === 'x2' ? undefined : view({ orderId, status: 'live' })),
    });
    expect(await cancelBooks(run, [...books])).toEqual({
      ...denied,
      message:
        'No permission. Order x0 is still open and can fill. Order x1 is still open and can fill. Order x2 may still be open and may fill',
    });
  });

  it('is named if only its second cancel is denied', async () => {
    const ids: string[] = [];
    const { run } = setScene({
      facts: { exits: [{ ...live, createdAt: claimedAt - 600_000 }] },
      cancel: (orderId) => (ids.push(orderId) === 1 ? acknowledged : denied),
      lookUps: () => undefined,
    });
    expect(await cancelBooks(run, [...books])).toEqual({
      ...denied,
      message: 'No permission. Order x0 may still be open and may fill',
    });
  });

  it('ends nothing while the end of another order is not known', async () => {
    const { run } = setScene({
      facts: { exits: [live, live] },
      cancel: (orderId) => (orderId === 'x0' ? denied : acknowledged),
      lookUps: (orderId) => view({ orderId, status: 'live' }),
    });
    expect(await cancelBooks(run, [...books])).toMatchObject({ kind: 'unconfirmed' });
  });

  it('is a problem if the exchange cannot be reached, and a cancel may have left', async () => {
    const { run } = setScene({
      cancel: () => {
        throw unreachable;
      },
    });
    expect(await cancelBooks(run, [...books])).toEqual({ kind: 'fault', fault: unreachable });
    expect(run.known.cancelsSent).toBe(true);
  });

  it('does not lose what was learned of the others', async () => {
    const { run } = setScene({
      facts: { entries: [live], exits: [live, live] },
      cancel: (orderId) => (orderId === 'x0' ? denied : { kind: 'confirmed', order: view({ orderId }) }),
      lookUps: () => undefined,
    });
    expect(await cancelBooks(run, [...books])).toMatchObject({ kind: 'denied', code: denied.code });
    expect(run.known.position.entryOrders).toMatchObject([{ status: 'done', ...mine }]);
    expect(exitsOf(run)).toMatchObject([live, { status: 'done', ...mine }]);
  });
});

describe('a cancel that is not confirmed', () => {
  const stillLive = () => view({ status: 'live' });

  it('is polled until the order is done', async () => {
    const { run, elapsed } = setScene({ lookUps: (_, poll) => (poll < 2 ? stillLive() : view()) });
    expect(await cancelBooks(run, [...books])).toBeUndefined();
    expect(elapsed()).toBe(2 * pollIntervalMs);
  });

  it('is polled so often and no more', async () => {
    const { run, polls, elapsed } = setScene({ lookUps: stillLive });
    expect(await cancelBooks(run, [...books])).toEqual({
      kind: 'unconfirmed',
      message: 'Order x0 is not confirmed as ended (acknowledged)',
      lost: false,
    });
    expect(polls.get('x0')).toBe(pollAttempts);
    expect(elapsed()).toBe((pollAttempts - 1) * pollIntervalMs);
  });

  it.each([
    [pollWindowMs, 1],
    [pollWindowMs + 1, undefined],
  ])('that took %d ms after the send deadline is polled %s times', async (cancelMs, times) => {
    const { run, polls } = setScene({ startAt: sendDeadline, cancelMs, lookUps: stillLive });
    await cancelBooks(run, [...books]);
    expect(polls.get('x0')).toBe(times);
  });

  it.each<[string, (orderId: string, poll: number) => ExchangeOrder | undefined, boolean]>([
    ['lost if no look-up finds the order', () => undefined, true],
    ['not lost if one look-up found it', (_, poll) => (poll === 0 ? stillLive() : undefined), false],
    ['not lost if the last look-up found it', (_, poll) => (poll > 3 ? stillLive() : undefined), false],
  ])('is %s', async (_, lookUps, lost) => {
    const { run } = setScene({ lookUps });
    expect(await cancelBooks(run, [...books])).toMatchObject({ kind: 'unconfirmed', lost });
  });

  it('names an order without an id by its client order id', async () => {
    const unnamed: Order = { status: 'live', orderId: undefined, clientOrderId: 'rc1' };
    const { run } = setScene({ facts: { exits: [unnamed] }, lookUps: () => undefined });
    expect(await cancelBooks(run, [...books])).toMatchObject({
      message: 'Order rc1 is not confirmed as ended (acknowledged)',
    });
  });

  it('ends an order that is proven never placed', async () => {
    const never: Order = { status: 'unconfirmed', sendDeadline: claimedAt - 600_000 };
    const { run } = setScene({ facts: { exits: [never] }, lookUps: () => undefined });
    expect(await cancelBooks(run, [...books])).toBeUndefined();
    expect(exitsOf(run)).toMatchObject([{ status: 'done' }]);
  });
});

describe('canceling', () => {
  it('sends nothing if all orders are done', async () => {
    const { run, canceled } = setScene({ facts: { exits: [{}] } });
    expect(await cancelBooks(run, [...books])).toBeUndefined();
    expect({ canceled, cancelsSent: run.known.cancelsSent }).toEqual({ canceled: [], cancelsSent: false });
  });

  it('cancels only what is not done in the books that are named', async () => {
    const facts = { entries: [live], exits: [live, {}, { status: 'unconfirmed' as const }] };
    const { run, canceled } = setScene({ facts });
    await cancelBooks(run, ['exitOrders']);
    expect(canceled).toEqual(['x0', 'x2']);
    expect(run.known.position.entryOrders).toMatchObject([live]);
  });

  it('looks an order up from the time it was sent, if its answer was lost', async () => {
    const lost: Order = { status: 'unconfirmed', orderId: undefined, clientOrderId: 'rc1', sendDeadline };
    const { run } = setScene({ facts: { exits: [lost] }, lookUps: () => undefined });
    const { cancelOrder, fetchOrder } = run.deps.exchange;
    const sentAfter: unknown[] = [];
    run.deps.exchange.cancelOrder = (market, ref, deadline) => {
      sentAfter.push(ref.sentAfter);
      return cancelOrder(market, ref, deadline);
    };
    run.deps.exchange.fetchOrder = (market, ref) => {
      sentAfter.push(ref.sentAfter);
      return fetchOrder(market, ref);
    };
    await cancelBooks(run, [...books]);
    expect(new Set(sentAfter)).toEqual(new Set([sendDeadline - sendWindowMs]));
  });

  it('leaves at the send deadline and not after it', async () => {
    const inTime = setScene({ startAt: sendDeadline });
    expect(await cancelBooks(inTime.run, [...books])).toBeUndefined();
    const late = setScene({ startAt: sendDeadline + 1 });
    expect(await cancelBooks(late.run, [...books])).toEqual({
      kind: 'unconfirmed',
      message: 'No time was left to act',
      lost: false,
    });
    expect(late.canceled).toEqual([]);
  });

  it('makes what was read before it stale, except for an external close', async () => {
    const { run } = setScene({});
    run.known.fresh = { orders: true, market: true, price: '1', holding: 'held' };
    await cancelBooks(run, [...books]);
    expect(run.known).toMatchObject({ cancelsSent: true, fresh: {} });
    expect(Object.keys(run.known.fresh)).toEqual([]);
    const holding = { detail: 'Closed outside Ripcord.', at: 1 };
    const gone = setScene({});
    gone.run.known.fresh = { orders: true, holding };
    await cancelBooks(gone.run, [...books]);
    expect(gone.run.known.fresh).toEqual({ holding });
  });
});
