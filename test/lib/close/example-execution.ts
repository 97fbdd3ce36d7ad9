import { type Execution, startExecution } from '../../../lib/close/execution.ts';
import type { Exchange } from '../../../lib/exchange/exchange.ts';
import type { Claim, Position } from '../../../lib/position/position.ts';
import { pollWindowMs } from '../../../lib/position/timing.ts';
import { exampleClaim } from '../position/example-position.ts';

/** @returns an exchange with only these methods: a call of any other fails the test. */
export function exchangeWith(methods: Partial<Exchange>): Exchange {
  return methods as Exchange;
}

/** A table that nobody else writes to. */
export async function saveAttempt(position: Position): Promise<Position> {
  return { ...position, attempt: position.attempt + 1, revision: position.revision + 1 };
}

export interface ExecutionSituation {
  claim?: Partial<Claim>;
  exchange?: Partial<Exchange>;
  now?: number;
  /** By default as for an action without a time limit of its own. */
  until?: number;
}

/** @returns a run at a fixed time, 100 ms after its claim by default. */
export function executionOf(position: Position, situation: ExecutionSituation = {}): Execution {
  const { exchange = {}, now = exampleClaim.claimedAt + 100 } = situation;
  const claim = { ...exampleClaim, ...situation.claim };
  const deps = {
    exchange: exchangeWith(exchange),
    requests: [],
    until: situation.until ?? claim.sendDeadline + pollWindowMs,
    startAttempt: saveAttempt,
    blockMarket: async () => undefined,
    now: () => now,
    sleep: () => Promise.resolve(),
  };
  return startExecution(deps, position, claim);
}
