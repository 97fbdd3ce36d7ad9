import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { SideTag, StagePill } from '../control/pill.tsx';
import { amount, price } from '../format.ts';
import { baseOf, exchangeName, marketName } from '../labels.ts';
import { pathOf } from '../route.ts';
import { armedCount } from './columns.tsx';
import { PositionMenu } from './position-menu.tsx';
import { Profit } from './profit.tsx';

/** A position in two lines, with its menu. */
export function PositionCard({ position }: { position: PositionView }) {
  const links = armedCount(position);
  const { symbol, priceStep, amountStep } = position;
  return (
    <li class="position-card">
      <div>
        <p class="pills">
          <a class="market" href={pathOf.position(position.positionId)}>
            {marketName(symbol)}
          </a>
          <SideTag side={position.side} />
          <StagePill position={position} />
        </p>
        <p class="muted">
          {amount(position.remaining, amountStep)} of {amount(position.amount, amountStep)} {baseOf(symbol)} ·
          mark {price(position.markPrice, priceStep)} ·{' '}
          {links === 0 ? 'no link' : links === 1 ? '1 link armed' : `${links} links armed`}
          <span class="wide-only"> · {position.label ?? exchangeName(position.exchange)}</span>
        </p>
      </div>
      <div class="numeric">
        <Profit position={position} />
      </div>
      <PositionMenu position={position} />
    </li>
  );
}
