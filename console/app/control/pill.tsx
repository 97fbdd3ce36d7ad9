import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { stageOf, stages, stageWords, type Tone } from '../labels.ts';

export function Pill({ tone, children }: { tone: Tone; children: string }) {
  return <span class={`pill ${tone}`}>{children}</span>;
}

export function StagePill({ position }: { position: PositionView }) {
  return <Pill tone={stages[stageOf(position)].tone}>{stageWords(position)}</Pill>;
}

export function SideTag({ side }: Pick<PositionView, 'side'>) {
  return <span class={`side ${side}`}>{side === 'long' ? 'Long' : 'Short'}</span>;
}
