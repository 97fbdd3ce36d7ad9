import { type Decimal, decimal, floorToStep, text } from '../core/amounts.ts';
import { leverageOf, marginOf, positionOf, unrealizedPnl } from '../core/futures-account.ts';
import { liquidationPriceOf, maintenanceRatio } from '../core/liquidation.ts';
import type { Account, ExitKind, Market, PositionSide } from '../core/model.ts';
import { findExits } from '../core/position-exits.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { toPositionIndex } from './order-shapes.ts';

/** @returns the account's positions of a market, open or not: one, or both sides in hedge mode. */
export function toPositions(core: SimulatedExchange, account: Account, market: Market) {
  const sides: PositionSide[] = account.hedged ? ['LONG', 'SHORT'] : ['BOTH'];
  return sides.map((side) => toPosition(core, account, market, side));
}

function toPosition(core: SimulatedExchange, account: Account, market: Market, side: PositionSide) {
  const position = positionOf(account, market.symbol, side);
  const amount = decimal(position.amount);
  const flat = amount.isZero();
  const value = amount.abs().times(position.entryPrice);
  const exits = findExits(core.state, { account, symbol: market.symbol, positionSide: side });
  // Only the exits of the whole position; those of a part are listed as orders.
  const findFullPrice = (kind: ExitKind) =>
    exits.find(({ exit }) => exit?.mode === 'full' && exit.kind === kind)?.triggerPrice ?? '';
  return {
    positionIdx: toPositionIndex(side),
    riskId: 1,
    riskLimitValue: '2000000',
    symbol: market.symbol,
    side: toSide(amount),
    size: text(amount.abs()),
    avgPrice: flat ? '0' : position.entryPrice,
    positionValue: flat ? '' : text(value),
    tradeMode: 0,
    autoAddMargin: 0,
    positionStatus: 'Normal',
    leverage: String(leverageOf(account, market.symbol)),
    markPrice: market.price,
    liqPrice: toPrice(market, liquidationPriceOf(core.state, account, position)),
    bustPrice: '',
    ...toMargins(value, leverageOf(account, market.symbol)),
    tpslMode: 'Full',
    takeProfit: findFullPrice('take-profit'),
    stopLoss: findFullPrice('stop-loss'),
    trailingStop: '0',
    unrealisedPnl: flat ? '' : text(unrealizedPnl(position, market.price)),
    curRealisedPnl: position.realizedPnl,
    cumRealisedPnl: position.realizedPnl,
    adlRankIndicator: 0,
    isReduceOnly: false,
    createdTime: String(position.updatedAt),
    updatedTime: String(position.updatedAt),
    seq: -1,
  };
}

function toMargins(value: Decimal, leverage: number) {
  if (value.isZero()) return { positionIM: '', positionMM: '' };
  return {
    positionIM: text(value.div(String(leverage))),
    positionMM: text(value.times(maintenanceRatio)),
  };
}

/** Bybit prints nothing if there is none below the market's largest price. */
function toPrice({ tick }: Market, price: Decimal | undefined): string {
  return price === undefined ? '' : text(floorToStep(price, decimal(tick)));
}

function toSide(amount: Decimal): string {
  if (amount.isZero()) return '';
  return amount.gt(0) ? 'Buy' : 'Sell';
}

/** The unified wallet: spot balance and futures wallet together. */
export function toWallet(core: SimulatedExchange, account: Account, only: string | undefined): unknown {
  const coins = [...new Set([...Object.keys(account.spot), ...Object.keys(account.usdm)])].filter(
    (coin) => only === undefined || coin === only,
  );
  return {
    accountType: 'UNIFIED',
    totalEquity: '',
    totalWalletBalance: '',
    totalAvailableBalance: '',
    coin: coins.flatMap((coin) => {
      const spot = account.spot[coin] ?? { free: '0', locked: '0' };
      const margin = marginOf(core.state, account, coin);
      const wallet = decimal(spot.free).plus(spot.locked).plus(margin.wallet);
      // Bybit leaves out coins without a balance.
      if (wallet.isZero()) return [];
      return [
        {
          coin,
          equity: text(wallet.plus(margin.unrealized)),
          usdValue: '',
          walletBalance: text(wallet),
          free: '',
          locked: spot.locked,
          borrowAmount: '0',
          availableToBorrow: '',
          availableToWithdraw: '',
          accruedInterest: '0',
          totalOrderIM: text(margin.orderMargin),
          totalPositionIM: text(margin.positionMargin),
          totalPositionMM: '0',
          unrealisedPnl: text(margin.unrealized),
          cumRealisedPnl: '0',
          bonus: '0',
          collateralSwitch: true,
          marginCollateral: true,
        },
      ];
    }),
  };
}

export function toKeyInfo(
  { id, apiKey, permissions, keyExpiresAt }: Account,
  now: number,
): Record<string, unknown> {
  return {
    id: id.replace('account-', ''),
    note: 'simulated',
    apiKey,
    readOnly: permissions.trade ? 0 : 1,
    secret: '',
    permissions: {
      ContractTrade: permissions.futures ? ['Order', 'Position'] : [],
      Spot: ['SpotTrade'],
      Wallet: permissions.withdraw ? ['AccountTransfer', 'Withdraw'] : ['AccountTransfer'],
      Options: [],
      Derivatives: [],
      Exchange: [],
    },
    ips: permissions.ipRestricted ? ['127.0.0.1'] : ['*'],
    type: 1,
    unified: 0,
    uta: 1,
    isMaster: true,
    userID: Number(id.replace('account-', '')),
    ...toDeadline(keyExpiresAt, now),
  };
}

const dayMs = 86_400_000;

/** A key that never ends has a day of 1970. */
function toDeadline(expiresAt: number | undefined, now: number): Record<string, unknown> {
  if (expiresAt === undefined) return { deadlineDay: -2, expiredAt: '1970-01-01T00:00:00Z' };
  return {
    deadlineDay: Math.ceil((expiresAt - now) / dayMs),
    expiredAt: `${new Date(expiresAt).toISOString().slice(0, 19)}Z`,
  };
}
