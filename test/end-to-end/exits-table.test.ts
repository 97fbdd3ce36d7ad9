import { describe, expect, it, onTestFinished } from 'vitest';
import { commands, type PositionView } from '../../lib/admin/contract/commands.ts';
import { type Amount, decimal, sum, toAmount } from '../../lib/amount.ts';
import { fire, ledgerSince, markOf, startEnvironment } from './environment.ts';
import { binanceSpot, bybitSpot, type MarketWithExits, okxSpot, venueMarkets } from './long-position.ts';
import { newSmartTrader, type Opening, type Resting } from './smart-position.ts';

/** What becomes of a position with targets and a stop: every venue, entry, shape and event, by the exchange's books. */

const environment = await startEnvironment({ table: 'model' });
const { core } = environment;

const entries = {
  market: { type: 'market', amount: '0.5' },
  limit: { type: 'limit', amount: '0.5', price: '59000' },
} as const satisfies Record<string, Opening>;
const stopLoss = { price: '58000' };
const shapes = {
  ladder: {
    stopLoss,
    takeProfits: [
      { price: '65000', percent: '50' },
      { price: '70000', percent: '50' },
    ],
  },
  single: { stopLoss, takeProfits: [{ price: '65000', percent: '100' }] },
  stop: { stopLoss },
} as const satisfies Record<string, Opening>;

interface Cell {
  venue: MarketWithExits;
  entry: keyof typeof entries;
  shape: keyof typeof shapes;
  event: Event;
}

/** A position whose exits rest. */
interface Staged {
  venue: MarketWithExits;
  trader: Awaited<ReturnType<typeof newSmartTrader>>;
  position: PositionView;
}

interface Event {
  name: string;
  /** Its entry has filled wholly before; otherwise a LIMIT entry has filled 0.3 of 0.5 and works on. */
  needsWhole?: true;
  needsTarget?: true;
  happens(staged: Staged): Promise<unknown> | unknown;
  ends(cell: Cell): Ending;
}

interface Ending {
  status: 'open' | 'closed';
  /** What remains of what the position had, as a factor. */
  left: string;
  protection: PositionView['protection'];
  /** What the stops are for, as a factor; all that remains by default. */
  covered?: string;
  /** What the outcome names: the close order, or the exit that filled last. */
  by?: 'close order' | 'stop' | 'last target';
}

const open = { status: 'open', left: '1', protection: 'full' } as const;
const closed = { status: 'closed', left: '0', protection: 'none' } as const;

async function hit({ position }: Staged, action: 'close' | 'keep', percent?: number) {
  const input = { positionId: position.positionId, action, percent };
  return fire((await environment.admin('links.create', input)).url);
}

const refusals = {
  binance: { status: 400, code: -1013, msg: 'Filter failure: PERCENT_PRICE' },
  binanceusdm: { status: 400, code: -4131, msg: 'No.' },
  bybit: { status: 200, code: 110090, msg: 'No.' },
  okx: { status: 200, code: 51009, msg: 'No.' },
  gate: { status: 400, code: 'TRADE_RESTRICTED', msg: 'No.' },
  kucoin: { status: 200, code: 400200, msg: 'No.' },
};

function refuseClose({ exchange, create }: MarketWithExits): void {
  core.addFault({ kind: 'status', ...refusals[exchange], match: create });
}

function idOf({ trader }: Staged, kind: Resting['kind']): string {
  return trader.resting().find((order) => order.kind === kind)?.id ?? '';
}

const events: Event[] = [
  {
    name: 'a close link',
    happens: (staged) => hit(staged, 'close'),
    ends: () => ({ ...closed, by: 'close order' }),
  },
  { name: 'a keep link', happens: (staged) => hit(staged, 'keep'), ends: () => open },
  {
    name: 'a link for a part',
    happens: (staged) => hit(staged, 'close', 50),
    ends: () => ({ ...open, left: '0.5', by: 'close order' }),
  },
  {
    name: 'the stop',
    needsWhole: true,
    happens: ({ trader }) => trader.moveTo('57900'),
    ends: () => ({ ...closed, by: 'stop' }),
  },
  {
    name: 'a target',
    needsWhole: true,
    needsTarget: true,
    happens: ({ trader }) => trader.moveTo('65000'),
    ends: ({ shape }) => (shape === 'ladder' ? { ...open, left: '0.5' } : { ...closed, by: 'last target' }),
  },
  {
    name: 'a part of a target',
    needsTarget: true,
    happens: ({ trader, position: { takeProfits, remaining } }) =>
      trader.fillPart(takeProfits[0]?.orderId ?? '', toAmount(decimal(remaining).times('0.2')), '65000'),
    ends: () => ({ ...open, left: '0.8' }),
  },
  {
    name: 'a stop canceled by hand',
    happens: (staged) => staged.trader.cancel(idOf(staged, 'stop')),
    // On spot it is one order of a list, which ends with it.
    ends: ({ venue, shape }) =>
      venue === binanceSpot && shape === 'ladder'
        ? { ...open, protection: 'partial', covered: '0.5' }
        : { ...open, protection: 'none', covered: '0' },
  },
  {
    name: 'a refused close',
    happens: (staged) => {
      refuseClose(staged.venue);
      return hit(staged, 'close');
    },
    ends: () => open,
  },
];

const sweep = () => environment.invoke('ripcord-sweep', {});

async function stage({ venue, entry, shape, event }: Cell): Promise<Staged> {
  const trader = await newSmartTrader(environment, venue);
  const answer = await trader.open({ ...entries[entry], ...shapes[shape] });
  if (!answer.ok) throw new Error(answer.error.message);
  const opened = commands['positions.open'].result.parse(answer.result).position;
  if (entry === 'limit') {
    const [id = ''] = opened.entryOrders.map(({ orderId }) => orderId);
    trader.fill(id, event.needsWhole ? undefined : '0.3');
    await sweep();
  }
  const position = await environment.positionNow(opened.positionId);
  expect(position.protection).toBe('full');
  // Later sweeps have less to read.
  onTestFinished(async () => {
    await environment.admin('positions.forget', { positionId: position.positionId });
  });
  return { venue, trader, position };
}

function leftOf(resting: Resting[], kind: Resting['kind']): Amount {
  return sum(resting.filter((order) => order.kind === kind).map(({ left }) => left));
}

function openings(venue: MarketWithExits, forms: (keyof typeof shapes)[]) {
  return (['market', 'limit'] as const).flatMap((entry) =>
    forms.map((shape) => ({ venue, entry, shape, name: venue.name })),
  );
}

/** A target on the spot markets of Bybit and OKX holds the coins of its stop. */
const withoutLists = [bybitSpot, okxSpot];
const [held, refused] = [
  venueMarkets.flatMap((venue) =>
    openings(venue, withoutLists.includes(venue) ? ['stop'] : ['ladder', 'single']),
  ),
  withoutLists.flatMap((venue) => openings(venue, ['ladder', 'single'])),
];
const cells = held.flatMap((opening) =>
  events
    .filter(({ needsTarget }) => needsTarget === undefined || opening.shape !== 'stop')
    .map((event) => ({ ...opening, event, does: event.name })),
);

describe('a position with exits', () => {
  it.each(cells)('$name, $entry entry, $shape: after $does', async (cell) => {
    const staged = await stage(cell);
    const { trader, position } = staged;
    const { status, left, covered = left, protection, by } = cell.event.ends(cell);
    const ids = {
      stop: trader.resting().flatMap(({ kind, id }) => (kind === 'stop' ? [id] : [])),
      'last target': [position.takeProfits.at(-1)?.orderId],
    };

    await cell.event.happens(staged);
    await sweep();

    const after = await environment.positionNow(position.positionId);
    const remaining = toAmount(decimal(position.remaining).times(left));
    expect(after).toMatchObject({ status, protection, remaining, ...trader.profit() });

    const resting = trader.resting();
    expect(leftOf(resting, 'stop')).toBe(toAmount(decimal(position.remaining).times(covered)));
    expect(Number(leftOf(resting, 'target'))).toBeLessThanOrEqual(Number(remaining));

    const { detail, closeOrderId } = after.outcome ?? {};
    if (by === 'close order') expect(detail).toContain(`MARKET order ${closeOrderId} `);
    else if (by !== undefined)
      expect(ids[by].map((id) => `Exit order ${id}`)).toContain(detail?.split(' (')[0]);
  });

  it.each(refused)(
    '$name, $entry entry, $shape: is refused before anything is sent',
    async ({ venue, entry, shape }) => {
      const trader = await newSmartTrader(environment, venue);
      const mark = markOf(core);
      expect(await trader.open({ ...entries[entry], ...shapes[shape] })).toMatchObject({
        ok: false,
        error: {
          code: 'invalid-input',
          message:
            "On spot at this exchange, each exit needs coins of its own, so targets and a stop can't rest together. Nothing was sent. Set a stop or targets, or use a perpetual.",
        },
      });
      expect(ledgerSince(core, mark).orders).toEqual([]);
    },
  );
});
