import type { Position } from '../../position/position.ts';
import { reportedRefusal } from '../refusals.ts';
import type { HitResponse } from '../response.ts';

/** @returns the record of a position that is not the hit's: it was opened after the alert that is still being answered. */
export function leftAlone({ symbol, side }: Position): HitResponse {
  return reportedRefusal(
    'left-alone',
    'unchanged',
    `${symbol} ${side} was opened after the alert that Ripcord was still answering, so it was left open.`,
  );
}
