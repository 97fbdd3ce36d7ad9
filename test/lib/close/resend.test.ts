import { describe, expect, it } from 'vitest';
import { newClaim } from '../../../lib/close/claim.ts';
import { recover } from '../../../lib/close/recover.ts';
import { runClaim } from '../../../lib/close/run-claim.ts';
import { claimableStates } from '../../../lib/close/transitions.ts';
import type { CreateResult, MarketOrder } from '../../../lib/exchange/exchange.ts';
import { Fault } from '../../../lib/fault.ts';
import type { ClaimedPosition } from '../../../lib/position/position.ts';
import { leaseMs, lookUpIntervalMs } from '../../../lib/position/timing.ts';
import { sweep } from '../../../lib/sweep/sweep.ts';
import { setStage } from '../../simulation/harness.ts';
import type { Plan } from '../../simulation/plan.ts';

const second = 1_000;
const linkId = 'lnk_0123456789abcdef';
/** From here on an order that left within a send window can no longer arrive. */
const pastFenceMs = leaseMs + 1;

/** What becomes of the first close order, and whether its holder hears of it. */
type First = 'lost' | 'lost with all resends' | 'hidden' | 'holder died';

/** A position at a venue that accepts a client order id once, after a hit whose close order has no known result. */
async function pendingStage(first: First, plan: Partial<Plan> = {}) {
  const lagsMs = first === 'hidden' ? [30 * second] : [];
  const stage = await setStage({ tells: false, lagsMs, ...plan });
  const { environment, services, exchange, position, during, now, book } = stage;
  const sent: (MarketOrder & { at: number })[] = [];
  const create = exchange.createMarketOrder;
  let answer: ((result: CreateResult) => CreateResult) | undefined;
  const arrives = { next: first === 'hidden' };
  exchange.createMarketOrder = async (market, order) => {
    sent.push({ ...order, at: environment.time });
    const result = arrives.next
      ? await create(market, order)
      : ({ kind: 'unknown', message: 'no answer' } as const);
    arrives.next = first !== 'lost with all resends';
    return sent.length === 1 ? { kind: 'unknown', message: 'no answer' } : (answer?.(result) ?? result);
  };
  const startedAt = environment.time;
  const claim = newClaim(services, { actor: 'link', linkId, action: 'close' });
  const { positionId } = position;
  const from = claimableStates('close');
  const claimed = await services.store.claimPosition({ positionId, claim, from, maxUses: undefined });
  if (claimed.kind !== 'claimed') throw new Error('not claimed');
  if (first === 'holder died') arrives.next = true;
  else await during(() => runClaim(services, claimed.position, claim));
  return {
    ...stage,
    sent,
    closes: () => book.of('close'),
    claim: async () => ((await now()) as ClaimedPosition).claim,
    /** What the exchange answers to a resend. */
    respond(change: (result: CreateResult) => CreateResult) {
      answer = change;
    },
    async recoverAt(afterMs: number) {
      environment.time = Math.max(environment.time, startedAt + afterMs);
      return during(async () => recover(services, await now()));
    },
  };
}

describe('a close order that was lost', () => {
  it('is sent again as it was, under its own id, and closes the position', async () => {
    const { recoverAt, sent, now, closes, claim } = await pendingStage('lost');
    expect((await claim()).sentOrder).toEqual({ amount: '0.1', sentAt: sent[0]?.at });
    await recoverAt(5 * second);
    expect(sent).toHaveLength(1);
    expect((await recoverAt(pastFenceMs)).result).toMatchObject({ kind: 'pending' });
    const [first, again] = sent;
    expect({ ...again, at: first?.at, sendDeadline: first?.sendDeadline }).toEqual(first);
    expect(again?.sendDeadline).toBeGreaterThan(first?.sendDeadline ?? 0);
    await recoverAt(pastFenceMs + second);
    expect(await now()).toMatchObject({ state: 'closed', attempt: 1, outcome: { closedAmount: '0.1' } });
    expect(closes()).toHaveLength(1);
  });

  it('is not sent again after its position was closed by something else, and another one was opened', async () => {
    const { recoverAt, sent, exchange, environment, now } = await pendingStage('lost', {
      market: 'perpetual',
    });
    const trade = { orderId: 'liquidation', amount: '0.1', price: '60000', cause: 'liquidation' } as const;
    const next = {
      ...trade,
      orderId: 'next',
      side: 'buy',
      cause: 'trade',
      at: environment.time + 2,
    } as const;
    exchange.fetchTrades = () =>
      Promise.resolve([{ ...trade, side: 'sell', at: environment.time + 1 }, { ...next }]);
    let at = pastFenceMs;
    for (; (await now()).state === 'claimed' && at < 200 * second; at += 3 * second) await recoverAt(at);
    expect(sent).toHaveLength(1);
    expect(await now()).toMatchObject({ state: 'closed', outcome: { closedBy: 'external' } });
  });

  it('is not sent later than a minute after it was sent first', async () => {
    const { recoverAt, sent, respond, claim } = await pendingStage('lost with all resends');
    respond(() => ({ kind: 'unknown', code: '10016', message: 'no' }));
    for (let at = pastFenceMs; at < 150 * second; at += second) await recoverAt(at);
    const [first, ...others] = sent;
    const again = others.filter(({ clientOrderId }) => clientOrderId === first?.clientOrderId);
    expect(again.length).toBeGreaterThan(1);
    for (const { at, sendDeadline } of again) {
      expect(at - (first?.at ?? 0)).toBeLessThan(60 * second);
      expect(sendDeadline - (first?.at ?? 0)).toBeLessThanOrEqual(60 * second);
    }
    expect((await claim()).lastExchangeMessage).toBe('no');
  });

  it('is proven absent only when its last resend can no longer be hidden', async () => {
    const { recoverAt, sent, now, environment } = await pendingStage('lost with all resends');
    let at = pastFenceMs;
    for (; (await now()).attempt === 1; at += second) await recoverAt(at);
    const lastDeadline = Math.max(...sent.slice(0, -1).map(({ sendDeadline }) => sendDeadline));
    // The receive window, the clocks and Bybit's look-up lag.
    expect(environment.time - lastDeadline).toBeGreaterThanOrEqual((5 + 2 + 120) * second);
  });

  it.each([
    ['insufficient', '170131'],
    ['no-connection', 'no-connection'],
  ] as const)('counts as absent from its first send if no resend can execute (%s)', async (reason, code) => {
    const { recoverAt, sent, now, respond, environment } = await pendingStage('lost with all resends');
    respond(() => ({ kind: 'rejected', reason, code, message: 'no' }));
    for (let at = pastFenceMs; (await now()).attempt === 1; at += second) await recoverAt(at);
    const provenMs = environment.time - (sent[0]?.sendDeadline ?? 0);
    expect(provenMs).toBeGreaterThanOrEqual((5 + 2 + 120) * second);
    expect(provenMs).toBeLessThanOrEqual((5 + 2 + 120 + 13) * second);
  });
});

describe('a resend that the exchange refused', () => {
  it('is the last one', async () => {
    const { recoverAt, sent, respond } = await pendingStage('lost with all resends');
    respond(() => ({ kind: 'rejected', reason: 'insufficient', code: '170131', message: 'no' }));
    for (let at = pastFenceMs; at < 60 * second; at += second) await recoverAt(at);
    expect(sent).toHaveLength(2);
  });
});

describe('a resend that did not leave', () => {
  it.each([
    ['rate-limit', '10006'],
    ['clock', '10002'],
  ] as const)('is tried again only after a while (%s)', async (reason, code) => {
    const { sent, respond, during, services, environment } = await pendingStage('lost with all resends');
    respond(() => ({ kind: 'rejected', reason, code, message: 'no' }));
    const endsAt = environment.time + 55 * second;
    await during(() => sweep(services, undefined, { remainingMs: () => endsAt - environment.time }));
    expect(sent.length).toBeGreaterThan(2);
    const pauses = sent.slice(1).map(({ at }, index) => at - (sent[index]?.at ?? 0));
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(lookUpIntervalMs);
  });
});

describe('a close order that can be sent again', () => {
  it('waits if what the account holds decides, and can not be read', async () => {
    const stage = await pendingStage('lost', { market: 'perpetual' });
    const { recoverAt, sent, now, table, exchange, environment } = stage;
    const { fetchPosition } = exchange;
    await table.savePosition(await now(), {
      lastSync: { at: environment.time, flatSince: environment.time },
    });
    exchange.fetchPosition = () => Promise.reject(new Fault('exchange-unreachable', 'It did not respond'));
    expect((await recoverAt(pastFenceMs)).result).toEqual({ kind: 'pending', reason: 'It did not respond' });
    expect(sent).toHaveLength(1);
    exchange.fetchPosition = fetchPosition;
    await recoverAt(pastFenceMs + lookUpIntervalMs + second);
    expect(sent).toHaveLength(2);
  });
});

describe('a resend of a close order that executed and is not found yet', () => {
  it.each<[string, Extract<CreateResult, { kind: 'rejected' }>['reason'], string]>([
    ['a duplicate', 'duplicate-id', '170141'],
    ['too much for the balance', 'insufficient', '170131'],
    ['not reducing', 'would-not-reduce', '110017'],
    ['below the minimum', 'below-minimum', '170140'],
    ['not allowed', 'permission', '10005'],
    ['an order that fails for another reason', 'other', '170130'],
  ])('that is refused as %s ends nothing', async (_, reason, code) => {
    const { recoverAt, sent, respond, now, closes } = await pendingStage('hidden');
    respond(() => ({ kind: 'rejected', reason, code, message: 'no' }));
    await recoverAt(pastFenceMs);
    expect(sent).toHaveLength(2);
    expect(await now()).toMatchObject({ state: 'claimed', claim: { phase: 'may-have-sent' } });
    await recoverAt(35 * second);
    expect(await now()).toMatchObject({ state: 'closed', outcome: { closedAmount: '0.1' } });
    expect(closes()).toHaveLength(1);
  });

  it('executes nothing more', async () => {
    const { recoverAt, sent, now, closes } = await pendingStage('hidden', { foreign: 5_000 });
    for (let at = pastFenceMs; at < 40 * second; at += second) {
      if ((await now()).state !== 'claimed') break;
      await recoverAt(at);
    }
    expect(sent.length).toBeGreaterThan(1);
    expect(await now()).toMatchObject({ state: 'closed', attempt: 1 });
    expect(closes()).toHaveLength(1);
  });
});

describe('a claim whose close order may exist', () => {
  const stopped = {
    'all links are paused': { paused: true, link: undefined },
    'its link is revoked': { paused: false, link: { revokedAt: '2026-10-09T08:53:20.000Z' } },
  };

  it.each(Object.entries(stopped))('sends nothing more and is not released when %s', async (_, read) => {
    const { recoverAt, sent, services, now } = await pendingStage('hidden');
    services.store.readLinkAndPause = async () => read as never;
    await recoverAt(pastFenceMs);
    expect(sent).toHaveLength(1);
    expect((await now()).state).toBe('claimed');
    await recoverAt(35 * second);
    expect(await now()).toMatchObject({ state: 'closed', outcome: { closedAmount: '0.1' } });
  });

  it.each(Object.entries(stopped))('is released when %s and the order is proven absent', async (_, read) => {
    const { recoverAt, sent, services, now } = await pendingStage('lost');
    services.store.readLinkAndPause = async () => read as never;
    let at = pastFenceMs;
    for (; (await now()).state === 'claimed'; at += 3 * second) await recoverAt(at);
    expect((await now()).state).toBe('open');
    expect(at).toBeGreaterThan(130 * second);
    expect(sent).toHaveLength(1);
  });
});

describe('a close order whose holder died', () => {
  it('is sent as the plan sends it now', async () => {
    const { recoverAt, sent, now, closes } = await pendingStage('holder died');
    await recoverAt(pastFenceMs);
    expect(sent).toMatchObject([{ amount: '0.1' }]);
    await recoverAt(pastFenceMs + second);
    expect(await now()).toMatchObject({ state: 'closed', attempt: 1 });
    expect(closes()).toHaveLength(1);
  });

  it('is sent after the exits are canceled', async () => {
    const exitOrders = [{ amount: 100, filled: 0 }];
    const { recoverAt, now, closes, book } = await pendingStage('holder died', { exitOrders });
    await recoverAt(pastFenceMs);
    await recoverAt(pastFenceMs + second);
    expect(await now()).toMatchObject({ state: 'closed' });
    expect(book.of('exit')).toMatchObject([{ live: false, filled: 0 }]);
    expect(closes()).toHaveLength(1);
  });

  it('is waited for when the plan would end without an order', async () => {
    const entryOrders = [{ amount: 100, filled: 0 }];
    const { recoverAt, now, sent } = await pendingStage('holder died', { entryOrders });
    expect((await recoverAt(pastFenceMs)).result).toEqual({
      kind: 'pending',
      reason: 'The close order may have executed',
    });
    expect(sent).toEqual([]);
    expect(await now()).toMatchObject({ state: 'claimed', claim: { phase: 'may-have-sent' } });
  });
});
