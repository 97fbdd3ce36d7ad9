import { type Decimal, decimal, text, zero } from '../core/amounts.ts';
import { leverageOf, type MarginSummary, marginOf, unrealizedPnl } from '../core/futures-account.ts';
import { isolatedWalletOf, liquidationPriceOf, maintenanceRatio } from '../core/liquidation.ts';
import type { Account, Market, Position } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { toFixedPlaces } from './format.ts';

/** An entry of `/fapi/v2/positionRisk`. */
export function toPositionRiskV2(core: SimulatedExchange, account: Account, position: Position) {
  const marginType = account.marginType[position.symbol] ?? 'cross';
  return {
    ...toPositionRisk(core, account, position),
    leverage: String(leverageOf(account, position.symbol)),
    maxNotionalValue: '10000000',
    marginType,
    isolated: marginType === 'isolated',
    isAutoAddMargin: 'false',
    adlQuantile: 1,
  };
}

/** An entry of `/fapi/v3/positionRisk`: with margins, without leverage and margin type. */
export function toPositionRiskV3(core: SimulatedExchange, account: Account, position: Position) {
  const { initial, maintenance } = toPositionMargins(core, account, position);
  return {
    ...toPositionRisk(core, account, position),
    marginAsset: core.state.market('usdm', position.symbol).quote,
    initialMargin: initial,
    maintMargin: maintenance,
    positionInitialMargin: initial,
    openOrderInitialMargin: '0',
    adl: 1,
    bidNotional: '0',
    askNotional: '0',
  };
}

/** Binance prints "0" where there is none. */
function toPrice(price: Decimal | undefined): string {
  return price === undefined ? '0' : toFixedPlaces(price);
}

function toPositionRisk(core: SimulatedExchange, account: Account, position: Position) {
  const market = core.state.market('usdm', position.symbol);
  const wallet = isolatedWalletOf(account, position);
  const profit = unrealizedPnl(position, market.price);
  return {
    symbol: position.symbol,
    positionSide: position.side,
    positionAmt: position.amount,
    entryPrice: toFixedPlaces(position.entryPrice),
    breakEvenPrice: toFixedPlaces(position.entryPrice),
    markPrice: toFixedPlaces(market.price),
    unRealizedProfit: toFixedPlaces(profit),
    liquidationPrice: toPrice(liquidationPriceOf(core.state, account, position)),
    isolatedMargin: wallet.isZero() ? '0' : toFixedPlaces(wallet.plus(profit)),
    notional: toFixedPlaces(decimal(position.amount).times(market.price)),
    isolatedWallet: wallet.isZero() ? '0' : toFixedPlaces(wallet),
    updateTime: position.updatedAt,
  };
}

function toPositionMargins(core: SimulatedExchange, account: Account, position: Position) {
  const { price } = core.state.market('usdm', position.symbol);
  const notional = decimal(position.amount).times(price).abs();
  return {
    initial: toFixedPlaces(notional.div(String(leverageOf(account, position.symbol)))),
    maintenance: toFixedPlaces(notional.times(maintenanceRatio)),
  };
}

export function toLeverageBrackets(market: Market) {
  return {
    symbol: market.symbol,
    brackets: [
      {
        bracket: 1,
        initialLeverage: 125,
        notionalCap: 10_000_000,
        notionalFloor: 0,
        maintMarginRatio: Number(maintenanceRatio),
        cum: 0,
      },
    ],
  };
}

function walletAssets(account: Account): string[] {
  return Object.keys(account.usdm);
}

export function toFuturesBalances(core: SimulatedExchange, account: Account) {
  return walletAssets(account).map((asset) => {
    const margin = marginOf(core.state, account, asset);
    return {
      accountAlias: account.id,
      asset,
      balance: toFixedPlaces(margin.wallet),
      crossWalletBalance: toFixedPlaces(margin.wallet),
      crossUnPnl: toFixedPlaces(margin.unrealized),
      availableBalance: toFixedPlaces(margin.available),
      maxWithdrawAmount: toFixedPlaces(margin.available),
      marginAvailable: true,
      updateTime: core.now(),
    };
  });
}

export function toFuturesAccount(core: SimulatedExchange, account: Account, positions: Position[]) {
  const margins = walletAssets(account).map((asset) => ({ asset, ...marginOf(core.state, account, asset) }));
  const usdt = margins.find(({ asset }) => asset === 'USDT');
  const total = (value: 'wallet' | 'unrealized' | 'available') => toFixedPlaces(usdt?.[value] ?? zero);
  return {
    feeTier: 0,
    canTrade: account.permissions.trade,
    canDeposit: true,
    canWithdraw: account.permissions.withdraw,
    multiAssetsMargin: false,
    updateTime: 0,
    totalWalletBalance: total('wallet'),
    totalUnrealizedProfit: total('unrealized'),
    totalMarginBalance: toFixedPlaces((usdt?.wallet ?? zero).plus(usdt?.unrealized ?? zero)),
    availableBalance: total('available'),
    maxWithdrawAmount: total('available'),
    // ccxt skips an asset whose updateTime is 0.
    assets: margins.map((margin) => ({ ...toAssetMargin(margin), updateTime: core.now() })),
    positions: positions.map((position) => toAccountPosition(core, account, position)),
  };
}

function toAssetMargin(margin: MarginSummary & { asset: string }) {
  const { asset, wallet, unrealized, positionMargin, orderMargin, available } = margin;
  return {
    asset,
    walletBalance: toFixedPlaces(wallet),
    unrealizedProfit: toFixedPlaces(unrealized),
    marginBalance: toFixedPlaces(wallet.plus(unrealized)),
    maintMargin: toFixedPlaces(positionMargin.times('0.1')),
    initialMargin: toFixedPlaces(positionMargin.plus(orderMargin)),
    positionInitialMargin: toFixedPlaces(positionMargin),
    openOrderInitialMargin: toFixedPlaces(orderMargin),
    crossWalletBalance: toFixedPlaces(wallet),
    crossUnPnl: toFixedPlaces(unrealized),
    availableBalance: toFixedPlaces(available),
    maxWithdrawAmount: toFixedPlaces(available),
  };
}

function toAccountPosition(core: SimulatedExchange, account: Account, position: Position) {
  const market = core.state.market('usdm', position.symbol);
  const { initial, maintenance } = toPositionMargins(core, account, position);
  return {
    symbol: position.symbol,
    positionSide: position.side,
    positionAmt: position.amount,
    entryPrice: text(decimal(position.entryPrice)),
    unrealizedProfit: toFixedPlaces(unrealizedPnl(position, market.price)),
    notional: toFixedPlaces(decimal(position.amount).times(market.price)),
    leverage: String(leverageOf(account, position.symbol)),
    isolated: account.marginType[position.symbol] === 'isolated',
    isolatedMargin: '0',
    isolatedWallet: '0',
    initialMargin: initial,
    maintMargin: maintenance,
    updateTime: position.updatedAt,
  };
}
