import type { HitView } from '../../../lib/admin/contract/commands.ts';
import type { Tone } from '../labels.ts';

const decisions: Record<HitView['decision'], { word: string; tone: Tone }> = {
  fired: { word: 'Fired', tone: 'gain' },
  recovered: { word: 'Finished', tone: 'gain' },
  duplicate: { word: 'Repeated', tone: 'plain' },
  'in-progress': { word: 'In progress', tone: 'busy' },
  'confirmation-required': { word: 'Asked first', tone: 'plain' },
  refused: { word: 'Refused', tone: 'warn' },
};

/** What was decided. What was fired and yet refused or left to a person is no success. */
export function decisionOf({ decision, status }: HitView): { word: string; tone: Tone } {
  return decision === 'fired' && status >= 400 ? { ...decisions.fired, tone: 'warn' } : decisions[decision];
}

/** Where a hit came from, in a few words. */
export function originOf({ actor, method, sourceIp, resend }: HitView): string {
  if (actor === 'operator') return 'by hand, from here';
  if (actor === 'sweep') return "by Ripcord's own sweep";
  const again = resend > 0 ? `, sent again (${resend})` : '';
  return `${method}${sourceIp === undefined ? '' : ` from ${sourceIp}`}${again}`;
}
