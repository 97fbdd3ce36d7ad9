/** A figure beside the table of times, with the limit that it is checked against if it has one. */
export interface Budget {
  figure: string;
  value: string;
  limit?: string;
  met?: boolean;
}

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
