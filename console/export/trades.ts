import { BigNumber } from 'bignumber.js';
import type { LinkView, PositionView } from '../../lib/admin/contract/commands.ts';
import { type ExitName, exitName } from '../exit-name.ts';
import { findFirstStop } from '../figures.ts';

type Order = PositionView['exitOrders'][number];

/** What ended a trade. `link`: its label and the end of its URL are in the link. */
export type TradeEnd =
  | { by: 'link'; linkId: string; link: LinkView | undefined }
  | { by: 'stop' | 'target' | 'exit-order' | 'owner' | 'sweep' | 'watch' | 'exchange' | 'unknown' };

const endNames = {
  stop: 'Stop loss',
  target: 'Take profit',
  'exit-order': 'Exit order',
  owner: 'Manual close',
  sweep: 'Ripcord',
  watch: 'Watch',
  exchange: 'At the exchange',
  unknown: 'Unknown',
} as const;

/** @returns what ended a trade, in a few words. */
export function describeEnd(end: TradeEnd): string {
  if (end.by !== 'link') return endNames[end.by];
  const { tokenEnd, label } = end.link ?? {};
  const url = tokenEnd === undefined ? end.linkId : `…${tokenEnd}`;
  return `Link ${url}${label === undefined ? '' : ` (${label})`}`;
}

/** A position that is closed, after something of it had filled. */
export interface Trade {
  position: PositionView;
  /** What the entry filled, in base currency. */
  size: string;
  /** ISO 8601. The first fill of the entry; of an adopted amount, when it was adopted. */
  openedAt: string;
  closedAt: string;
  averageExit: string | undefined;
  end: TradeEnd;
  /** All fees in quote currency; undefined: not known. */
  feesInQuote: string | undefined;
  /** Net profit by what a fill of the first stop at its price would have lost, fees included. */
  r: string | undefined;
}

/** @returns the closed trades, latest first. A canceled entry is none. */
export function toTrades(positions: readonly PositionView[], links: readonly LinkView[]): Trade[] {
  const linkById = new Map(links.map((link) => [link.linkId, link]));
  return positions
    .filter(({ status, filled }) => status === 'closed' && new BigNumber(filled).gt(0))
    .map((position) => toTrade(position, linkById))
    .toSorted((a, b) => b.closedAt.localeCompare(a.closedAt));
}

function toTrade(position: PositionView, links: ReadonlyMap<string, LinkView>): Trade {
  const feesInQuote = computeFees(position);
  const averageExit = computeAverageExit(position);
  return {
    position,
    size: position.filled,
    openedAt: findOpenedAt(position),
    closedAt: position.outcome?.settledAt ?? toIso(lastExit(position)?.updatedAt) ?? position.createdAt,
    averageExit,
    end: toEnd(position, links),
    feesInQuote,
    r: computeR(position, feesInQuote),
  };
}

function toIso(at: number | undefined): string | undefined {
  return at === undefined ? undefined : new Date(at).toISOString();
}

/** An order that was canceled after a part had filled has no time of its fill: it filled after its creation. */
function findOpenedAt({ entryOrders, createdAt }: PositionView): string {
  const times = entryOrders
    .filter(({ filled }) => new BigNumber(filled).gt(0))
    .flatMap((order) => {
      const isWhole = new BigNumber(order.filled).gte(order.amount);
      return (isWhole ? order.updatedAt : order.createdAt) ?? order.createdAt ?? [];
    });
  return times.length === 0 ? createdAt : new Date(Math.min(...times)).toISOString();
}

function filledOfOwn({ filled, filledBefore = '0' }: Order): BigNumber {
  return BigNumber.max(0, new BigNumber(filled).minus(filledBefore));
}

function listExits({ exitOrders }: PositionView): Order[] {
  return exitOrders.filter((exit) => filledOfOwn(exit).gt(0));
}

function lastExit(position: PositionView): Order | undefined {
  return listExits(position).toSorted((a, b) => (b.updatedAt ?? 0) - (a.updatedAt ?? 0))[0];
}

/** Of a position of which another part left in a way that no order shows, the orders' average would be untrue. */
function computeAverageExit(position: PositionView): string | undefined {
  const exits = listExits(position);
  const isPartial = position.realizedProfit === null && position.outcome?.closedBy === 'external';
  if (exits.length === 0 || isPartial || exits.some(({ average }) => average === undefined)) return undefined;
  const amount = BigNumber.sum(...exits.map(filledOfOwn));
  const cost = BigNumber.sum(...exits.map((exit) => filledOfOwn(exit).times(exit.average ?? '0')));
  return cost.div(amount).decimalPlaces(12).toFixed();
}

function toEnd(position: PositionView, links: ReadonlyMap<string, LinkView>): TradeEnd {
  const { outcome } = position;
  if (outcome?.closedBy === 'external') return { by: 'exchange' };
  if (outcome?.closedBy === 'ripcord') {
    const { actor, linkId } = outcome;
    if (actor === 'link' && linkId !== undefined) return { by: 'link', linkId, link: links.get(linkId) };
    if (actor === 'watch') return { by: 'watch' };
    return { by: actor === 'operator' ? 'owner' : 'sweep' };
  }
  return { by: toExitKind(lastExit(position), position) };
}

const exitKinds = {
  'Stop loss': 'stop',
  'Take profit': 'target',
  Exit: 'exit-order',
  Close: 'exit-order',
} as const satisfies Record<ExitName, TradeEnd['by']>;

function toExitKind(order: Order | undefined, position: PositionView) {
  return order === undefined ? 'unknown' : exitKinds[exitName(order, position)];
}

/** Net profit is realized profit less fees, with the funding that is known. */
function computeFees({ realizedProfit, netProfit, funding }: PositionView): string | undefined {
  if (realizedProfit === null || netProfit === null) return undefined;
  return new BigNumber(realizedProfit)
    .plus(funding ?? '0')
    .minus(netProfit)
    .toFixed();
}

function computeR(position: PositionView, fees: string | undefined): string | undefined {
  const { netProfit, averageEntry, filled } = position;
  const stop = findFirstStop(position);
  const exit = computeAverageExit(position);
  if (netProfit === null || fees === undefined || stop === undefined || averageEntry === undefined)
    return undefined;
  const entered = new BigNumber(averageEntry).times(filled);
  const left = new BigNumber(stop).times(filled);
  const traded = entered.plus(new BigNumber(exit ?? averageEntry).times(filled));
  // A fill of the stop would have paid the same rate.
  const feesAtStop = entered.plus(left).times(fees).div(traded);
  const risk = entered.minus(left).abs().plus(feesAtStop);
  return risk.gt(0) ? new BigNumber(netProfit).div(risk).decimalPlaces(2).toFixed() : undefined;
}

/** The results of trades in one currency. Amounts of two currencies are never added. */
export interface QuoteTotal {
  quote: string;
  net: string;
  fees: string;
  /** Trades whose profit is known. */
  count: number;
}

export interface TradeTotals {
  count: number;
  /** Trades whose profit is not known: they are in no sum and no rate. */
  unknown: number;
  /** Trades with a net profit above zero, in % of those whose profit is known; undefined if there is none. */
  winRate: string | undefined;
  wins: number;
  quotes: QuoteTotal[];
}

/** 0 and 100 only if it is exactly that. */
function computeRate(wins: number, count: number): string {
  const percent = new BigNumber(wins).div(count).times(100).decimalPlaces(1, BigNumber.ROUND_DOWN);
  return (wins > 0 && percent.isZero() ? new BigNumber('0.1') : percent).toFixed();
}

export function sumTrades(trades: readonly Trade[]): TradeTotals {
  const known = trades.filter(({ position }) => position.netProfit !== null);
  const wins = known.filter(({ position }) => new BigNumber(position.netProfit ?? '0').gt(0)).length;
  return {
    count: trades.length,
    unknown: trades.length - known.length,
    wins,
    winRate: known.length === 0 ? undefined : computeRate(wins, known.length),
    quotes: [...Map.groupBy(known, ({ position }) => position.quote)]
      .map(([quote, of]) => ({
        quote,
        count: of.length,
        net: BigNumber.sum(0, ...of.map(({ position }) => position.netProfit ?? '0')).toFixed(),
        fees: BigNumber.sum(0, ...of.map(({ feesInQuote }) => feesInQuote ?? '0')).toFixed(),
      }))
      .toSorted((a, b) => a.quote.localeCompare(b.quote)),
  };
}
