import { describe, expect, it } from 'vitest';
import { checkExits, type ExitContext, type WantedExits } from '../../../lib/exits/check-exits.ts';
import { examplePerpetual } from '../position/example-position.ts';

const long: ExitContext = {
  side: 'long',
  market: { ...examplePerpetual, amountStep: '0.001', amountMin: '0.001', priceStep: '0.1' },
  support: { forms: new Set(['take-profit', 'stop-loss']), stopRef: { conditional: false, type: 'stop' } },
  price: '60000',
  isEntryPrice: false,
  amount: '0.01',
};
const short: ExitContext = { ...long, side: 'short' };
const entry: ExitContext = { ...long, isEntryPrice: true };
const target = (price: string, percent = '50') => ({ price, percent });
const check = (wanted: Partial<WantedExits>, context = long) =>
  checkExits({ takeProfits: [], ...wanted }, context);

type Row = [
  what: string,
  wanted: Partial<WantedExits>,
  context: ExitContext,
  message: string,
  possible: string,
];

const refused: Row[] = [
  [
    'a target of a long at the price',
    { takeProfits: [target('65000'), target('60000')] },
    long,
    'The target 60000 of a long is not above the current price 60000 USDT.',
    'A target must be above 60000.',
  ],
  [
    'a target of a short above the entry price',
    { takeProfits: [target('61000')] },
    { ...short, isEntryPrice: true },
    'The target 61000 of a short is not below the entry price 60000 USDT.',
    'A target must be below 60000.',
  ],
  [
    'a stop of a short below the price',
    { stopLoss: { price: '59000' } },
    short,
    'The stop 59000 of a short is not above the current price 60000 USDT, so it would trigger at once.',
    'A stop must be above 60000.',
  ],
  [
    "a stop's LIMIT price above its trigger price",
    { stopLoss: { price: '58000', limitPrice: '58000.1' } },
    long,
    "The stop's LIMIT price 58000.1 is above its trigger price 58000, so it may not fill.",
    'A LIMIT price must be below 58000, or the same.',
  ],
  [
    'percents above 100',
    { takeProfits: [target('65000', '60'), target('70000', '40.1')] },
    long,
    'The targets are for 100.1 % of the position.',
    'Together they can be for at most 100 %.',
  ],
  [
    'a price between two steps',
    { takeProfits: [target('65000.05')] },
    long,
    "The price 65000.05 is not a multiple of the market's price step 0.1.",
    'The nearest lower price is 65000.',
  ],
  [
    'a target below the minimum',
    { takeProfits: [target('65000', '9.9'), target('70000', '90.1')] },
    long,
    "9.9 % of 0.01 BTC is below the market's minimum of 0.001 BTC for an order.",
    'A target must be for at least 10 %.',
  ],
  [
    'a stop for less than the minimum',
    { stopLoss: { price: '58000' } },
    { ...long, amount: '0.0005' },
    "0.0005 BTC is below the market's minimum of 0.001 BTC for a stop.",
    'Increase the position.',
  ],
  [
    'exits that the market of the exchange can not hold',
    { stopLoss: { price: '58000' } },
    { ...long, market: { ...long.market, kind: 'spot' }, support: undefined },
    "Ripcord can't place a stop in spot markets of this exchange yet.",
    'Place the exits at the exchange yourself, or close the position with a link.',
  ],
  [
    'a target and a stop where none can rest',
    { takeProfits: [{ price: '70000', percent: '100' }], stopLoss: { price: '58000' } },
    { ...long, market: { ...long.market, kind: 'spot' }, support: undefined },
    "Ripcord can't place targets in spot markets of this exchange yet.",
    'Place the exits at the exchange yourself, or close the position with a link.',
  ],
];

describe('exits', () => {
  it.each(refused)('are refused before anything is sent: %s', (_, wanted, context, message, possible) => {
    expect(check(wanted, context)).toMatchObject({ message, possible });
  });

  it('are refused with a code of their own if the stop would trigger at once', () => {
    expect(check({ stopLoss: { price: '60000' } })?.code).toBe('would-trigger');
    expect(check({ stopLoss: { price: '60000' } }, entry)?.code).toBe('invalid-input');
  });

  it.each([
    ['takeProfits.1.price', { takeProfits: [target('65000'), target('60000')] }, long],
    ['takeProfits.1.price', { takeProfits: [target('65000'), target('66000.01')] }, long],
    ['takeProfits.0.percent', { takeProfits: [target('65000', '1')] }, long],
    ['takeProfits', { takeProfits: [target('65000', '101')] }, long],
    ['takeProfits', { takeProfits: [target('65000')] }, { ...long, support: undefined }],
    ['stopLoss', { stopLoss: { price: '58000' } }, { ...long, support: undefined }],
    ['stopLoss.price', { stopLoss: { price: '60000' } }, long],
    ['stopLoss.price', { stopLoss: { price: '58000.01' } }, long],
    ['stopLoss.limitPrice', { stopLoss: { price: '58000', limitPrice: '57000.01' } }, long],
    ['stopLoss.limitPrice', { stopLoss: { price: '58000', limitPrice: '59000' } }, long],
    ['amount', { stopLoss: { price: '58000' } }, { ...long, amount: '0.0001' }],
  ] as const)('are refused with the path %s', (path, wanted, context) => {
    expect(check(wanted as Partial<WantedExits>, context)?.path).toBe(path);
  });

  it.each([
    [
      'on both sides of the price',
      { takeProfits: [target('60000.1', '100')], stopLoss: { price: '59999.9' } },
      long,
    ],
    ['of a short', { takeProfits: [target('59999.9', '100')], stopLoss: { price: '60000.1' } }, short],
    ['with a LIMIT price', { stopLoss: { price: '58000', limitPrice: '57900' } }, long],
    ['before anything has filled', { takeProfits: [target('65000', '1')] }, { ...long, amount: '0' }],
    ['that are none', {}, { ...long, support: undefined }],
  ] as const)('are accepted %s', (_, wanted, context) => {
    expect(check(wanted as Partial<WantedExits>, context)).toBeUndefined();
  });
});
