import { Review } from '../control/review.tsx';
import { describeChoices } from '../exits/describe-choices.ts';
import { Estimates } from '../exits/exit-plan.tsx';
import type { Market, MarketReading } from '../exits/use-market.ts';
import { formatAmount, formatCost, formatPrice } from '../format.ts';
import { exchangeName, marketName } from '../labels.ts';
import { accounts } from '../store.ts';
import { type EntryChoices, orderName } from './entry-choices.ts';
import { computeFacts, findMove, type OrderFacts, toLimitPrice } from './order-facts.ts';
import { OrderPanel } from './order-panel.tsx';

interface OrderReviewProps {
  entry: EntryChoices;
  reading: MarketReading;
  /** The market's price when the form was left. */
  priceBefore: string | undefined;
  busy: boolean;
  error: string | undefined;
  onBack: () => void;
  onPlace: () => void;
}

/** The order in words, with its exits, and the button that sends it. */
export function OrderReview({ entry, reading, priceBefore, busy, error, onBack, onPlace }: OrderReviewProps) {
  const { market } = reading;
  const facts = market === undefined ? undefined : computeFacts(entry, market);
  return (
    <Review
      label="The order"
      busy={busy}
      error={error}
      onBack={onBack}
      primary={{
        label: `Place ${orderName(entry)}`,
        disabled: facts?.refusal !== undefined,
        onClick: onPlace,
      }}
    >
      <p class="large">{describeEntry(entry, market, facts)}</p>
      <p>{describePlace(entry)}</p>
      <ul class="sentences">
        {describeChoices(entry.exits, { side: entry.side, priceStep: market?.priceStep ?? '0.01' }).map(
          (text) => (
            <li key={text}>{text}</li>
          ),
        )}
      </ul>
      <Moved before={priceBefore} market={market} />
      <OrderPanel entry={entry} reading={reading} facts={facts} />
      {market === undefined || facts === undefined ? null : (
        <OrderEstimates entry={entry} market={market} amount={facts.amount} />
      )}
      <p class="help">Nothing has been sent yet. {describeNext(entry)}</p>
    </Review>
  );
}

function OrderEstimates({ entry, market, amount }: { entry: EntryChoices; market: Market; amount: string }) {
  const { account, symbol, side, exits } = entry;
  return (
    <Estimates
      entry={{ account, symbol, side, price: toLimitPrice(entry) }}
      choices={exits}
      market={market}
      amount={amount}
      breakEvenPrice={undefined}
    />
  );
}

function describePlace({ account, symbol, side, label }: EntryChoices): string {
  const exchange = accounts.value?.find(({ name }) => name === account)?.exchange;
  const at = exchange === undefined ? '' : ` at ${exchangeName(exchange)}`;
  const named = label.trim() === '' ? '' : `, labeled "${label.trim()}"`;
  return `It opens a ${side} in ${marketName(symbol)}${at}, account ${account}${named}.`;
}

/** @returns "Buy 0.976 ETH at market, worth about 2,928.00 USDT." */
function describeEntry(
  entry: EntryChoices,
  market: Market | undefined,
  facts: OrderFacts | undefined,
): string {
  const { side, type, size, symbol } = entry;
  const [base = '', quote = ''] = symbol.split(/[/:]/);
  const verb = side === 'long' ? 'Buy' : 'Sell';
  const price = toLimitPrice(entry);
  const at =
    price === undefined
      ? 'at market'
      : `at ${market === undefined ? price : formatPrice(price, market.priceStep)} ${quote} or better`;
  if (market === undefined || facts === undefined)
    return `${verb} ${size.by === 'amount' ? `${size.value} ${base}` : base} ${at}.`;
  // What the exchange or Ripcord sizes by the price of that moment is an estimate.
  const about = type === 'market' && size.by !== 'amount' ? 'about ' : '';
  const amount = `${about}${formatAmount(facts.amount, market.amountStep)} ${base}`;
  return `${verb} ${amount} ${at}, worth ${type === 'market' ? 'about ' : ''}${formatCost(facts.value)} ${quote}.`;
}

function describeNext({ type }: EntryChoices): string {
  return type === 'market'
    ? 'A MARKET order executes at once, at the best available prices.'
    : 'A LIMIT order waits at the exchange until its price is reached.';
}

function Moved({ before, market }: { before: string | undefined; market: Market | undefined }) {
  const move = before === undefined || market === undefined ? undefined : findMove(before, market.price);
  const text =
    move === undefined || market === undefined || before === undefined
      ? undefined
      : `The price moved ${move} % since the form: ${formatPrice(before, market.priceStep)} → ${formatPrice(market.price, market.priceStep)}.`;
  return (
    <div role="status">
      {text === undefined ? null : <p class="hint">{text} The figures here use the new price.</p>}
    </div>
  );
}
