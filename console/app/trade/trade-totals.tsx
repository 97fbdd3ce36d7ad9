import type { ComponentChildren } from 'preact';
import { sumTrades, type Trade } from '../../export/trades.ts';
import { formatFee, formatSigned, signOf } from '../format.ts';

/** The results of the listed trades. Each currency has a sum of its own. */
export function TradeTotals({ trades }: { trades: readonly Trade[] }) {
  const { count, unknown, wins, winRate, quotes } = sumTrades(trades);
  const known = count - unknown;
  return (
    <dl class="totals four">
      <Total name="Net profit" detail={describeUnknown(unknown) || 'fees and funding included'}>
        {quotes.map(({ quote, net }) => (
          <dd key={quote} class={signOf(net)}>
            {formatSigned(net)} <span class="unit">{quote}</span>
          </dd>
        ))}
        {quotes.length === 0 ? <dd class="muted">unknown</dd> : null}
      </Total>
      <Total name="Win rate" detail={`${wins} of ${known} with a net profit`}>
        <dd>{winRate === undefined ? '–' : `${winRate} %`}</dd>
      </Total>
      <Total
        name="Closed trades"
        detail={unknown === 0 ? 'all with a known profit' : describeUnknown(unknown)}
      >
        <dd>{count}</dd>
      </Total>
      <Total name="Fees" detail="in quote currency">
        {quotes.map(({ quote, fees }) => (
          <dd key={quote}>
            {formatFee(fees)} <span class="unit">{quote}</span>
          </dd>
        ))}
        {quotes.length === 0 ? <dd class="muted">unknown</dd> : null}
      </Total>
    </dl>
  );
}

/** @returns nothing if every profit is known. */
function describeUnknown(unknown: number): string {
  if (unknown === 0) return '';
  return `${unknown === 1 ? '1 trade' : `${unknown} trades`} with unknown profit not included`;
}

function Total({ name, detail, children }: { name: string; detail: string; children: ComponentChildren }) {
  return (
    <div class="card">
      <dt>{name}</dt>
      {children}
      <dd class="detail">{detail}</dd>
    </div>
  );
}
