import { describe, expect, it } from 'vitest';
import { commands, type PositionView } from '../../lib/admin/contract/commands.ts';
import { createDynamoStore } from '../../lib/store/dynamo-store.ts';
import { startEnvironment } from './environment.ts';
import { binanceSpot, binanceUsdm, bybitLinear, okxSwap, type VenueMarket } from './long-position.ts';
import { newSmartTrader, type Opening } from './smart-position.ts';

/** What the owner is told of exits: at once, once, with what to do. */

const environment = await startEnvironment();
const { core } = environment;
const store = createDynamoStore({ tableName: 'ripcord', endpoint: environment.tableEndpoint });

const takeProfits = [
  { price: '65000', percent: '50' },
  { price: '70000', percent: '50' },
];
const stopLoss = { price: '58000' };

async function open(venue: VenueMarket, input: Opening = {}) {
  const trader = await newSmartTrader(environment, venue);
  const answer = await trader.open({ amount: '0.5', takeProfits, stopLoss, ...input });
  if (!answer.ok) throw new Error(answer.error.message);
  return { trader, position: commands['positions.open'].result.parse(answer.result).position };
}

/** @returns the texts after three sweeps, without what names the position. */
async function noticesOf({ positionId }: PositionView): Promise<string[]> {
  for (let sweeps = 0; sweeps < 3; sweeps += 1) await environment.invoke('ripcord-sweep', {});
  const { notices = [] } = (await store.readPosition(positionId)) ?? {};
  return notices.map(({ text }) =>
    text.replace(/BTC\/USDT(:USDT)? long on [^ ]+\. /, '').replace(positionId, 'POSITION'),
  );
}

const setStop = 'Set a stop, or close the position: ripcord positions exits POSITION --stop-loss PRICE';

describe.each([
  { venue: binanceUsdm, stopPath: '/fapi/v1/algoOrder', refusal: { status: 400, code: -2027 } },
  { venue: bybitLinear, stopPath: '/v5/order/create', refusal: { status: 200, code: 110090 } },
  { venue: okxSwap, stopPath: '/api/v5/trade/order-algo', refusal: { status: 200, code: 51087 } },
])('$venue.name: the owner is notified', ({ venue, stopPath, refusal }) => {
  it('once of a stop that was canceled by hand', async () => {
    const { trader, position } = await open(venue);
    const id = position.stopLoss?.orderId ?? '';
    trader.cancel(id);
    expect(await environment.positionNow(position.positionId)).toMatchObject({ protection: 'none' });
    expect(await noticesOf(position)).toEqual([
      `Exits changed: The stop at 58000 (order ${id}) was canceled or expired at the exchange. Ripcord does not place it again. No stop protects the remaining 0.5 BTC. ${setStop}`,
    ]);
  });

  it('once of a stop that the exchange expired', async () => {
    const { trader, position } = await open(venue);
    trader.expire(position.stopLoss?.orderId ?? '');
    expect(await environment.positionNow(position.positionId)).toMatchObject({ protection: 'none' });
    expect(await noticesOf(position)).toEqual([
      expect.stringContaining('No stop protects the remaining 0.5 BTC.'),
    ]);
  });

  it('once of a target that was canceled by hand, which leaves the stop', async () => {
    const { trader, position } = await open(venue);
    const id = position.takeProfits[0]?.orderId ?? '';
    trader.cancel(id);
    expect(await noticesOf(position)).toEqual([
      `Exits changed: The target at 65000 (order ${id}) was canceled or expired at the exchange. Ripcord does not place it again. A stop at the exchange covers the remaining 0.5 BTC.`,
    ]);
  });

  it('of a stop that the exchange refused, and once it rests', async () => {
    const { position } = await open(venue, { takeProfits: undefined, stopLoss: undefined });
    core.addFault({ kind: 'status', ...refusal, msg: 'Not now.', match: { method: 'POST', path: stopPath } });
    const { positionId } = position;
    const refused = await environment.admin('positions.setExits', { positionId, stopLoss });
    expect(refused.position).toMatchObject({ protection: 'none', stopLoss: { state: 'refused' } });
    expect(await noticesOf(position)).toEqual([
      expect.stringMatching(
        /^Exits changed: The stop at 58000 was not placed: .*Not now\. .*Ripcord tries again every minute\. No stop protects the remaining 0\.5 BTC\. Set a stop/,
      ),
      'Exits changed: The stop at 58000 was placed. A stop at the exchange covers the remaining 0.5 BTC.',
    ]);
    expect(await environment.positionNow(position.positionId)).toMatchObject({ protection: 'full' });
  });

  it('of a target that has filled, and of the stop that ends the position', async () => {
    const { trader, position } = await open(venue);
    const [target] = position.takeProfits;
    trader.moveTo('65000');
    const filled = `Exits changed: The target at 65000 (order ${target?.orderId}) has filled and closed 0.25 BTC. A stop at the exchange covers the remaining 0.25 BTC.`;
    expect(await noticesOf(position)).toEqual([filled]);
    const { stopLoss: stop } = await environment.positionNow(position.positionId);
    trader.moveTo('57900');
    expect(await noticesOf(position)).toEqual([
      filled,
      expect.stringContaining(`Closed: Exit order ${stop?.orderId} (`),
    ]);
  });

  it('of no exit that ended because the position was closed by hand', async () => {
    const { trader, position } = await open(venue);
    trader.sell('0.5');
    expect(await noticesOf(position)).toEqual([]);
    expect(trader.resting().filter(({ kind }) => kind === 'stop').length).toBeLessThanOrEqual(1);
  });
});

// Bybit places the stop itself when the entry fills.
it('Binance USDⓈ-M: the owner is notified once of a stop whose price passed before it was placed', async () => {
  const { trader, position } = await open(binanceUsdm, { type: 'limit', price: '59000' });
  trader.fill(position.entryOrders[0]?.orderId ?? '');
  trader.moveTo('57900');
  expect(await noticesOf(position)).toEqual([
    `Exits changed: The price 57900 has passed the stop 58000, so the stop was not placed. Nothing was closed. No stop protects the remaining 0.5 BTC. ${setStop}`,
  ]);
});

it('Binance spot: the owner is notified once of a list that was canceled by hand, and of a target that filled', async () => {
  const { trader, position } = await open(binanceSpot);
  const [first, second] = position.takeProfits;
  trader.cancel(first?.orderId ?? '');
  const ended = expect.stringMatching(
    new RegExp(
      `^Exits changed: The target at 65000 \\(order ${first?.orderId}\\) .* The stop at 58000 for 0\\.24975 BTC \\(order \\d+\\) .* A stop at the exchange covers only a part of the remaining 0\\.4995 BTC\\. Set a stop`,
    ),
  );
  expect(await noticesOf(position)).toEqual([ended]);
  trader.moveTo('70000');
  expect(await noticesOf(position)).toEqual([
    ended,
    `Exits changed: The target at 70000 (order ${second?.orderId}) has filled and closed 0.24975 BTC. No stop protects the remaining 0.24975 BTC. ${setStop}`,
  ]);
});
