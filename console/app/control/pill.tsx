import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { stageOf, stages, stageWords, type Tone } from '../labels.ts';

export const Pill = ({ tone, children }: { tone: Tone; children: string }) => (
  <span class={`pill ${tone}`}>{children}</span>
);

export const StagePill = ({ position }: { position: PositionView }) => (
  <Pill tone={stages[stageOf(position)].tone}>{stageWords(position)}</Pill>
);

export const SideTag = ({ side }: Pick<PositionView, 'side'>) => (
  <span class={`side ${side}`}>{side === 'long' ? 'Long' : 'Short'}</span>
);
