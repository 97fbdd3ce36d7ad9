import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { isStopBeyondLiquidation } from '../../figures.ts';
import { Aged } from '../aged.tsx';
import { Pill } from '../control/pill.tsx';
import { toProtection } from './describe-exits.ts';

/** What a stop at the exchange covers; nothing while the position holds nothing. */
export function ProtectionPill({ position }: { position: PositionView }) {
  const label = toProtection(position);
  return label === undefined ? null : (
    <Aged position={position} of="amounts">
      <Pill tone={label.tone}>{label.word}</Pill>
    </Aged>
  );
}

/** Warns of a stop that the market reaches only after the exchange has closed the position by force. */
export function LiquidationPill({ position }: { position: PositionView }) {
  return isStopBeyondLiquidation(position) ? <Pill tone="warn">Liq. before stop</Pill> : null;
}
