import type { Exchange as CcxtClient } from 'ccxt';
import { type Amount, decimal } from '../../decimal.ts';
import type {
  Balance,
  ExchangePosition,
  Margin,
  MarketOrder,
  MarketRules,
  Permissions,
  Side,
} from '../exchange.ts';
import { type Fields, parseData, readFirst } from './lists.ts';
import { parsePositiveAmount, readFigure } from './parse-amount.ts';
import { createRemembered } from './remembered.ts';
import type { VenuePosition } from './venue.ts';
import { Unsupported, type VenueError } from './venue-error.ts';

/** The margin mode of the latest position that was read, or order that was sent, by market and side. */
const marginModesOf = new WeakMap<CcxtClient, Map<string, { at: number; mode: string }>>();

function marginModesOfClient(client: CcxtClient): Map<string, { at: number; mode: string }> {
  const modes = marginModesOf.get(client) ?? new Map();
  marginModesOf.set(client, modes);
  return modes;
}

/** https://www.okx.com/docs-v5/en/#trading-account-rest-api-get-account-configuration */
const config = createRemembered<Fields>((client) => client.privateGetAccountConfig().then(readFirst));
export const readConfig = config.read;

/** After a refused order: the owner may have changed the account's mode. */
export function forgetModes(client: CcxtClient): void {
  config.forget(client);
  marginModesOf.delete(client);
}

/** The mode of an account, `acctLv`. */
const [multiCurrency, portfolio] = ['3', '4'];

/** Before an order, Ripcord reads the position. This keeps the order from reading it again. */
const marginModeMs = 10_000;

function keyOf(market: MarketRules, side: Side | 'net'): string {
  return `${market.id} ${side}`;
}

function rememberMode(client: CcxtClient, key: string, mode: string): void {
  marginModesOfClient(client).set(key, { at: client.milliseconds(), mode });
}

/**
 * The `tdMode` of an order. One that names another margin mode than the position's opens a second position. "Spot mode,
 * Futures mode: SPOT: cash", "Multi-currency margin mode, Portfolio margin: Cross SPOT: cross".
 * https://www.okx.com/docs-v5/en/#order-book-trading-trade-post-place-order
 */
export async function readTradeMode(
  client: CcxtClient,
  market: MarketRules,
  { hedged, positionSide }: Pick<MarketOrder, 'hedged' | 'positionSide'>,
): Promise<string> {
  const level = String((await readConfig(client)).acctLv);
  if (market.kind === 'spot') return level === multiCurrency || level === portfolio ? 'cross' : 'cash';
  // "reduceOnly: Only applicable to Futures mode and Multi-currency margin": here, a close could open the other side.
  if (level === portfolio && !hedged)
    throw new Unsupported('OKX has no reduce-only orders in portfolio margin mode, so nothing was sent');
  const key = keyOf(market, hedged ? positionSide : 'net');
  const known = marginModesOfClient(client).get(key);
  const isRecent = known !== undefined && client.milliseconds() - known.at < marginModeMs;
  if (!isRecent) await fetchPosition(client, market, positionSide, { hedged });
  const mode = marginModesOfClient(client).get(key)?.mode ?? 'cross';
  rememberMode(client, key, mode);
  return mode;
}

/** `availBal` can be sold; `availEq` is what can secure positions. https://www.okx.com/docs-v5/en/#trading-account-rest-api-get-balance */
export function toBalance(response: Fields, currency: string): Balance {
  const details = readFirst(response).details as Fields[];
  const row = details.find(({ ccy }) => ccy === currency);
  return {
    free: parsePositiveAmount(row?.availBal) ?? '0',
    total: parsePositiveAmount(row?.cashBal) ?? '0',
  };
}

/**
 * With `autoLoan` or `enableSpotBorrow`, OKX sells coins that the account lacks, and the account owes them.
 * https://www.okx.com/docs-v5/en/#trading-account-rest-api-get-account-configuration
 * @throws as OKX refuses such an order without borrowing, before it is sent.
 */
export async function requireCoins(
  client: CcxtClient,
  { kind, base }: MarketRules,
  {
    side,
    positionSide,
    amount = '0',
  }: Pick<MarketOrder, 'side' | 'positionSide'> & { amount?: Amount | undefined },
): Promise<void> {
  if (kind !== 'spot' || side !== 'sell' || positionSide !== 'long') return;
  const { autoLoan, enableSpotBorrow } = await readConfig(client);
  if (![autoLoan, enableSpotBorrow].some((is) => String(is) === 'true')) return;
  const { free } = toBalance(await client.privateGetAccountBalance({ ccy: base }), base);
  if (decimal(free).gte(amount)) return;
  const message = `Not sent: only ${free} ${base} is free, and OKX would borrow the rest`;
  const venueError: VenueError = { status: 200, code: '51008', hasCode: true, message };
  throw Object.assign(new Error(message), { venueError });
}

function isOpen({ pos }: Fields): boolean {
  return parsePositiveAmount(String(pos).replace('-', '')) !== undefined;
}

/** `pos` is negative for a short in net mode. */
function toSide({ pos, posSide }: Fields): Side {
  if (posSide === 'long' || posSide === 'short') return posSide;
  return String(pos).startsWith('-') ? 'short' : 'long';
}

const marginModes = ['cross', 'isolated'] as const;

/** `imr` is of cross positions, `margin` of isolated ones. */
function toHolding(row: Fields) {
  const marginMode: Margin['marginMode'] = marginModes.find((mode) => mode === row.mgnMode);
  return {
    amount: parsePositiveAmount(String(row.pos).replace('-', '')) ?? '0',
    averagePrice: parsePositiveAmount(row.avgPx),
    margin: {
      leverage: readFigure(row.lever),
      marginMode,
      margin: readFigure(marginMode === 'isolated' ? row.margin : row.imr),
      liquidationPrice: readFigure(row.liqPx),
    },
  };
}

/**
 * In contracts. A row of a position that was closed stays for 30 days, and shows the position mode of then.
 * https://www.okx.com/docs-v5/en/#trading-account-rest-api-get-positions
 */
export async function fetchPosition(
  client: CcxtClient,
  market: MarketRules,
  side: Side,
  known?: Pick<ExchangePosition, 'hedged'>,
): Promise<ExchangePosition> {
  const request = { instType: 'SWAP', instId: market.id };
  const rows = parseData(await client.privateGetAccountPositions(request));
  const open = rows.filter((row) => row.instId === market.id && isOpen(row));
  const hedged =
    open[0] === undefined
      ? (known?.hedged ?? (await readConfig(client)).posMode === 'long_short_mode')
      : open[0].posSide !== 'net';
  const [own, second] = hedged ? open.filter((row) => toSide(row) === side) : open;
  if (second !== undefined)
    throw new Unsupported(
      `The account holds ${market.symbol} both with cross and with isolated margin. An order can't name the one that is meant`,
    );
  rememberMode(client, keyOf(market, hedged ? side : 'net'), String(own?.mgnMode ?? 'cross'));
  if (own === undefined) return { side: undefined, amount: '0', hedged };
  return { side: toSide(own), ...toHolding(own), hedged };
}

export async function fetchOpenPositions(client: CcxtClient): Promise<VenuePosition[]> {
  const rows = parseData(await client.privateGetAccountPositions({ instType: 'SWAP' }));
  return rows
    .filter(isOpen)
    .map((row) => ({ marketId: String(row.instId), side: toSide(row), ...toHolding(row) }));
}

/** `perm`: "read_only,withdraw,trade"; `ip`: "an empty string if there is no IP bonded", otherwise separated by commas. */
export async function fetchPermissions(client: CcxtClient): Promise<Permissions> {
  const { perm, ip, uid } = readFirst(await client.privateGetAccountConfig());
  const granted = String(perm).split(',');
  const allowedAddresses = String(ip).split(',').filter(Boolean);
  return {
    canTrade: granted.includes('trade'),
    canWithdraw: granted.includes('withdraw'),
    ipRestricted: allowedAddresses.length > 0,
    ...(allowedAddresses.length > 0 ? { allowedAddresses } : {}),
    ...(uid === undefined ? {} : { accountId: String(uid) }),
  };
}
