import type { PositionView } from '../../../lib/admin/contract/commands.ts';
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
