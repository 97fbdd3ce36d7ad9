import { describe, expect, it } from 'vitest';
import type { CreateResult, Exchange, RejectReason } from '../../../lib/exchange/exchange.ts';
import { Fault } from '../../../lib/fault.ts';
import { formatClientOrderId } from '../../../lib/position/client-order-id.ts';
import type { Position } from '../../../lib/position/position.ts';
import { examplePosition } from '../position/example-position.ts';
import { filled, live, perpetual, spot } from './close-position.ts';
import {
  accepted,
  balance,
  claimedAt,
  clientOrderId,
  closeOrder,
  holder,
  holds,
  noTrade,
  rejected,
  rules,
  runClose,
  type Scene,
  sendDeadline,
  trade,
  unknown,
  unreadableRules,
  waiting,
} from './close-scene.ts';
import { saveAttempt } from './example-execution.ts';

describe('a rejected close order', () => {
  const refusal = { kind: 'failed', failure: { source: 'exchange', code: '-1', message: 'Rejected' } };
  const external = {
    kind: 'settled',
    outcome: { outcome: 'closed', closedBy: 'external', closedAmount: '0' },
  };

  it.each<[string, Scene, object]>([
    [
      'below the minimum is dust',
      { creates: [rejected('below-minimum')], exchange: rules({ amountMin: '2' }) },
      { kind: 'settled', outcome: { outcome: 'dust', remaining: '1' } },
    ],
    [
      'below the minimum value is dust',
      {
        creates: [rejected('below-minimum')],
        exchange: { ...rules({ costMin: '5' }), fetchPrice: async () => '4.99' },
      },
      { kind: 'settled', outcome: { outcome: 'dust', remaining: '1' } },
    ],
    [
      'below the minimum fails for a part',
      {
        creates: [rejected('below-minimum')],
        claim: { percent: 50 },
        exchange: rules({ amountMin: '0.6' }),
      },
      { kind: 'failed', failure: { source: 'ripcord', code: 'below-minimum' } },
    ],
    [
      'below a minimum that it is not below fails with the words of the exchange',
      { creates: [rejected('below-minimum')], exchange: rules({}) },
      refusal,
    ],
    [
      'below a minimum fails with the words of the exchange if the rules cannot be read',
      {
        creates: [rejected('below-minimum')],
        facts: { exits: [live] },
        exchange: unreadableRules,
      },
      { kind: 'failed', failure: { ...refusal.failure, canceledExitOrderIds: ['x0'] } },
    ],
    [
      'below the minimum is above a maximum value',
      {
        creates: [rejected('below-minimum')],
        exchange: { ...rules({ costMax: '20000' }), fetchPrice: async () => '50000' },
      },
      {
        kind: 'failed',
        failure: {
          source: 'ripcord',
          code: 'above-maximum',
          message:
            "A MARKET order of 1 BTC is above this market's maximum of 20000 USDT. Exchange error: Rejected.",
        },
      },
    ],
    [
      'above a maximum that it is not above fails with the words of the exchange',
      { creates: [rejected('above-maximum')], exchange: rules({}) },
      refusal,
    ],
    [
      'for its precision is not sent again for the same amount',
      { creates: [rejected('precision')], exchange: rules({}) },
      refusal,
    ],
    [
      'for its precision fails with the words of the exchange if the market is closed',
      { creates: [rejected('precision')], facts: { exits: [live] }, exchange: unreadableRules },
      { kind: 'failed', failure: { ...refusal.failure, canceledExitOrderIds: ['x0'] } },
    ],
    [
      'for now fails and names the exits that were canceled',
      { creates: [rejected('refused-for-now')], facts: { exits: [live] } },
      { kind: 'failed', failure: { ...refusal.failure, canceledExitOrderIds: ['x0'] } },
    ],
    [
      'for coins fails with the words of the exchange if the balance cannot be read',
      {
        creates: [rejected('insufficient')],
        exchange: { fetchBalance: () => Promise.reject(new Fault('exchange-unreachable', 'no')) },
      },
      refusal,
    ],
    ['without permission fails', { creates: [rejected('permission')] }, refusal],
    ['for another reason fails', { creates: [rejected('other')] }, refusal],
    [
      'for coins that only an order which waits for a price may hold fails, and claims nothing about it',
      { creates: [rejected('insufficient')], exchange: { ...balance('1', '0.1'), ...waiting } },
      {
        kind: 'failed',
        failure: {
          source: 'exchange',
          code: '-1',
          message:
            'Rejected. 0.9 BTC of the position is locked in the account, and no open order of BTC/USDT is known to hold it.',
        },
      },
    ],
    [
      'for coins that other orders hold fails and names them',
      { creates: [rejected('insufficient')], exchange: { ...balance('1', '0.1'), ...holder } },
      {
        kind: 'failed',
        failure: {
          source: 'exchange',
          code: '-1',
          message:
            'Rejected. 0.9 BTC of the position is locked in the account by order 77 (limit sell of 0.9 BTC).',
        },
      },
    ],
    [
      'for coins that are missing without a trade fails, and names what the account has',
      { creates: [rejected('insufficient')], exchange: { ...balance('0'), ...noTrade } },
      { kind: 'failed', failure: { ...refusal.failure, message: 'Rejected. The account holds 0 BTC.' } },
    ],
    [
      'for coins that were sold ends the position',
      { creates: [rejected('insufficient')], exchange: { ...balance('0'), ...trade } },
      external,
    ],
    [
      'that left no connection releases the claim',
      { creates: [rejected('no-connection')] },
      { kind: 'released', fault: { code: 'exchange-unreachable', detail: 'Rejected' } },
    ],
    [
      'that left no connection is retried after a cancel',
      { creates: [rejected('rate-limit')], facts: { exits: [live] } },
      { kind: 'retry', reason: 'Rejected' },
    ],
    [
      'of a perpetual that is gone ends the position',
      {
        creates: [rejected('would-not-reduce')],
        facts: { market: perpetual },
        exchange: holds(undefined, '0'),
      },
      external,
    ],
    [
      'of a perpetual whose entry has just filled does not end it by one read',
      {
        creates: [rejected('would-not-reduce')],
        facts: { market: perpetual, entries: [{ ...filled, updatedAt: claimedAt - 10_000 }] },
        exchange: holds(undefined, '0'),
      },
      refusal,
    ],
    [
      'of a perpetual whose entry has just filled ends it by a trade',
      {
        creates: [rejected('would-not-reduce')],
        facts: { market: perpetual, entries: [{ ...filled, updatedAt: claimedAt - 10_000 }] },
        exchange: { ...holds(undefined, '0'), ...trade },
      },
      external,
    ],
    [
      'of a perpetual that is there fails',
      { creates: [rejected('would-not-reduce')], facts: { market: perpetual }, exchange: holds('long') },
      refusal,
    ],
    [
      'of a perpetual that flipped fails and names what is held',
      {
        creates: [rejected('would-not-reduce')],
        facts: { market: perpetual },
        exchange: holds('short', '0.3'),
      },
      {
        kind: 'failed',
        failure: {
          source: 'ripcord',
          code: 'flipped',
          message:
            'The exchange now holds a short of 0.3 BTC, and this position is a long. It refused the order: Rejected',
        },
      },
    ],
  ])('%s', async (_, scene, result) => {
    const run = await runClose(scene);
    expect(run.sent).toHaveLength(1);
    expect(run.result).toMatchObject(result);
  });

  it('that would not reduce is sent once more for what is there', async () => {
    const scene = { facts: { market: perpetual }, exchange: holds('long', '0.4') };
    const again = await runClose({ ...scene, creates: [rejected('would-not-reduce')] });
    expect(again.sent.map(({ amount }) => amount)).toEqual(['1', '0.4']);
    expect(again.result).toMatchObject(refusal);
  });

  it('for its precision is sent once more by fresh market rules', async () => {
    const market = { ...spot, amountStep: '0.5' };
    const facts = { entries: [{ ...filled, filled: '1.2' }] };
    const exchange = { loadMarket: async () => market };
    const again = await runClose({ facts, exchange, creates: [rejected('precision')] });
    expect(again.sent.map(({ amount }) => amount)).toEqual(['1.2', '1']);
    expect(again.result).toMatchObject(refusal);
    expect(again.position.market).toEqual(market);
  });

  it('for its precision does not read an oversized market twice', async () => {
    const exchange = { loadMarket: async () => ({ ...spot, marketAmountMax: '0.5' }) };
    const { sent, result } = await runClose({ exchange, creates: [rejected('precision')] });
    expect(sent).toHaveLength(1);
    expect(result).toMatchObject({
      kind: 'failed',
      failure: {
        source: 'ripcord',
        code: 'above-maximum',
        message:
          "A MARKET order of 1 BTC is above this market's maximum of 0.5 BTC. Exchange error: Rejected.",
      },
    });
  });

  it('that was not placed is sent once more, and then released', async () => {
    const again = await runClose({ creates: [rejected('not-placed')] });
    expect(again.sent).toHaveLength(2);
    expect(again.result).toMatchObject({ kind: 'released', rejectedBy: 'exchange' });
    expect((await runClose({ creates: [rejected('not-placed'), accepted()] })).result).toMatchObject({
      kind: 'settled',
      outcome: { closedAmount: '1' },
    });
  });

  it.each<[RejectReason, string]>([
    ['not-placed', '-1008'],
    ['clock', '-1021'],
    ['rate-limit', '-1003'],
  ])('that the exchange does not place for ten minutes (%s) fails with its words', async (reason, code) => {
    const creates: CreateResult[] = [{ ...rejected(reason), code } as CreateResult];
    const runAt = (startAt: number) =>
      runClose({
        facts: { exits: [live] },
        creates,
        startAt,
        claim: { takenOver: true, sendDeadline: startAt + 5_000 },
      });
    expect((await runAt(claimedAt + 590_000)).result).toMatchObject({ kind: 'retry', reason: 'Rejected' });
    expect((await runAt(claimedAt + 610_000)).result).toMatchObject({
      kind: 'failed',
      failure: { source: 'exchange', code, message: 'Rejected' },
    });
  });

  it('that never left is retried for as long as nothing leaves', async () => {
    for (const reason of ['no-connection', 'rate-limit'] as const) {
      const startAt = claimedAt + 3_600_000;
      const { result } = await runClose({
        facts: { exits: [live] },
        creates: [{ kind: 'rejected', reason, code: reason, message: 'Nothing left' }],
        startAt,
        claim: { takenOver: true, sendDeadline: startAt + 5_000 },
      });
      expect(result).toMatchObject({ kind: 'retry', reason: 'Nothing left' });
    }
  });

  it('that was not placed is retried after a cancel', async () => {
    const facts = { exits: [live] };
    expect((await runClose({ facts, creates: [rejected('not-placed')] })).result).toMatchObject({
      kind: 'retry',
    });
  });
});

describe('a close order that follows a rejected one', () => {
  it.each<[string, RejectReason, Scene]>([
    ['was not placed', 'not-placed', {}],
    ['was for too many coins', 'insufficient', { exchange: balance('0.5') }],
    [
      'would not reduce',
      'would-not-reduce',
      { facts: { market: perpetual }, exchange: holds('long', '0.5') },
    ],
    ['had a wrong precision', 'precision', { exchange: rules({ amountStep: '0.3' }) }],
    [
      'met an exit in its way',
      'exit-in-the-way',
      {
        claim: { percent: 50 },
        facts: { market: perpetual, exits: [{ ...live, reduceOnly: true }] },
        lookUps: () => closeOrder({ orderId: 'x0', status: 'live', filled: '0', reduceOnly: true }),
      },
    ],
  ])('that %s has a durable client order id of its own', async (_, reason, scene) => {
    const saved: number[] = [];
    const startAttempt = async (position: Position) => {
      saved.push(position.attempt + 1);
      return saveAttempt(position);
    };
    const { sent, position } = await runClose({
      ...scene,
      startAttempt,
      creates: [rejected(reason), unknown],
    });
    const next = formatClientOrderId(examplePosition.positionId, 'close', examplePosition.attempt + 1);
    expect(sent.map((order) => order.clientOrderId)).toEqual([clientOrderId, next]);
    expect(saved).toEqual([examplePosition.attempt + 1]);
    expect(position).toMatchObject({
      attempt: examplePosition.attempt + 1,
      revision: examplePosition.revision + 1,
    });
  });

  it('is not sent once another process has taken the claim over', async () => {
    const { sent, result } = await runClose({
      creates: [rejected('not-placed')],
      startAttempt: async () => undefined,
    });
    expect(sent).toHaveLength(1);
    expect(result).toEqual({ kind: 'pending', reason: 'Another process has taken the claim over' });
  });

  it('is not sent if its id could not be saved', async () => {
    const { sent, result } = await runClose({
      creates: [rejected('insufficient')],
      exchange: balance('0.5'),
      startAttempt: () => Promise.reject(new Fault('table-unreachable', 'no')),
    });
    expect(sent).toHaveLength(1);
    expect(result).toMatchObject({ kind: 'released', fault: { code: 'table-unreachable' } });
  });

  it('is not sent after the send deadline', async () => {
    const { sent, result } = await runClose({
      creates: [rejected('insufficient')],
      exchange: balance('0.5'),
      startAt: sendDeadline,
      createMs: 1,
    });
    expect(sent).toHaveLength(1);
    expect(result).toMatchObject({ kind: 'retry' });
  });

  it('is not sent if the first one may have executed', async () => {
    expect((await runClose({ creates: [unknown], exchange: balance('0.5') })).sent).toHaveLength(1);
  });

  it.each<[string, Partial<Exchange>, string[], object]>([
    [
      'sells all that is there and names what is gone',
      { ...balance('0.5'), ...noTrade },
      ['1', '0.5'],
      {
        kind: 'settled',
        reopens: false,
        outcome: {
          outcome: 'closed',
          closedAmount: '0.5',
          remaining: '0',
          detail:
            'Closed 0.5 BTC with MARKET order 9 at 60000 USDT. 0.5 BTC of the position is no longer in the account.',
        },
      },
    ],
    [
      'names what is gone and what is less than a step',
      balance('0.55'),
      ['1', '0.5'],
      {
        kind: 'settled',
        reopens: false,
        outcome: {
          remaining: '0.05',
          detail:
            'Closed 0.5 BTC with MARKET order 9 at 60000 USDT. 0.5 BTC of the position was not sold: 0.45 BTC is no longer in the account.',
        },
      },
    ],
    [
      'sells what is free and names the order that holds the rest',
      { ...balance('1', '0.4'), ...holder },
      ['1', '0.4'],
      {
        kind: 'settled',
        reopens: true,
        outcome: {
          closedAmount: '0.4',
          remaining: '0.6',
          detail:
            'Closed 0.4 BTC with MARKET order 9 at 60000 USDT. 0.6 BTC of the position is locked in the account by order 77 (limit sell of 0.9 BTC).',
        },
      },
    ],
    [
      'sells what is free if the open orders cannot be read',
      {
        ...balance('0.9', '0.4'),
        fetchOpenOrders: () => Promise.reject(new Fault('exchange-unreachable', 'no')),
      },
      ['1', '0.4'],
      {
        kind: 'settled',
        reopens: true,
        outcome: {
          detail:
            'Closed 0.4 BTC with MARKET order 9 at 60000 USDT. 0.5 BTC of the position is locked in the account. 0.1 BTC of the position is no longer in the account.',
        },
      },
    ],
    ['never sells more than was asked for', balance('9'), ['1', '1'], { kind: 'settled', reopens: false }],
  ])('for coins %s', async (_, exchange, amounts, result) => {
    const sent: string[] = [];
    const run = await runClose({
      exchange: {
        ...exchange,
        createMarketOrder: async (_market, { amount }) => {
          sent.push(amount);
          return sent.length === 1 ? rejected('insufficient') : accepted({ amount, filled: amount });
        },
      },
    });
    expect(sent).toEqual(amounts);
    expect(run.result).toMatchObject(result);
  });

  it('for coins is the last one, however often the exchange rejects', async () => {
    const { sent, result } = await runClose({
      creates: [rejected('insufficient')],
      exchange: balance('0.5'),
    });
    expect(sent.map(({ amount }) => amount)).toEqual(['1', '0.5']);
    expect(result).toMatchObject({ kind: 'failed', failure: { source: 'exchange', code: '-1' } });
  });
});

it('an exit order that is not confirmed as ended keeps the claim, also after a rejection', async () => {
  const exit = closeOrder({ orderId: 'x0', status: 'live', filled: '0', reduceOnly: true });
  const { sent, result } = await runClose({
    claim: { percent: 50 },
    facts: { market: perpetual, exits: [{ ...live, reduceOnly: true }] },
    creates: [rejected('exit-in-the-way')],
    lookUps: () => exit,
    exchange: { cancelOrder: async () => ({ kind: 'unconfirmed', reason: 'acknowledged', message: 'ok' }) },
  });
  expect(sent).toHaveLength(1);
  expect(result).toMatchObject({ kind: 'retry' });
});
