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
export const percentile = (values: number[], percent: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
};

export const median = (values: number[]): number => percentile(values, 50);

export const inMs = (ms: number): string => `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
export const inKilobytes = (bytes: number): string => `${Math.round(bytes / 1000)} kB`;
