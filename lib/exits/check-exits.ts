import { type Amount, decimal, isPositive, sum, toAmount, truncateToStep } from '../amount.ts';
import type { ExitSupport, MarketRules, Side } from '../exchange/exchange.ts';
import { leastAmount } from '../position/allot-exits.ts';
import type { StopLossPlan, TakeProfitPlan } from '../position/exit-plan.ts';

/** The exits that the owner asks for. */
export interface WantedExits {
  takeProfits: Pick<TakeProfitPlan, 'price' | 'percent'>[];
  stopLoss?: Pick<StopLossPlan, 'price' | 'limitPrice'> | undefined;
}

export interface ExitContext {
  side: Side;
  market: MarketRules;
  support: ExitSupport | undefined;
  /** The current price, or the price of a LIMIT entry that has not filled. */
  price: Amount;
  isEntryPrice: boolean;
  /** What the percents are of, in base currency. */
  amount: Amount;
  /** How many conditional orders of others the account has open in the market. */
  conditionals?: number | undefined;
}

/** Why exits are refused, and what would be possible, as sentences. */
export interface ExitRefusal {
  code: 'invalid-input' | 'would-trigger';
  /** The input that is refused, such as `takeProfits.0.price`. */
  path: string;
  message: string;
  possible: string;
}

/** Checks exits before anything is sent. */
export function checkExits(wanted: WantedExits, context: ExitContext): ExitRefusal | undefined {
  return (
    checkSupport(wanted, context) ??
    checkPercents(wanted) ??
    checkSteps(wanted, context) ??
    checkSides(wanted, context) ??
    checkMinimums(wanted, context) ??
    checkRoom(wanted, context)
  );
}

function refuse(path: string, message: string, possible: string): ExitRefusal {
  return { code: 'invalid-input', path, message, possible };
}

function checkSupport(
  { takeProfits, stopLoss }: WantedExits,
  { support, market, side }: ExitContext,
): ExitRefusal | undefined {
  const isSpot = market.kind === 'spot';
  if (isSpot && side === 'short' && (takeProfits.length > 0 || stopLoss !== undefined))
    return refuse(
      'side',
      'On spot, a stop of a short buys above the entry, with money that the account may not have.',
      'Use a perpetual, or a close link.',
    );
  const forms = support?.forms;
  const lacksTarget = takeProfits.length > 0 && forms?.has('take-profit') !== true;
  const lacksStop = stopLoss !== undefined && forms?.has('stop-loss') !== true;
  if (lacksTarget || lacksStop)
    return refuse(
      lacksTarget ? 'takeProfits' : 'stopLoss',
      `Ripcord can't place ${lacksTarget ? 'targets' : 'a stop'} in ${market.kind} markets of this exchange yet.`,
      'Place the exits at the exchange yourself, or close the position with a link.',
    );
  if (isSpot && takeProfits.length > 0 && stopLoss !== undefined && forms?.has('list') !== true)
    return refuse(
      'stopLoss',
      "On spot at this exchange, each exit needs coins of its own, so targets and a stop can't rest together.",
      'Set a stop or targets, or use a perpetual.',
    );
  return undefined;
}

function checkPercents({ takeProfits }: WantedExits): ExitRefusal | undefined {
  const total = sum(takeProfits.map(({ percent }) => percent));
  return decimal(total).lte(100)
    ? undefined
    : refuse(
        'takeProfits',
        `The targets are for ${total} % of the position.`,
        'Together they can be for at most 100 %.',
      );
}

function checkSteps(
  { takeProfits, stopLoss }: WantedExits,
  { market: { priceStep } }: ExitContext,
): ExitRefusal | undefined {
  const prices = [
    ...takeProfits.map(({ price }, index) => ({ path: `takeProfits.${index}.price`, price })),
    { path: 'stopLoss.price', price: stopLoss?.price },
    { path: 'stopLoss.limitPrice', price: stopLoss?.limitPrice },
  ];
  for (const { path, price } of prices) {
    const rounded = price === undefined ? price : truncateToStep(price, priceStep);
    if (rounded === undefined || decimal(rounded).eq(price ?? '0')) continue;
    return refuse(
      path,
      `The price ${price} is not a multiple of the market's price step ${priceStep}.`,
      `The nearest lower price is ${rounded}.`,
    );
  }
  return undefined;
}

function checkSides(
  { takeProfits, stopLoss }: WantedExits,
  { side, price, isEntryPrice, market }: ExitContext,
): ExitRefusal | undefined {
  const isLong = side === 'long';
  const reference = `the ${isEntryPrice ? 'entry' : 'current'} price ${price} ${market.quote}`;
  const [winning, losing] = isLong ? ['above', 'below'] : ['below', 'above'];
  const target = takeProfits.find((each) => !isBeyond(each.price, price, isLong));
  if (target !== undefined)
    return refuse(
      `takeProfits.${takeProfits.indexOf(target)}.price`,
      `The target ${target.price} of a ${side} is not ${winning} ${reference}.`,
      `A target must be ${winning} ${price}.`,
    );
  if (stopLoss === undefined) return undefined;
  if (!isBeyond(stopLoss.price, price, !isLong))
    return {
      code: isEntryPrice ? 'invalid-input' : 'would-trigger',
      path: 'stopLoss.price',
      message: `The stop ${stopLoss.price} of a ${side} is not ${losing} ${reference}, so it would trigger at once.`,
      possible: `A stop must be ${losing} ${price}.`,
    };
  const { limitPrice = stopLoss.price } = stopLoss;
  return isBeyond(limitPrice, stopLoss.price, isLong)
    ? refuse(
        'stopLoss.limitPrice',
        `The stop's LIMIT price ${limitPrice} is ${winning} its trigger price ${stopLoss.price}, so it may not fill.`,
        `A LIMIT price must be ${losing} ${stopLoss.price}, or the same.`,
      )
    : undefined;
}

function isBeyond(price: Amount, reference: Amount, isAbove: boolean): boolean {
  return isAbove ? decimal(price).gt(reference) : decimal(price).lt(reference);
}

function checkMinimums(
  { takeProfits, stopLoss }: WantedExits,
  { market, amount }: ExitContext,
): ExitRefusal | undefined {
  const { amountStep, base } = market;
  // Nothing has filled that a percent could be of.
  if (!isPositive(amount)) return undefined;
  const stopPrices = stopLoss === undefined ? [] : [stopLoss.price, stopLoss.limitPrice];
  const isSmall = (part: Amount, minimum: Amount) => decimal(truncateToStep(part, amountStep)).lt(minimum);
  const stopMin = stopLoss === undefined ? '0' : leastAmount(market, stopPrices);
  if (isSmall(amount, stopMin))
    return refuse(
      'amount',
      `${amount} ${base} is below the market's minimum of ${stopMin} ${base} for a stop.`,
      'Increase the position.',
    );
  const toMinimum = ({ price }: { price: Amount }) => leastAmount(market, [price, ...stopPrices]);
  const small = takeProfits.find((target) =>
    isSmall(toAmount(decimal(amount).times(target.percent).dividedBy(100)), toMinimum(target)),
  );
  if (small === undefined) return undefined;
  const minimum = toMinimum(small);
  const least = decimal(minimum).times(100).dividedBy(amount).decimalPlaces(2, 0);
  return refuse(
    `takeProfits.${takeProfits.indexOf(small)}.percent`,
    `${small.percent} % of ${amount} ${base} is below the market's minimum of ${minimum} ${base} for an order.`,
    least.gt(100)
      ? 'No target is possible at this size.'
      : `A target must be for at least ${toAmount(least)} %.`,
  );
}

/**
 * On spot, each target has a stop of its own; a perpetual has one stop. The limit is the account's, in one market:
 * https://developers.binance.com/docs/binance-spot-api-docs/filters#max_num_algo_orders
 */
function checkRoom(
  { takeProfits, stopLoss }: WantedExits,
  { market: { kind, conditionalMax, symbol }, conditionals = 0 }: ExitContext,
): ExitRefusal | undefined {
  if (stopLoss === undefined || conditionalMax === undefined) return undefined;
  if (kind === 'perpetual')
    return conditionals < conditionalMax
      ? undefined
      : refuse(
          'stopLoss',
          `A stop is a conditional order. ${symbol} allows ${conditionalMax} for each account, and ${conditionals} others are open.`,
          'Cancel one of them.',
        );
  const rest = decimal(sum(takeProfits.map(({ percent }) => percent))).lt(100) ? 1 : 0;
  const stops = takeProfits.length + rest;
  const room = Math.max(0, conditionalMax - conditionals);
  if (stops <= room) return undefined;
  const others =
    conditionals === 0 ? '' : ` The account has ${conditionals} other conditional orders open there.`;
  const possible =
    room > rest
      ? `Use at most ${room - rest} ${room - rest === 1 ? 'target' : 'targets'}`
      : 'Cancel other conditional orders';
  return refuse(
    'takeProfits',
    `These exits need ${stops} stops, and ${symbol} allows ${conditionalMax} conditional orders.${others}`,
    rest === 1 && room > rest ? `${possible}, or ${room} for 100 % together.` : `${possible}.`,
  );
}
