import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { signed, tendency } from '../format.ts';

/** Unrealised profit in quote, with per cent below or beside it. */
export function Profit({ position, inline }: { position: PositionView; inline?: boolean }) {
  const { unrealizedProfit, unrealizedProfitPercent, quote } = position;
  if (unrealizedProfit === undefined) return <span class="muted">–</span>;
  return (
    <span class={tendency(unrealizedProfit)}>
      {signed(unrealizedProfit)} <span class="unit">{quote}</span>
      <span class={inline === true ? 'beside' : 'sub'}>{signed(unrealizedProfitPercent ?? '0')} %</span>
    </span>
  );
}
