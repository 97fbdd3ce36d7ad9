import { describe, expect, it } from 'vitest';
import type { CancelProblem } from '../../../lib/close/execution.ts';
import { resultOfProblem } from '../../../lib/close/result-of-problem.ts';
import type { ExchangeOrder } from '../../../lib/exchange/exchange.ts';
import { Fault } from '../../../lib/fault.ts';
import { orderLostAfterMs } from '../../../lib/position/timing.ts';
import { exampleClaim } from '../position/example-position.ts';
import { closePosition } from './close-position.ts';
import { executionOf } from './example-execution.ts';

const denied: CancelProblem = { kind: 'denied', code: '-2015', message: 'No permission' };
const unconfirmed: CancelProblem = { kind: 'unconfirmed', message: 'Order x0 is live', lost: false };
const lost: CancelProblem = { kind: 'unconfirmed', message: 'Order x0 is gone', lost: true };
const unreachable: CancelProblem = { kind: 'fault', fault: new Fault('exchange-unreachable', 'No answer') };
const refusal: CancelProblem = {
  kind: 'fault',
  fault: new Fault('exchange-refused', 'The key is gone.', { hint: { text: 'Add it.' } }),
};
const closeOrder: ExchangeOrder = {
  orderId: '9',
  symbol: 'BTC/USDT',
  side: 'sell',
  type: 'market',
  status: 'done',
  amount: '1',
  filled: '0.7',
  conditional: false,
};

const soon = exampleClaim.claimedAt + orderLostAfterMs;
const late = soon + 1;

interface Sent {
  cancelsSent?: boolean;
  closeSent?: boolean;
  closeOrder?: ExchangeOrder;
  now?: number;
}

function resultFor(problem: CancelProblem, { cancelsSent = false, now = soon, ...sent }: Sent) {
  const run = executionOf(closePosition(), { now });
  run.known.cancelsSent = cancelsSent;
  return resultOfProblem(Object.assign(run, sent), problem);
}

const failed = (code: string, message: string) => ({
  kind: 'failed',
  failure: { source: 'exchange', code, message },
});
const retry = (reason: string) => ({ kind: 'retry', reason });
const pending = (reason: string) => ({ kind: 'pending', reason });
const attention = (reason: string) => ({ kind: 'attention', reason });
const canceled = { cancelsSent: true };
const closed = { closeSent: true, closeOrder };

describe('before a close order was sent', () => {
  it.each<[string, CancelProblem, Sent, object]>([
    ['a denied cancel fails', denied, canceled, failed('-2015', 'No permission')],
    ['a refusal fails with its detail', refusal, canceled, failed('exchange-refused', 'The key is gone.')],
    ['an unconfirmed cancel is retried', unconfirmed, { ...canceled, now: late }, retry('Order x0 is live')],
    ['a lost order is retried at first', lost, canceled, retry('Order x0 is gone')],
    [
      'an order lost for long needs attention',
      lost,
      { ...canceled, now: late },
      attention('The exchange no longer knows an order of this position. Order x0 is gone.'),
    ],
    ['an outage before any cancel releases the claim', unreachable, {}, { kind: 'released' }],
    ['an outage after a cancel is retried', unreachable, { ...canceled, now: late }, retry('No answer')],
    ['an unconfirmed cancel is never released', unconfirmed, {}, retry('Order x0 is live')],
  ])('%s', (_, problem, sent, result) => {
    expect(resultFor(problem, sent)).toMatchObject(result);
  });
});

describe('once a close order may have been sent', () => {
  const executed = 'Close order 9 executed 0.7 BTC, but an exit order could not be canceled';

  it.each<[string, CancelProblem, Sent, object]>([
    ['a denied cancel waits for the close order', denied, { closeSent: true }, pending('No permission')],
    [
      'a denied cancel after the close needs attention',
      denied,
      closed,
      attention(`${executed}: No permission.`),
    ],
    ['an order that is not found waits at first', lost, closed, pending('Order x0 is gone')],
    [
      'an order lost for long needs attention',
      lost,
      { ...closed, now: late },
      attention(`${executed}: Order x0 is gone.`),
    ],
    [
      'an order lost for long waits for the close order',
      lost,
      { closeSent: true, now: late },
      pending('Order x0 is gone'),
    ],
    ['an unconfirmed cancel waits', unconfirmed, { ...closed, now: late }, pending('Order x0 is live')],
    ['an outage waits', unreachable, { ...closed, now: late }, pending('No answer')],
    ['a refusal waits', refusal, { ...closed, now: late }, pending('The key is gone. Add it.')],
  ])('%s', (_, problem, sent, result) => {
    expect(resultFor(problem, sent)).toEqual(result);
  });
});

it('a cancel that the exchange rejects for ten minutes fails, and is not retried after that', () => {
  const problem = { kind: 'unconfirmed', message: 'Closed market', lost: false, refused: true } as const;
  const position = closePosition();
  const after = (ms: number) =>
    resultOfProblem(executionOf(position, { now: exampleClaim.claimedAt + ms }), problem);
  expect(after(600_000)).toMatchObject({ kind: 'retry' });
  expect(after(600_001)).toMatchObject({
    kind: 'failed',
    failure: { source: 'exchange', code: 'not-canceled', message: 'Closed market.' },
  });
});
