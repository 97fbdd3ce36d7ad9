import type { MarketKind } from './model.ts';

export type FaultKind =
  | { kind: 'drop-before' }
  | { kind: 'drop-after' }
  | { kind: 'delay'; ms: number }
  | { kind: 'stall-after' }
  | { kind: 'truncate' }
  | {
      kind: 'html';
      executed?: boolean | undefined;
      status?: number | undefined;
      body?: string | undefined;
    }
  | {
      kind: 'status';
      status: number;
      code?: number | string | undefined;
      msg?: string | undefined;
      retryAfter?: number | undefined;
    }
  | { kind: 'error-after'; code: number | string; msg?: string | undefined; status?: number | undefined }
  | { kind: 'not-found' }
  | { kind: 'late'; ms: number }
  | { kind: 'fill-before-cancel'; amount?: string | undefined }
  | { kind: 'bad-signature' };

export interface FaultMatch {
  method?: string | undefined;
  /** The whole path, or the start of it followed by `*`. */
  path?: string | undefined;
  market?: MarketKind | undefined;
  /** Counts the requests that match otherwise: 2 lets the first one through. */
  nth?: number | undefined;
}

export type Fault = FaultKind & { match: FaultMatch; times?: number | undefined };

/** The faults that wait for a matching request. Each applies `times` times. */
export class Faults {
  #waiting: { fault: Fault; matched: number; remaining: number }[] = [];

  add(fault: Fault): void {
    this.#waiting.push({ fault, matched: 0, remaining: fault.times ?? 1 });
  }

  clear(): void {
    this.#waiting = [];
  }

  list(): Fault[] {
    return this.#waiting.map(({ fault, remaining }) => ({ ...fault, times: remaining }));
  }

  /** @returns the first fault that matches this request, and counts it as used. */
  take(request: { method: string; path: string; market: MarketKind | 'wallet' }): Fault | undefined {
    for (const entry of this.#waiting) {
      const { match } = entry.fault;
      if (match.method !== undefined && match.method.toUpperCase() !== request.method) continue;
      if (match.market !== undefined && match.market !== request.market) continue;
      if (match.path !== undefined && !matchesPath(match.path, request.path)) continue;
      entry.matched += 1;
      if (entry.matched < (match.nth ?? 1)) continue;
      entry.remaining -= 1;
      if (entry.remaining <= 0) this.#waiting = this.#waiting.filter((other) => other !== entry);
      return entry.fault;
    }
    return undefined;
  }
}

function matchesPath(pattern: string, path: string): boolean {
  return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
}
