import type { Exchange as CcxtClient } from 'ccxt';
import { decimal, toAmount } from '../../decimal.ts';
import type { ExchangePosition, MarketRules, Side } from '../exchange.ts';
import { fetchSkippingPages } from './gate-requests.ts';
import type { Fields } from './lists.ts';
import { parsePositiveAmount, readFigure } from './parse-amount.ts';
import { createRemembered } from './remembered.ts';
import type { VenuePosition } from './venue.ts';
import { Unsupported, type VenueError } from './venue-error.ts';

/**
 * "single - Single Direction Position, dual - Dual Direction Position, dual_plus - Split Position".
 * https://www.gate.com/docs/developers/apiv4/en/#get-futures-account
 */
const positionMode = createRemembered<string>(async (client) => {
  const { position_mode, in_dual_mode } = await client.privateFuturesGetSettleAccounts();
  if (position_mode === undefined && in_dual_mode === undefined)
    throw new TypeError('the response has no position mode');
  return position_mode || (in_dual_mode === true ? 'dual' : 'single');
});

/** @returns whether the account has positions of both sides in one market. */
export async function readIsDual(client: CcxtClient): Promise<boolean> {
  return (await positionMode.read(client)) !== 'single';
}

/** The same before an order. @throws Unsupported in split position mode, where one side can have several positions. */
export async function requireMode(client: CcxtClient): Promise<boolean> {
  if ((await positionMode.read(client)) === 'dual_plus') refuseSplit();
  return readIsDual(client);
}

function refuseSplit(): never {
  throw new Unsupported(
    'The account is in split position mode, where an order at Gate does not name its position',
  );
}

export const forgetPositionMode = positionMode.forgetIfRefused;

/** An account that never had USDT for perpetuals, or a key without a right to them. */
const noFuturesCodes = new Set(['USER_NOT_FOUND', 'FORBIDDEN']);

/** A list of all markets is empty for a key or an account that only trades spot. */
export function toNothing(thrown: unknown): [] {
  const { venueError } = thrown as { venueError?: VenueError };
  if (venueError === undefined || !noFuturesCodes.has(venueError.code)) throw thrown;
  return [];
}

/**
 * The positions of both modes, in contracts. That of one market is an object in one mode, and has two rows in the other.
 * https://www.gate.com/docs/developers/apiv4/en/#get-user-position-list
 */
async function fetchOpenRows(client: CcxtClient): Promise<Fields[]> {
  const request = { holding: true };
  const rows = await fetchSkippingPages(client, 'privateFuturesGetSettlePositions', request);
  return rows.filter((row) => !decimal(String(row.size)).isZero());
}

const dualSides = new Map<unknown, Side>([
  ['dual_long', 'long'],
  ['dual_short', 'short'],
]);

function toSide({ mode, size }: Fields): Side {
  return dualSides.get(mode) ?? (String(size).startsWith('-') ? 'short' : 'long');
}

/** "0 means cross margin. For leverage of cross margin, please refer to `cross_leverage_limit`." `lever` replaces both. */
function toHolding(row: Fields) {
  const isCross =
    row.pos_margin_mode === undefined ? Number(row.leverage) === 0 : row.pos_margin_mode === 'cross';
  return {
    amount: toAmount(decimal(String(row.size)).abs()),
    averagePrice: parsePositiveAmount(row.entry_price),
    margin: {
      leverage: readFigure(row.lever) ?? readFigure(isCross ? row.cross_leverage_limit : row.leverage),
      marginMode: isCross ? ('cross' as const) : ('isolated' as const),
      // The page's own row has no `initial_margin`.
      margin: (isCross ? readFigure(row.initial_margin) : undefined) ?? readFigure(row.margin),
      liquidationPrice: readFigure(row.liq_price),
    },
  };
}

export async function fetchPosition(
  client: CcxtClient,
  market: MarketRules,
  side: Side,
): Promise<ExchangePosition> {
  const [open, isDual] = await Promise.all([fetchOpenRows(client), requireMode(client)]);
  if (open.some(({ mode }) => mode !== 'single' && !dualSides.has(mode))) refuseSplit();
  // The mode changes only without positions.
  const hedged = open[0] === undefined ? isDual : dualSides.has(open[0].mode);
  if (hedged !== isDual) positionMode.forget(client);
  const [own, second] = open.filter((row) => row.contract === market.id && (!hedged || toSide(row) === side));
  if (second !== undefined)
    throw new Unsupported(
      `The account has several positions on one side of ${market.symbol}, and an order can't name one of them`,
    );
  return own === undefined
    ? { side: undefined, amount: '0', hedged }
    : { side: toSide(own), ...toHolding(own), hedged };
}

export async function fetchOpenPositions(client: CcxtClient): Promise<VenuePosition[]> {
  const rows = await fetchOpenRows(client).catch(toNothing);
  return rows.map((row) => ({ marketId: String(row.contract), side: toSide(row), ...toHolding(row) }));
}
