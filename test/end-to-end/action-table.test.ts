import { describe, expect, it } from 'vitest';
import type { Order } from '../../infra/simulator/core/model.ts';
import type { PositionView } from '../../lib/admin/contract/commands.ts';
import { hasExits } from '../lib/exchange/test-markets.ts';
import { fire, ledgerSince, markOf, startEnvironment } from './environment.ts';
import {
  adopt,
  type Exits,
  holdingOf,
  type Kind,
  kinds,
  movePrice,
  newTrader,
  otherKinds,
  paidInBase,
  placeEntry,
  placeExits,
  type Trader,
  toId,
  tradeByHand,
} from './trader.ts';

/** What each action does: every row for spot and perpetuals, long and short, by both links, through HTTP to the ledger. */

const environment = await startEnvironment({ table: 'model' });

interface Staged extends Trader {
  entry: Order;
  exitOrders: Exits | undefined;
}

type Name = 'entry' | 'takeProfit' | 'stop';

interface Cell {
  does: string;
  outcome: 'closed' | 'canceled' | 'kept';
  closedBy: 'ripcord' | 'exit-order' | 'external';
  /** What the exchange cancelled. */
  canceled?: Name[] | Record<Kind['market'] | 'okxSpot', Name[]>;
  /** The MARKET order's amount: of a spot long whose entry paid its fee in base, and of all others. */
  closes?: { paidInBase: string; others: string };
  /** How the record stands afterwards. */
  record: Pick<PositionView, 'status' | 'fillStatus'>;
  /** How many orders the exchange refused, where that is how the end was found out. */
  refusedOrders?: number;
}

interface Row {
  given: string;
  /** How much of the entry of 1 ETH is filled when it is adopted. */
  filled?: string;
  exitOrders?: boolean;
  /** What happens at the exchange between adoption and hit. */
  meanwhile?: (staged: Staged) => void;
  only?: (kind: Kind) => boolean;
  close: Cell;
  keep: Cell;
  /** When the exchange says it was over, where that was before the hit. */
  endedAt?: (staged: Staged) => number;
}

const closedRecord = { status: 'closed', fillStatus: 'closed' } as const;
const canceledRecord = { status: 'canceled', fillStatus: 'unfilled' } as const;
const keptWhole: Cell = {
  does: 'does nothing',
  outcome: 'kept',
  closedBy: 'ripcord',
  record: { status: 'open', fillStatus: 'filled' },
};
const closedWhole: Cell = {
  does: 'closes it with a MARKET order',
  outcome: 'closed',
  closedBy: 'ripcord',
  closes: { paidInBase: '0.999', others: '1' },
  record: closedRecord,
};
const canceledEntry: Cell = {
  does: 'cancels the entry',
  outcome: 'canceled',
  closedBy: 'ripcord',
  canceled: ['entry'],
  record: canceledRecord,
};
const canceledEntryAndExits: Cell = {
  ...canceledEntry,
  does: 'cancels the entry and the exitOrders',
  canceled: ['entry', 'takeProfit', 'stop'],
};
const canceledBefore: Cell = {
  does: 'does nothing and says so',
  outcome: 'canceled',
  closedBy: 'external',
  record: canceledRecord,
};
const closedBefore: Omit<Cell, 'closedBy'> = {
  does: 'does nothing and says so',
  outcome: 'closed',
  record: closedRecord,
};
const closedByExit: Cell = {
  ...closedBefore,
  closedBy: 'exit-order',
  does: 'sends no order, clears up what is left of the exitOrders and says so',
  // The other half of an OCO is gone by itself.
  canceled: { spot: [], okxSpot: ['stop'], usdm: ['takeProfit'] },
};
const keptPart: Cell = {
  does: 'cancels the rest of the entry and keeps what is filled',
  outcome: 'kept',
  closedBy: 'ripcord',
  canceled: ['entry'],
  record: { status: 'open', fillStatus: 'partly-filled' },
};

/** The last trade at the exchange, whosever it was. */
function lastTradeAt(): number {
  return environment.core.state.fills.at(-1)?.at ?? 0;
}

const rows: Row[] = [
  { given: 'an entry without any fill', close: canceledEntry, keep: canceledEntry },
  {
    given: 'an entry without any fill and live exitOrders',
    exitOrders: true,
    close: canceledEntryAndExits,
    keep: canceledEntryAndExits,
  },
  { given: 'a filled entry', filled: '1', close: closedWhole, keep: keptWhole },
  {
    given: 'a filled entry with take-profit and stop',
    filled: '1',
    exitOrders: true,
    close: {
      ...closedWhole,
      does: 'cancels both, then closes it with a MARKET order',
      canceled: ['takeProfit', 'stop'],
    },
    keep: keptWhole,
  },
  {
    given: 'an entry that fills between adoption and hit',
    meanwhile: ({ entry }) => void environment.core.fill({ orderId: entry.id }),
    close: closedWhole,
    keep: keptWhole,
  },
  {
    given: 'a partly filled entry',
    filled: '0.4',
    close: {
      ...closedWhole,
      does: 'cancels the rest of it, then closes what is filled',
      canceled: ['entry'],
      closes: { paidInBase: '0.3996', others: '0.4' },
    },
    keep: keptPart,
  },
  {
    given: 'a partly filled entry with take-profit and stop',
    filled: '0.4',
    exitOrders: true,
    close: {
      ...closedWhole,
      does: 'cancels all three, then closes what is filled',
      canceled: ['entry', 'takeProfit', 'stop'],
      closes: { paidInBase: '0.3996', others: '0.4' },
    },
    keep: keptPart,
  },
  {
    given: 'a position of which the take-profit has closed a quarter',
    filled: '1',
    exitOrders: true,
    meanwhile: (staged) => {
      // On spot its rest stays in the book and the stop is gone; on perpetuals it is done and the stop stays.
      if (staged.kind.market === 'usdm') movePrice(staged, staged.kind.side === 'long' ? '3200' : '2800');
      else environment.core.fill({ orderId: staged.exitOrders?.takeProfit ?? 0, amount: '0.25' });
    },
    close: {
      ...closedWhole,
      does: 'cancels what is live, then closes what is left',
      canceled: { spot: ['takeProfit'], okxSpot: ['takeProfit', 'stop'], usdm: ['stop'] },
      closes: { paidInBase: '0.749', others: '0.75' },
    },
    keep: keptWhole,
  },
  {
    given: 'a position that an exit order has closed',
    filled: '1',
    exitOrders: true,
    meanwhile: (staged) => {
      // A take-profit on spot; on perpetuals the stop, since their take-profit is for a quarter only.
      const isUp = (staged.kind.side === 'long') === (staged.kind.market === 'spot');
      movePrice(staged, isUp ? '3300' : '2700');
    },
    close: closedByExit,
    keep: closedByExit,
    endedAt: lastTradeAt,
  },
  {
    given: 'an entry that was cancelled outside',
    meanwhile: ({ entry }) => void environment.core.cancelOrder({ orderId: entry.id }),
    close: canceledBefore,
    keep: canceledBefore,
    endedAt: ({ entry }) => environment.core.state.order(entry.id).updatedAt,
  },
  {
    given: 'a position that was closed by hand',
    // What a spot short owes is no holding: only its owner can know that it was bought back.
    only: ({ market, side }) => market === 'usdm' || side === 'long',
    filled: '1',
    meanwhile: (staged) => {
      const amount = staged.kind.market === 'spot' ? holdingOf(staged) : '1';
      tradeByHand(staged, staged.kind.exitSide, amount);
    },
    close: {
      ...closedBefore,
      closedBy: 'external',
      does: 'changes nothing and says so',
      // The trades of a perpetual show it before an order is sent.
      refusedOrders: 1,
    },
    keep: { ...closedBefore, closedBy: 'external' },
    endedAt: lastTradeAt,
  },
];

const bookOf = ({ market, exchange }: Kind) => (market === 'spot' && exchange === 'okx' ? 'okxSpot' : market);

function ownOf(kind: Kind, filled: string): string {
  return paidInBase(kind) ? (Number(filled) * 0.999).toFixed(4) : filled;
}

async function stage(kind: Kind, row: Row): Promise<{ staged: Staged; positionId: string }> {
  const trader = await newTrader(environment, kind);
  const entry = placeEntry(trader, row.filled === undefined ? {} : { filled: row.filled });
  const exitOrders = row.exitOrders
    ? placeExits(trader, ownOf(kind, row.filled ?? '1'), kind.market === 'usdm' ? '0.25' : undefined)
    : undefined;
  const { positionId } = await adopt(trader, {
    entryOrders: [entry],
    exitOrders: exitOrders === undefined ? [] : [exitOrders.takeProfit, exitOrders.stop],
  });
  const staged = { ...trader, entry, exitOrders };
  row.meanwhile?.(staged);
  return { staged, positionId };
}

/** Whether a stop can rest beside a target of the whole amount: at Bybit spot, each holds the coins. */
const holdsBothExits = (kind: Kind) =>
  hasExits(kind) && (kind.exchange !== 'bybit' || kind.market === 'usdm');

describe.each([...kinds, ...otherKinds])('with $name', (kind) => {
  const applicable = rows.filter(
    (row) => (row.only?.(kind) ?? true) && (holdsBothExits(kind) || row.exitOrders !== true),
  );
  const cells = applicable.flatMap((row) =>
    (['close', 'keep'] as const).map((action) => ({ given: row.given, does: row[action].does, action, row })),
  );

  it.each(cells)('$action, given $given, $does', async ({ action, row }) => {
    const cell = row[action];
    const { staged, positionId } = await stage(kind, row);
    const link = await environment.newLink(positionId, action);
    const mark = markOf(environment.core);

    const answer = await fire(link);

    const { orders, canceled, requests } = ledgerSince(environment.core, mark);
    const names = Array.isArray(cell.canceled) ? cell.canceled : (cell.canceled?.[bookOf(kind)] ?? []);
    const numberOf = (name: Name) => (name === 'entry' ? staged.entry.id : (staged.exitOrders?.[name] ?? 0));
    const idOf = (name: Name) => toId(kind, numberOf(name));
    const exitOrders = names.filter((name) => name !== 'entry').map(idOf);
    const amount = cell.closes?.[paidInBase(kind) ? 'paidInBase' : 'others'];

    expect(answer).toMatchObject({
      status: 200,
      json: {
        outcome: cell.outcome,
        closedBy: cell.closedBy,
        action,
        positionId,
        entryFilled: row.meanwhile === undefined ? (row.filled ?? '0') : expect.any(String),
        closedAmount: amount ?? '0',
        canceledEntryOrderIds: names.filter((name) => name === 'entry').map(idOf),
        canceledExitOrderIds: exitOrders,
      },
    });
    expect(canceled.toSorted()).toEqual(names.map((name) => String(numberOf(name))).toSorted());
    const closeOrder = {
      id: answer.json.closeOrderId,
      symbol: 'ETHUSDT',
      side: kind.exitSide,
      type: kind.closeType ?? 'market',
      amount,
      reduceOnly: kind.market === 'usdm',
      positionSide: 'BOTH',
    };
    const taken = orders.map((order) => ({ ...order, id: toId(kind, order.id) }));
    expect(taken).toEqual(amount === undefined ? [] : [closeOrder]);
    const asked = requests.filter(({ method, path }) => method === 'POST' && path === kind.create);
    const refused = kind.market === 'spot' ? (cell.refusedOrders ?? 0) : 0;
    expect(asked.length, 'orders asked for').toBe(orders.length + refused);
    if (row.endedAt !== undefined)
      expect(answer.json.settledAt).toBe(new Date(row.endedAt(staged)).toISOString());

    const record = await environment.positionNow(positionId);
    expect(record).toMatchObject({
      ...cell.record,
      outcome: { outcome: cell.outcome, closedBy: cell.closedBy },
      ...(action === 'close' ? { openExitOrders: 0 } : {}),
    });
  });
});
