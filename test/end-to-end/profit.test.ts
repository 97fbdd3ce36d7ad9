import { describe, expect, it } from 'vitest';
import { toOrderId } from '../../infra/simulator/bybit/order-shapes.ts';
import type { Fault } from '../../infra/simulator/core/faults.ts';
import type { CommandInput, PositionView } from '../../lib/admin/contract/commands.ts';
import { decimal, sum, toAmount } from '../../lib/amount.ts';
import { fire, markOf, startEnvironment } from './environment.ts';
import { binanceSpot, binanceUsdm, bybitLinear, type VenueMarket, venueMarkets } from './long-position.ts';

/** What a position has brought, against the wallets of its account at the exchange. */

const environment = await startEnvironment({ table: 'model' });
const { core } = environment;

const isSpot = ({ market }: VenueMarket) => market === 'spot';
const perpetuals = [binanceUsdm, bybitLinear];

/** A trader whose wallets are read before and after. */
async function newTrader(venue: VenueMarket, options: { hedged?: boolean } = {}) {
  const balances = { USDT: '1000000', BNB: '100' };
  const { apiKey, account } = await environment.newAccount({
    exchange: venue.exchange,
    balances: isSpot(venue) ? { spot: { ...balances, BTC: '5' } } : { usdm: balances },
    ...options,
  });
  const wallet = (asset: string): string => {
    const { spot, usdm } = core.accountOf(apiKey);
    const { free, locked } = spot[asset] ?? { free: '0', locked: '0' };
    return isSpot(venue) ? sum([free, locked]) : (usdm[asset] ?? '0');
  };
  return {
    venue,
    apiKey,
    account,
    wallet,
    base: { apiKey, market: venue.market, symbol: 'BTCUSDT' } as const,
    symbol: isSpot(venue) ? 'BTC/USDT' : 'BTC/USDT:USDT',
    price: (price: string) => core.setPrice({ market: venue.market, symbol: 'BTCUSDT', price }),
    order: (
      order: Pick<Parameters<typeof core.placeOrder>[0], 'side' | 'amount' | 'reduceOnly' | 'positionSide'>,
    ) => core.placeOrder({ apiKey, market: venue.market, symbol: 'BTCUSDT', type: 'market', ...order }),
  };
}
type Trader = Awaited<ReturnType<typeof newTrader>>;

let requests = 0;

async function open(
  trader: Trader,
  over: Partial<CommandInput<'positions.open'>> = {},
): Promise<PositionView> {
  requests += 1;
  const { position } = await environment.admin('positions.open', {
    requestId: `profit-${requests}`,
    account: trader.account,
    symbol: trader.symbol,
    side: 'long',
    type: 'market',
    amount: '0.1',
    ...over,
  } as CommandInput<'positions.open'>);
  return position;
}

async function close({ positionId }: PositionView, percent?: number): Promise<void> {
  const { url } = await environment.admin('links.create', { positionId, action: 'close', percent });
  expect((await fire(url)).json).toMatchObject({ outcome: 'closed' });
}

function profitNow({ positionId }: PositionView) {
  return environment.positionNow(positionId);
}

function less(a: string, b: string): string {
  return toAmount(decimal(a).minus(b));
}

describe.each(venueMarkets)('$name', (venue) => {
  it.each(['long', 'short'] as const)(
    'a %s that is closed in two parts brings what the wallet shows',
    async (side) => {
      const trader = await newTrader(venue);
      const before = trader.wallet('USDT');
      const position = await open(trader, { side });
      expect(await profitNow(position)).toMatchObject({ realizedProfit: '0', unrealizedProfit: '0' });
      trader.price('61234.5');
      await close(position, 50);
      const part = await profitNow(position);
      const isLong = side === 'long';
      const sign = isLong ? '' : '-';
      // A spot long has paid 0.0001 BTC of 0.1.
      const half = isSpot(venue) && isLong ? '61.663275' : '61.725';
      expect(part).toMatchObject({
        status: 'open',
        realizedProfit: `${sign}${half}`,
        unrealizedProfit: `${sign}${half}`,
        funding: isSpot(venue) ? null : '0',
      });
      trader.price('59000');
      await close(position);
      const { status, realizedProfit, netProfit, fees, unrealizedProfit } = await profitNow(position);
      expect({ status, unrealizedProfit }).toEqual({ status: 'closed', unrealizedProfit: '0' });
      if (isSpot(venue) && !isLong) {
        // What was bought back is less by its fee in BTC, which counts at its price.
        const missing = less('5', trader.wallet('BTC'));
        expect(fees).toContainEqual({ currency: 'BTC', amount: missing });
        return;
      }
      expect(netProfit).toBe(less(trader.wallet('USDT'), before));
      const quoteFees = fees?.find(({ currency }) => currency === 'USDT')?.amount ?? '0';
      const baseFees = fees?.find(({ currency }) => currency === 'BTC')?.amount ?? '0';
      const paid = sum([quoteFees, toAmount(decimal(baseFees).times('60000'))]);
      expect(netProfit).toBe(less(realizedProfit ?? '', paid));
    },
  );

  it('a fee in another coin counts at its price at the time of the fill', async () => {
    if (!isSpot(venue)) core.addMarket({ ...core.state.market('spot', 'BNBUSDT'), kind: 'usdm' });
    const trader = await newTrader(venue);
    core.setFeeAsset({ apiKey: trader.apiKey, asset: 'BNB' });
    const before = trader.wallet('USDT');
    const position = await open(trader);
    // 0.1 BTC for 6,000 USDT, at 600 USDT a BNB.
    const paid = less('100', trader.wallet('BNB'));
    expect(await profitNow(position)).toMatchObject({
      fees: [{ currency: 'BNB', amount: paid }],
      netProfit: toAmount(decimal(paid).times('-600')),
    });
    core.setPrice({ market: 'spot', symbol: 'BNBUSDT', price: '700' });
    core.setFeeAsset({ apiKey: trader.apiKey, asset: null });
    trader.price('61000');
    await close(position);
    const { netProfit, fees } = await profitNow(position);
    expect(fees).toContainEqual({ currency: 'BNB', amount: paid });
    const wallets = less(trader.wallet('USDT'), before);
    expect(netProfit).toBe(less(wallets, toAmount(decimal(paid).times('600'))));
  });

  it('the list shows all of it after the next sweep', async () => {
    const trader = await newTrader(venue);
    const before = trader.wallet('USDT');
    const position = await open(trader);
    await close(position);
    await environment.invoke('ripcord-sweep', {});
    const { positions } = await environment.admin('positions.list', { account: trader.account });
    expect(positions).toMatchObject([{ status: 'closed', netProfit: less(trader.wallet('USDT'), before) }]);
  });

  it('a close makes no request for it', async () => {
    const trader = await newTrader(venue);
    const position = await open(trader);
    await environment.invoke('ripcord-sweep', {});
    const mark = markOf(core);
    await close(position, 50);
    // What a spot long paid in base decides how much is left to sell, so that is read.
    const asked = core
      .ledger({ since: mark })
      .flatMap((entry) => (entry.type === 'request' ? [`${entry.path}?${entry.query}`] : []));
    expect(
      asked.filter(
        (request) =>
          !isSpot(venue) && /(userTrades|execution).*orderId=|income|kline|execType=Funding/i.test(request),
      ),
    ).toEqual([]);
  });
});

describe('what the exchange does not tell', () => {
  const failed: Fault = { kind: 'status', status: 503, match: {}, times: 99 };

  it.each([
    { venue: binanceSpot, path: '/api/v3/myTrades', realized: '9.99' },
    { venue: binanceUsdm, path: '/fapi/v1/userTrades', realized: '10' },
  ])('leaves fees of $venue.name unknown, and nothing else', async ({ venue, path, realized }) => {
    const trader = await newTrader(venue);
    const before = trader.wallet('USDT');
    const position = await open(trader);
    core.addFault({ ...failed, match: { path } });
    trader.price('60100');
    await close(position);
    const unknown = await profitNow(position);
    expect(unknown).toMatchObject({ status: 'closed', fees: null, netProfit: null, unrealizedProfit: '0' });
    expect(unknown.realizedProfit).toBe(realized);
    expect(await environment.invoke('ripcord-sweep', {})).toMatchObject({ failures: [] });
    core.clearFaults();
    expect((await profitNow(position)).netProfit).toBe(less(trader.wallet('USDT'), before));
  });

  it('leaves what a coin was worth unknown, and its amount known', async () => {
    const trader = await newTrader(binanceSpot);
    core.setFeeAsset({ apiKey: trader.apiKey, asset: 'BNB' });
    core.addFault({ ...failed, match: { path: '/api/v3/klines' } });
    const position = await open(trader);
    expect(await profitNow(position)).toMatchObject({
      realizedProfit: '0',
      fees: [{ currency: 'BNB' }],
      netProfit: null,
    });
    core.clearFaults();
    expect((await profitNow(position)).netProfit).not.toBeNull();
  });

  it('leaves funding unknown, and nothing else', async () => {
    const trader = await newTrader(binanceUsdm);
    const position = await open(trader);
    core.payFunding({ apiKey: trader.apiKey, symbol: 'BTCUSDT', fee: '1.5' });
    core.addFault({ ...failed, match: { path: '/fapi/v1/income' } });
    expect(await profitNow(position)).toMatchObject({
      funding: null,
      netProfit: '-2.4',
      realizedProfit: '0',
    });
    core.clearFaults();
    expect(await profitNow(position)).toMatchObject({ funding: '-1.5', netProfit: '-3.9' });
  });
});

describe.each(perpetuals)('funding on $name', (venue) => {
  it.each(['long', 'short'] as const)('of a %s is part of its net profit', async (side) => {
    const trader = await newTrader(venue);
    const before = trader.wallet('USDT');
    const position = await open(trader, { side });
    core.payFunding({ apiKey: trader.apiKey, symbol: 'BTCUSDT', fee: '1.25' });
    expect(await profitNow(position)).toMatchObject({ funding: '-1.25' });
    await close(position, 50);
    core.payFunding({ apiKey: trader.apiKey, symbol: 'BTCUSDT', fee: '-0.5' });
    expect(await profitNow(position)).toMatchObject({ funding: '-0.75' });
    trader.price('60500');
    await close(position);
    expect(await profitNow(position)).toMatchObject({
      status: 'closed',
      funding: '-0.75',
      netProfit: less(trader.wallet('USDT'), before),
    });
  });

  it('is unknown if the account held more than the position, and the profit does not include it then', async () => {
    const trader = await newTrader(venue);
    trader.order({ side: 'buy', amount: '0.2' });
    const position = await open(trader);
    expect(await profitNow(position)).toMatchObject({ funding: '0', netProfit: '-2.4' });
    core.payFunding({ apiKey: trader.apiKey, symbol: 'BTCUSDT', fee: '1.25' });
    expect(await profitNow(position)).toMatchObject({ funding: null, netProfit: '-2.4' });
  });

  it('of one side of a hedge is known while the other side is empty', async () => {
    const trader = await newTrader(venue, { hedged: true });
    const position = await open(trader);
    core.payFunding({ apiKey: trader.apiKey, symbol: 'BTCUSDT', positionSide: 'LONG', fee: '1.25' });
    expect(await profitNow(position)).toMatchObject({ funding: '-1.25' });
    trader.order({ side: 'sell', amount: '0.2', positionSide: 'SHORT' });
    core.payFunding({ apiKey: trader.apiKey, symbol: 'BTCUSDT', positionSide: 'LONG', fee: '1' });
    expect(await profitNow(position)).toMatchObject({ funding: null });
  });

  it('and the fees of a stop are those of the order that it placed', async () => {
    const trader = await newTrader(venue);
    const before = trader.wallet('USDT');
    const entry = core.placeOrder({
      ...trader.base,
      side: 'buy',
      type: 'limit',
      amount: '0.1',
      price: '59000',
    });
    core.fill({ orderId: entry.id });
    const exit = { side: 'sell', type: 'stop_market', amount: '0.1', reduceOnly: true } as const;
    const stop =
      venue === bybitLinear
        ? core.acknowledgeOrder({
            ...trader.base,
            ...exit,
            account: core.accountOf(trader.apiKey),
            triggerPrice: '57000',
          })
        : core.placeOrder({ ...trader.base, ...exit, stopPrice: '57000' });
    const toId = ({ id }: { id: number }) =>
      venue === bybitLinear ? toOrderId({ id, market: 'usdm' }) : String(id);
    const { position } = await environment.admin('positions.adopt', {
      account: trader.account,
      symbol: trader.symbol,
      side: 'long',
      entryOrderIds: [toId(entry)],
      exitOrderIds: [toId(stop)],
    });
    core.payFunding({ apiKey: trader.apiKey, symbol: 'BTCUSDT', fee: '1.25' });
    expect(await profitNow(position)).toMatchObject({ funding: '-1.25' });
    trader.price('56900');
    expect(await profitNow(position)).toMatchObject({
      status: 'closed',
      realizedProfit: '-210',
      funding: '-1.25',
      netProfit: less(trader.wallet('USDT'), before),
    });
  });
});
