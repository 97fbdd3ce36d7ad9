import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { formatSigned, signOf } from '../format.ts';

/** Unrealized profit in quote currency, with its percentage below or beside it. */
export function Profit({ position, place }: { position: PositionView; place: 'below' | 'beside' }) {
  const { unrealizedProfit, unrealizedProfitPercent, quote } = position;
  if (unrealizedProfit === undefined) return <span class="muted">–</span>;
  return (
    <span class={signOf(unrealizedProfit)}>
      {formatSigned(unrealizedProfit)} <span class="unit">{quote}</span>
      <span class={place === 'beside' ? 'beside' : 'sub'}>
        {formatSigned(unrealizedProfitPercent ?? '0')} %
      </span>
    </span>
  );
}
