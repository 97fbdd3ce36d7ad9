import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { computeFigures } from '../../figures.ts';
import { Aged } from '../aged.tsx';
import {
  compare,
  formatAlignedAmount,
  formatFee,
  formatMoney,
  formatPercent,
  formatSigned,
  isPositive,
  signOf,
} from '../format.ts';
import { hasEnded } from '../labels.ts';

type Props = { position: PositionView };

/** The entry's size is what is left of it once it has filled, and what was ordered before. */
export function describeFill({
  filled,
  amount,
  amountStep,
}: Pick<PositionView, 'filled' | 'amount' | 'amountStep'>): string {
  const filledText = formatAlignedAmount(filled, amountStep);
  if (compare(filled, amount) >= 0) return `of ${filledText} filled`;
  return `${isPositive(filled) ? filledText : '0'} of ${formatAlignedAmount(amount, amountStep)} filled`;
}

/** @returns "10× cross" of a perpetual that is open; undefined of everything else. */
export function describeLeverage(position: PositionView): string | undefined {
  const { symbol, exchangePosition, fillStatus } = position;
  const holds = fillStatus === 'filled' || fillStatus === 'partly-filled';
  if (!symbol.includes(':') || !holds || hasEnded(position)) return undefined;
  const { leverage, marginMode } = exchangePosition ?? {};
  if (leverage === undefined) return ['leverage unknown', marginMode].filter(Boolean).join(', ');
  return [`${leverage}×`, marginMode].filter(Boolean).join(' ');
}

/** What remains, in quote currency at the mark price. */
export function Value({ position }: Props) {
  const { value } = computeFigures(position);
  if (value === undefined) return <>–</>;
  return (
    <Aged position={position} of="price">
      {formatMoney(value)} <span class="unit">{position.quote}</span>
    </Aged>
  );
}

/** How far the price has to move, in % of the mark price. */
export function Distance({
  position,
  of,
}: Props & { of: 'stopDistance' | 'targetDistance' | 'liquidationDistance' }) {
  const distance = computeFigures(position)[of];
  return distance === undefined ? <span class="muted">–</span> : <span>{formatPercent(distance)}</span>;
}

/** The profit as a multiple of what the stop risks. */
export function Multiple({ position }: Props) {
  const { multiple } = computeFigures(position);
  if (multiple === undefined) return null;
  return (
    <span class={signOf(multiple)}>
      <span class="sub">{formatSigned(multiple)} R</span>
    </span>
  );
}

/** Realized profit less all fees so far, and the fees. */
export function NetProfit({ position }: Props) {
  const { netProfit, fees, filled } = position;
  if (!isPositive(filled)) return <span class="muted">–</span>;
  return (
    <>
      {netProfit === null ? (
        <span class="muted">unknown</span>
      ) : (
        <span class={signOf(netProfit)}>{formatSigned(netProfit)}</span>
      )}
      {describeFees(fees).map((text) => (
        <span key={text} class="sub">
          {text}
        </span>
      ))}
    </>
  );
}

/** Each fee currency on a line of its own. */
function describeFees(fees: PositionView['fees']): string[] {
  if (fees === null) return ['fees unknown'];
  if (fees.length === 0) return ['no fees'];
  return fees.map(({ currency, amount }) => `fees ${formatFee(amount)} ${currency}`);
}
