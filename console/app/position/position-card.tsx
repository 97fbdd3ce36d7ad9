import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { computeFigures } from '../../figures.ts';
import { Aged } from '../aged.tsx';
import { SideTag, StatusPill } from '../control/pill.tsx';
import { LiquidationPill, ProtectionPill } from '../exits/protection-pill.tsx';
import { formatAmount, formatPercent, formatPrice } from '../format.ts';
import { exchangeName, hasEnded, marketName, toBaseCurrency } from '../labels.ts';
import { OutcomeNote, OutcomeReason } from '../outcome-note.tsx';
import { paths } from '../route.ts';
import { countArmedLinks } from './columns.tsx';
import { describeLeverage, Multiple } from './figure-text.tsx';
import { PositionMenu } from './position-menu.tsx';
import { Profit } from './profit.tsx';

/** A position in a few lines, with its menu. */
export function PositionCard({ position }: { position: PositionView }) {
  return (
    <li class="position-card">
      <div>
        <p class="pills">
          <a class="market" href={paths.position(position.positionId)}>
            {marketName(position.symbol)}
          </a>
          <SideTag side={position.side} />
          <StatusPill position={position} />
          <ProtectionPill position={position} />
          <LiquidationPill position={position} />
          <OutcomeNote position={position} />
        </p>
        <Facts position={position} />
      </div>
      <div class="numeric">
        <Aged position={position} of="price">
          <Profit position={position} place="below" />
          <Multiple position={position} />
        </Aged>
      </div>
      <PositionMenu position={position} />
      <OutcomeReason position={position} />
    </li>
  );
}

function Facts({ position }: { position: PositionView }) {
  const { symbol, priceStep, amountStep } = position;
  const { stopDistance, targetDistance } = computeFigures(position);
  const leverage = describeLeverage(position);
  return (
    <p class="muted">
      <Aged position={position} of="amounts">
        {formatAmount(position.remaining, amountStep)} of {formatAmount(position.amount, amountStep)}{' '}
        {toBaseCurrency(symbol)}
      </Aged>
      {hasEnded(position) ? null : (
        <>
          {' '}
          ·{' '}
          <Aged position={position} of="price">
            mark {formatPrice(position.markPrice, priceStep)}
            {stopDistance === undefined ? null : ` · stop ${formatPercent(stopDistance)}`}
            {targetDistance === undefined ? null : ` · target ${formatPercent(targetDistance)}`}
          </Aged>
        </>
      )}{' '}
      · {describeLinks(countArmedLinks(position))}
      {leverage === undefined ? null : ` · ${leverage}`}
      <span class="wide-only"> · {position.label ?? exchangeName(position.exchange)}</span>
    </p>
  );
}

function describeLinks(count: number): string {
  if (count === 0) return 'no armed links';
  return count === 1 ? '1 armed link' : `${count} armed links`;
}
