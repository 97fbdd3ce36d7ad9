import {
  type ExchangeId,
  exchangeIdSchema,
  type ParentExchangeId,
  requiresPassword,
  toParent,
} from '../lib/account/account.ts';
import { genericIds } from '../lib/account/generic-id.ts';
import { exchangeName } from '../lib/exchange/exchange-name.ts';
import { refusedExchanges } from '../lib/exchange/refused-exchanges.ts';
import type { Venue } from '../lib/exchange/venues/venue.ts';
import { venues } from '../lib/exchange/venues/venues.ts';
import type { ExchangeRow } from './exchange-row.ts';

/** What no field of a venue says. */
interface Facts {
  fees: string;
  refused: string[];
}

const gatePriceOrders = 'Exits that rest at the exchange: its price orders have no deadline of their own.';

const facts: Record<ParentExchangeId, Facts> & Partial<Record<ExchangeId, Facts>> = {
  binance: { fees: 'what is bought, the quote currency of a sale, or BNB', refused: [] },
  binanceusdm: { fees: 'the settlement currency, or BNB', refused: [] },
  bybit: { fees: 'what is bought, the quote currency of a sale, or MNT', refused: [] },
  okx: {
    fees: 'what is bought, or the quote currency of a sale',
    refused: ['Perpetuals in net mode under portfolio margin: OKX has no reduce-only orders there.'],
  },
  kucoin: {
    fees: 'the quote currency of most markets, or KCS',
    refused: [
      'Perpetuals: KuCoin documents no deadline of their orders, and no time by which a look-up finds one. It has no test network to test either.',
      'Unified accounts: their orders have another API.',
    ],
  },
  bitget: {
    fees: 'what is bought, the quote currency of a sale, or BGB',
    refused: [
      'Unified accounts (UTA): they need another API, and Bitget documents no receive window of its orders.',
      'Perpetuals: Bitget documents no receive window of their orders. "ripcord venues verify" tests whether they have one.',
      'Exits that rest at the exchange: Ripcord places no plan orders.',
    ],
  },
  gate: {
    fees: 'what is bought, the quote currency of a sale, USDT of a perpetual, GT, or points',
    refused: [
      'Perpetuals in split position mode: an order there does not name its position.',
      gatePriceOrders,
    ],
  },
  gateeu: {
    fees: 'what is bought, the quote currency of a sale, GT, or points',
    refused: ['Perpetuals: ccxt has no requests for them there.', gatePriceOrders],
  },
  kraken: {
    fees: 'the quote currency',
    refused: ['Futures, which have another API, and margin trading.'],
  },
  coinbase: {
    fees: 'the quote currency',
    refused: [
      'Perpetuals: Coinbase documents no reduce-only orders, so a late close could open a position.',
      'Exits that rest at the exchange: Ripcord places no stop-limit or bracket orders.',
    ],
  },
};

/** A regional exchange may lack a kind of market that its parent's rules have exits for. */
function listExits({ exits, kinds }: Venue): ExchangeRow['exits'] {
  return Object.fromEntries(
    [...kinds].flatMap((kind) => {
      const forms = exits[kind]?.forms;
      return forms === undefined ? [] : [[kind, [...forms]]];
    }),
  );
}

function toRow(id: ExchangeId): ExchangeRow {
  const venue = venues[id];
  const { fees, refused } = facts[id] ?? facts[toParent(id)];
  return {
    exchange: id,
    name: exchangeName(id),
    support: 'proven',
    markets: [...venue.kinds],
    proof: venue.replayWindowMs === undefined ? 'absence' : 'replay',
    receiveWindowMs: venue.recvWindowMs,
    orderDeadline: venue.fence !== undefined,
    exits: listExits(venue),
    hedge: venue.kinds.has('perpetual'),
    fees,
    testNetwork: venue.useSandbox !== undefined,
    passphrase: requiresPassword(id),
    refused,
  };
}

/** What orders on a test network, or a few small ones, could show to be like a proven exchange. */
const provable: ReadonlySet<string> = new Set(['bingx', 'mexc']);

/** Where ccxt knows a test network. */
const withTestNetwork: ReadonlySet<string> = new Set([
  ...['alpaca', 'bingx', 'bitso', 'coinbaseexchange', 'delta', 'deribit', 'hashkey', 'hollaex', 'poloniex'],
  'weex',
]);

const unproven = { exits: {}, hedge: false, testNetwork: false, passphrase: false };

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function listRefusedParts(exchange: string): string[] {
  return refusedExchanges.flatMap((row) =>
    row.exchange === exchange && row.part !== 'all' ? `${capitalize(row.part)}: ${row.reason}` : [],
  );
}

export const exchangeTable: readonly ExchangeRow[] = [
  ...exchangeIdSchema.options.map(toRow),
  ...genericIds.map(
    (exchange): ExchangeRow => ({
      ...{ exchange, name: exchangeName(exchange), ...unproven, markets: ['spot'] },
      testNetwork: withTestNetwork.has(exchange),
      support: provable.has(exchange) ? 'at-most-once' : 'generic',
      refused: listRefusedParts(exchange),
    }),
  ),
  ...refusedExchanges.flatMap(({ exchange, part, reason }): ExchangeRow[] =>
    exchange === undefined || part !== 'all'
      ? []
      : [
          {
            ...{ exchange, name: exchange, ...unproven, markets: [] },
            support: 'refused',
            refused: [reason],
          },
        ],
  ),
];
