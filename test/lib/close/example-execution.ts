import { type Execution, startExecution } from '../../../lib/close/execution.ts';
import type { Exchange } from '../../../lib/exchange/exchange.ts';
import type { Claim, Position } from '../../../lib/position/position.ts';
import { exampleClaim } from '../position/example-position.ts';

/** @returns an exchange with only these methods: a call of any other fails the test. */
export function exchangeWith(methods: Partial<Exchange>): Exchange {
  return methods as Exchange;
}

export interface ExecutionSituation {
  claim?: Partial<Claim>;
  exchange?: Partial<Exchange>;
  now?: number;
}

/** @returns a run at a fixed time, 100 ms after its claim by default. */
export function executionOf(position: Position, situation: ExecutionSituation = {}): Execution {
  const { claim = {}, exchange = {}, now = exampleClaim.claimedAt + 100 } = situation;
  const deps = {
    exchange: exchangeWith(exchange),
    requests: [],
    now: () => now,
    sleep: () => Promise.resolve(),
  };
  return startExecution(deps, position, { ...exampleClaim, ...claim });
}
