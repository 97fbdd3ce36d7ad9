import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { displayStatuses, marketName, statusLabel, type Tone, toDisplayStatus } from '../labels.ts';

export function Pill({ tone, children }: { tone: Tone; children: string }) {
  return <span class={`pill ${tone}`}>{children}</span>;
}

export function StatusPill({ position }: { position: PositionView }) {
  return <Pill tone={displayStatuses[toDisplayStatus(position)].tone}>{statusLabel(position)}</Pill>;
}

export function SideTag({ side }: Pick<PositionView, 'side'>) {
  return <span class={`side ${side}`}>{side === 'long' ? 'Long' : 'Short'}</span>;
}

/** The market, side and status of a position, as the subtitle of a dialog about it. */
export function PositionTitle({ position }: { position: PositionView }) {
  return (
    <>
      {marketName(position.symbol)} {position.side} <StatusPill position={position} />
    </>
  );
}
