import type { MarketKind } from './model.ts';

export type FaultKind =
  | { kind: 'drop-before' }
  | { kind: 'drop-after' }
  | { kind: 'delay'; ms: number }
  | { kind: 'stall-after' }
  | { kind: 'truncate' }
  | { kind: 'html'; executed?: boolean | undefined }
  | {
      kind: 'status';
      status: number;
      code?: number | undefined;
      msg?: string | undefined;
      retryAfter?: number | undefined;
    }
  | { kind: 'error-after'; code: number; msg?: string | undefined; status?: number | undefined }
  | { kind: 'not-found' }
  | { kind: 'late'; ms: number }
  | { kind: 'fill-before-cancel'; amount?: string | undefined }
  | { kind: 'bad-signature' };

export interface FaultMatch {
  method?: string | undefined;
  /** The whole path, or its beginning when it ends with `*`. */
  path?: string | undefined;
  market?: MarketKind | undefined;
  /** Counts only the requests that match otherwise: 2 lets the first one through. */
  nth?: number | undefined;
}

export type Fault = FaultKind & { match: FaultMatch; times?: number | undefined };

/** The faults waiting for their request; each is used up after `times` uses. */
export class Faults {
  #waiting: { fault: Fault; seen: number; left: number }[] = [];

  add(fault: Fault): void {
    this.#waiting.push({ fault, seen: 0, left: fault.times ?? 1 });
  }

  clear(): void {
    this.#waiting = [];
  }

  list(): Fault[] {
    return this.#waiting.map(({ fault, left }) => ({ ...fault, times: left }));
  }

  /** The first fault that meets this request, counted as used. */
  take(request: { method: string; path: string; market: MarketKind | 'wallet' }): Fault | undefined {
    for (const entry of this.#waiting) {
      const { match } = entry.fault;
      if (match.method !== undefined && match.method.toUpperCase() !== request.method) continue;
      if (match.market !== undefined && match.market !== request.market) continue;
      if (match.path !== undefined && !matchesPath(match.path, request.path)) continue;
      entry.seen += 1;
      if (entry.seen < (match.nth ?? 1)) continue;
      entry.left -= 1;
      if (entry.left <= 0) this.#waiting = this.#waiting.filter((other) => other !== entry);
      return entry.fault;
    }
    return undefined;
  }
}

function matchesPath(pattern: string, path: string): boolean {
  return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
}
