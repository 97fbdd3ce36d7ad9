import { ReadAt } from '../aged.tsx';
import { Line } from '../exits/estimate-panel.tsx';
import type { MarketReading } from '../exits/use-market.ts';
import { formatCost, formatPrice } from '../format.ts';
import { marketName } from '../labels.ts';
import type { EntryChoices } from './entry-choices.ts';
import { findPayment, formatPaid, type OrderFacts } from './order-facts.ts';

interface OrderPanelProps {
  entry: EntryChoices;
  reading: MarketReading;
  facts: OrderFacts | undefined;
}

/** The balance is read every half minute. An older reading than this is late. */
const balanceOldMs = 45_000;

/** The price, what the account can pay with, and what the order takes of it. */
export function OrderPanel({ entry, reading, facts }: OrderPanelProps) {
  const { market, at, priceAt, error } = reading;
  if (market === undefined || at === undefined || priceAt === undefined)
    return <p class="help">{error ?? 'Price and balance appear once the market is chosen.'}</p>;
  const { quote, priceStep, price } = market;
  const payment = findPayment(entry, market);
  return (
    <section class="estimate" aria-label="Order">
      <dl>
        <Line name={`Price of ${marketName(market.symbol)}`}>
          <ReadAt at={priceAt}>
            {formatPrice(price, priceStep)} <span class="unit">{quote}</span>
          </ReadAt>
        </Line>
        <Line name="Available">
          {payment.free === undefined ? (
            <span class="muted">the balance could not be read</span>
          ) : (
            <ReadAt at={at} oldAfterMs={balanceOldMs}>
              {formatPaid(payment.free, payment.currency, market)}{' '}
              <span class="unit">{payment.currency}</span>
            </ReadAt>
          )}
        </Line>
        {facts === undefined ? null : <Takes entry={entry} market={market} facts={facts} />}
      </dl>
      <div class="remarks" aria-live="polite">
        {toRemarks(facts).map((remark) => (
          <p key={remark} class="hint">
            {remark}
          </p>
        ))}
      </div>
    </section>
  );
}

/** A size that Ripcord refuses needs no other remark. */
function toRemarks(facts: OrderFacts | undefined): string[] {
  if (facts === undefined) return [];
  const { refusal, remarks } = facts;
  return refusal === undefined ? remarks : [`${refusal.sentence} ${refusal.hint}`];
}

type Known = Required<Pick<MarketReading, 'market'>>['market'];

function Takes({
  entry,
  market,
  facts: { value, needed, fee },
}: {
  entry: EntryChoices;
  market: Known;
  facts: OrderFacts;
}) {
  const { currency } = findPayment(entry, market);
  const { quote, kind, leverage } = market;
  return (
    <>
      {kind === 'perpetual' ? (
        <Line name="Value">
          {formatCost(value)} <span class="unit">{quote}</span>
        </Line>
      ) : null}
      <Line name={kind === 'perpetual' ? 'Margin, with the entry fee' : 'Cost'}>
        {needed === undefined ? (
          <span class="muted">depends on the leverage that is set at the exchange</span>
        ) : (
          <>
            {formatPaid(needed, currency, market)} <span class="unit">{currency}</span>
            {leverage === null ? null : <span class="muted"> at {leverage}×</span>}
          </>
        )}
      </Line>
      {fee === undefined ? null : (
        <Line name="Entry fee">
          <span class="muted">about</span> {formatCost(fee)} <span class="unit">{quote}</span>
        </Line>
      )}
    </>
  );
}
