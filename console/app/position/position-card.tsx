import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { Aged } from '../aged.tsx';
import { SideTag, StatusPill } from '../control/pill.tsx';
import { ProtectionPill } from '../exits/protection-pill.tsx';
import { formatAmount, formatPrice } from '../format.ts';
import { exchangeName, marketName, toBaseCurrency } from '../labels.ts';
import { OutcomeNote } from '../outcome-note.tsx';
import { paths } from '../route.ts';
import { countArmedLinks } from './columns.tsx';
import { PositionMenu } from './position-menu.tsx';
import { Profit } from './profit.tsx';

/** A position in two lines, with its menu. */
export function PositionCard({ position }: { position: PositionView }) {
  const { symbol, priceStep, amountStep } = position;
  return (
    <li class="position-card">
      <div>
        <p class="pills">
          <a class="market" href={paths.position(position.positionId)}>
            {marketName(symbol)}
          </a>
          <SideTag side={position.side} />
          <StatusPill position={position} />
          <OutcomeNote position={position} />
          <ProtectionPill position={position} />
        </p>
        <p class="muted">
          <Aged position={position} of="amounts">
            {formatAmount(position.remaining, amountStep)} of {formatAmount(position.amount, amountStep)}{' '}
            {toBaseCurrency(symbol)}
          </Aged>{' '}
          ·{' '}
          <Aged position={position} of="price">
            mark {formatPrice(position.markPrice, priceStep)}
          </Aged>{' '}
          · {describeLinks(countArmedLinks(position))}
          <span class="wide-only"> · {position.label ?? exchangeName(position.exchange)}</span>
        </p>
      </div>
      <div class="numeric">
        <Aged position={position} of="price">
          <Profit position={position} place="below" />
        </Aged>
      </div>
      <PositionMenu position={position} />
    </li>
  );
}

function describeLinks(count: number): string {
  if (count === 0) return 'no armed links';
  return count === 1 ? '1 armed link' : `${count} armed links`;
}
