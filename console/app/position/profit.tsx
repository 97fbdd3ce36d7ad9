import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { formatFee, formatSigned, isPositive, signOf } from '../format.ts';

/** Unrealized profit in quote currency, with its percentage below or beside it. */
export function Profit({ position, place }: { position: PositionView; place: 'below' | 'beside' }) {
  const { unrealizedProfit, unrealizedProfitPercent, remaining, quote } = position;
  if (unrealizedProfit === null || !isPositive(remaining)) return <span class="muted">–</span>;
  return (
    <span class={signOf(unrealizedProfit)}>
      {formatSigned(unrealizedProfit)} <span class="unit">{quote}</span>
      <span class={place === 'beside' ? 'beside' : 'sub'}>
        {formatSigned(unrealizedProfitPercent ?? '0')} %
      </span>
    </span>
  );
}

/** A gain or loss that may be unknown. */
export function Money({ amount, quote }: { amount: string | null; quote: string }) {
  if (amount === null) return <span class="muted">unknown</span>;
  return (
    <span class={signOf(amount)}>
      {formatSigned(amount)} <span class="unit">{quote}</span>
    </span>
  );
}

/** All fees, in the currencies that paid them. */
export function Fees({ fees }: Pick<PositionView, 'fees'>) {
  if (fees === null) return <span class="muted">unknown</span>;
  if (fees.length === 0) return <>0</>;
  return (
    <>
      {fees.map(({ currency, amount }) => (
        <div key={currency}>
          {formatFee(amount)} <span class="unit">{currency}</span>
        </div>
      ))}
    </>
  );
}
