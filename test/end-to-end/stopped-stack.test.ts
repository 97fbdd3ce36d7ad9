import { describe, expect, it } from 'vitest';
import { commands, type PositionView } from '../../lib/admin/contract/commands.ts';
import { decimal, toAmount } from '../../lib/amount.ts';
import { createDynamoStore } from '../../lib/store/dynamo-store.ts';
import { startEnvironment } from './environment.ts';
import { binanceSpot, binanceUsdm, bybitLinear, okxSwap } from './long-position.ts';
import { newSmartTrader, type Resting } from './smart-position.ts';

/** What rests at the exchange works while Ripcord is stopped. */

const environment = await startEnvironment();

const exits = {
  takeProfits: [
    { price: '65000', percent: '50' },
    { price: '70000', percent: '50' },
  ],
  stopLoss: { price: '58000' },
};

const namesOf = (orders: Resting[]) => orders.map(({ id }) => `Exit order ${id}`);
const toName = ({ outcome }: PositionView) => outcome?.detail.split(' (')[0];

/** From 60000 to 57950, for 0.5 BTC. On spot the entry's fee of 0.1 % is taken from that. */
const perpetual = {
  amount: '0.5',
  half: '0.25',
  stopped: {
    realizedProfit: '-1025',
    fees: [{ currency: 'USDT', amount: '23.59' }],
    netProfit: '-1048.59',
  },
  both: { realizedProfit: '737.5' },
};
const spot = {
  amount: '0.4995',
  half: '0.24975',
  stopped: {
    realizedProfit: '-1023.975',
    fees: [
      { currency: 'BTC', amount: '0.0005' },
      { currency: 'USDT', amount: '28.946025' },
    ],
    netProfit: '-1082.921025',
  },
  both: { realizedProfit: '736.7625' },
};

describe.each([
  { venue: binanceUsdm, ...perpetual },
  { venue: bybitLinear, ...perpetual },
  { venue: okxSwap, ...perpetual },
  { venue: binanceSpot, ...spot },
])('$venue.name, with the stack stopped', ({ venue, amount, half, stopped, both }) => {
  async function openPosition() {
    const trader = await newSmartTrader(environment, venue);
    const before = trader.wallet();
    const answer = await trader.open({ amount: '0.5', ...exits });
    if (!answer.ok) throw new Error(answer.error.message);
    const { position } = commands['positions.open'].result.parse(answer.result);
    expect(position.protection).toBe('full');
    return { ...trader, position, won: () => toAmount(decimal(trader.wallet()).minus(before)) };
  }

  it('a stop fills, and the next start finds the position closed with its profit', async () => {
    const { position, moveTo, won, resting } = await openPosition();
    const stops = resting().filter(({ kind }) => kind === 'stop');
    await environment.whileStopped(() => moveTo('57950'));
    const after = await environment.positionNow(position.positionId);
    expect(after).toMatchObject({
      status: 'closed',
      protection: 'none',
      ...stopped,
      unrealizedProfit: '0',
      stopLoss: { state: 'filled', filled: amount },
      outcome: {
        outcome: 'closed',
        closedBy: 'exit-order',
        averagePrice: '57950',
      },
    });
    expect(namesOf(stops)).toContain(toName(after));
    expect(after.netProfit).toBe(won());
    expect(resting()).toEqual([]);
  });

  it('a target and then the stop fill, and the profit counts both', async () => {
    const { position, moveTo, won, resting } = await openPosition();
    moveTo('65000');
    // OKX refuses a reduce-only order that is larger than the position, so its stop works once a sweep has reduced it.
    if (venue === okxSwap) await environment.invoke('ripcord-sweep', {});
    const stops = resting().filter(({ kind }) => kind === 'stop');
    await environment.whileStopped(() => moveTo('57950'));
    const after = await environment.positionNow(position.positionId);
    expect(after).toMatchObject({
      status: 'closed',
      ...both,
      takeProfits: [{ state: 'filled', filled: half }, { filled: '0' }],
      stopLoss: { state: 'filled', filled: half },
    });
    expect(namesOf(stops)).toContain(toName(after));
    expect(after.netProfit).toBe(won());
    expect(resting()).toEqual([]);
  });
});

it('OKX swap: a target fills while the stack is stopped, OKX refuses the larger stop, and the owner is told', async () => {
  const { open, moveTo, resting } = await newSmartTrader(environment, okxSwap);
  const answer = await open({ amount: '0.5', ...exits });
  if (!answer.ok) throw new Error(answer.error.message);
  const { position } = commands['positions.open'].result.parse(answer.result);
  await environment.whileStopped(() => {
    moveTo('65000');
    moveTo('57950');
  });
  await environment.invoke('ripcord-sweep', {});
  const after = await environment.positionNow(position.positionId);
  expect(after).toMatchObject({
    ...{ status: 'open', remaining: '0.25', protection: 'none' },
    stopLoss: { state: 'removed', filled: '0' },
  });
  expect(resting().filter(({ kind }) => kind === 'stop')).toEqual([]);
  const store = createDynamoStore({ tableName: 'ripcord', endpoint: environment.tableEndpoint });
  const { notices = [] } = (await store.readPosition(position.positionId)) ?? {};
  expect(notices.map(({ text }) => text)).toEqual([
    expect.stringContaining('No stop protects the remaining 0.25 BTC.'),
  ]);
});
