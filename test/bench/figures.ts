/** One row of the report. */
export interface Row {
  figure: string;
  value: string;
  target?: string | undefined;
  met?: boolean | undefined;
}

/** What one part of the bench has found: rows to read, and numbers for the JSON. */
export interface Findings {
  rows: Row[];
  numbers: Record<string, unknown>;
}

/** Tells how far a part is. */
export type Progress = (done: number, of: number) => void;

/** The value that so many per cent of all are not above. */
export function percentile(values: number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}

export function median(values: number[]): number {
  return percentile(values, 50);
}

export function inMs(ms: number): string {
  return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
}
export function inKilobytes(bytes: number): string {
  return `${Math.round(bytes / 1000)} kB`;
}
