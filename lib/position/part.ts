import type { Amount } from '../amount.ts';

/** How much of a filled position a close is for. Absent both: all that remains. */
export interface Part {
  /** Closes this part of what remains. */
  percent?: number | undefined;
  /** A target: at most this part of what filled, less fees in base, is left, in %. A repeat closes nothing more. */
  toPercent?: Amount | undefined;
}

/** Whether the position stays open with the rest. */
export function isPart({ percent, toPercent }: Part): boolean {
  return percent !== undefined || toPercent !== undefined;
}

/** @returns how a close of this part is headed: "Closed 25 %", "Reduced to 50 %". Undefined: of all that remains. */
export function partTitle({ percent, toPercent }: Part): string | undefined {
  if (toPercent !== undefined) return `Reduced to ${toPercent} %`;
  return percent === undefined ? undefined : `Closed ${percent} %`;
}
