import type { Amount } from '../amount.ts';
import { appendNotice } from '../notify/notice-text.ts';
import { isFinal, type Position } from '../position/position.ts';
import type { Services } from '../services.ts';
import type { PositionChange } from '../store/store.ts';
import type { ExitRun } from './exit-orders.ts';
import type { ExitFacts, ExitKey } from './plan-exits.ts';

/** How often a write is tried again after another process has written the position. */
export const maxConflicts = 3;

export interface ProtectRun extends ExitRun {
  services: Services;
  held?: Amount;
  skip: Set<ExitKey | 'entry'>;
  amends: ExitFacts['amends'];
}

/** The result of a step: the position as stored, or `conflict` if another process has written it. */
export type Next = Position | 'done' | 'conflict';

/** While a claim acts, exits are the claim's. A position that ended, or that the account no longer holds, has none. */
export function mayProtect({ exitPlan, state, lastSync }: Position): boolean {
  const isFlat = lastSync?.flatSince !== undefined;
  return exitPlan !== undefined && state !== 'claimed' && !isFinal(state) && !isFlat;
}

export function appendExitNotice(position: Position, sentences: string[], now: number): Position['notices'] {
  return sentences.length === 0
    ? undefined
    : appendNotice(position, { kind: 'exits', reason: sentences.join(' ') }, now);
}

/** Saves what was learned. A sync of another process may have written meanwhile; a claim's record is the claim's. */
export async function record(
  { services }: ProtectRun,
  written: Position,
  change: (known: Position) => PositionChange,
): Promise<Next> {
  let known: Position | undefined = written;
  for (let count = 0; count <= maxConflicts && known !== undefined && mayProtect(known); count += 1) {
    const saved: Position | undefined = await services.store.savePosition(known, change(known));
    if (saved !== undefined) return { ...saved, lastSync: written.lastSync };
    known = await services.store.readPosition(written.positionId);
  }
  return 'conflict';
}
