import type { RequestNote } from '../link/hit.ts';

/** @returns milliseconds from the first request to the last answer: some requests run in parallel. */
export function computeExchangeMs(requests: RequestNote[]): number | undefined {
  if (requests.length === 0) return undefined;
  const starts = requests.map(({ at }) => Date.parse(at));
  const ends = requests.map(({ at, ms }) => Date.parse(at) + ms);
  return Math.max(...ends) - Math.min(...starts);
}
