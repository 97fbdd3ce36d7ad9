import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { signed, tendency } from '../format.ts';

/** Unrealised profit in quote, with per cent below or beside it. */
export const Profit = ({ position, inline }: { position: PositionView; inline?: boolean }) => {
  const { unrealisedProfit, unrealisedProfitPercent, quote } = position;
  if (unrealisedProfit === undefined) return <span class="muted">–</span>;
  return (
    <span class={tendency(unrealisedProfit)}>
      {signed(unrealisedProfit)} <span class="unit">{quote}</span>
      <span class={inline === true ? 'beside' : 'sub'}>{signed(unrealisedProfitPercent ?? '0')} %</span>
    </span>
  );
};
