import type { HitView } from '../../../lib/admin/contract/commands.ts';
import { refusalTexts } from '../../../lib/link/refusal.ts';
import type { Label } from '../labels.ts';

export const decisions: Record<HitView['decision'], Label> = {
  fired: { word: 'Fired', tone: 'gain' },
  recovered: { word: 'Completed', tone: 'gain' },
  duplicate: { word: 'Already done', tone: 'plain' },
  'in-progress': { word: 'In progress', tone: 'busy' },
  'confirmation-required': { word: 'Asked first', tone: 'plain' },
  refused: { word: 'Refused', tone: 'warn' },
  rehearsed: { word: 'Rehearsed', tone: 'plain' },
  heard: { word: 'Received', tone: 'plain' },
  'nothing-open': { word: 'Nothing open', tone: 'plain' },
};

/** @returns what was decided. A hit that fired and then failed is no success. */
export function toDecision({ decision, status }: HitView): Label {
  return decision === 'fired' && status >= 400 ? { ...decisions.fired, tone: 'warn' } : decisions[decision];
}

const origins: Record<string, string> = {
  operator: 'manual close',
  sweep: 'automatic',
  watch: 'watch',
};

/** @returns what caused a hit, in a few words: "POST from 127.0.0.1". */
export function formatOrigin({ actor, method, sourceIp, resend }: HitView): string {
  const origin = origins[actor];
  if (origin !== undefined) return origin;
  const again = resend > 0 ? `, resend ${resend}` : '';
  return `${method}${sourceIp === undefined ? '' : ` from ${sourceIp}`}${again}`;
}

/** @returns decision and origin as one title: "Fired, POST from 127.0.0.1". */
export function hitTitle(hit: HitView): string {
  if (hit.actor === 'operator' && hit.decision === 'fired') return 'Manual close';
  if (hit.actor === 'watch' && hit.decision === 'fired') return 'Watch acted';
  if (hit.actor === 'sweep' && hit.decision === 'recovered') return 'Completed automatically';
  return `${toDecision(hit).word}, ${formatOrigin(hit)}`;
}

/** @returns the last hit in a few words: "Fired: closed", or "Refused: expired". */
export function hitResult(hit: HitView): string {
  const { word } = toDecision(hit);
  const result = hit.refusal === undefined ? toResult(hit) : refusalTexts[hit.refusal].word;
  return result === undefined ? word : `${word}: ${result}`;
}

function toResult({ outcome, decision }: HitView): string | undefined {
  return outcome === undefined || outcome === decision ? undefined : outcomeWord(outcome);
}

const outcomeWords: Record<string, string> = {
  dust: 'closed',
  'in-progress': 'in progress',
  'needs-attention': 'needs attention',
  'would-trigger': 'stop not moved: it would trigger at once',
  'stop-moved': 'stop moved',
  unchanged: 'nothing changed',
  'not-followed': 'not followed yet',
};

/** @returns what became of a position, in a few words. */
export function outcomeWord(outcome: string): string {
  return outcomeWords[outcome] ?? outcome.replaceAll('-', ' ');
}
