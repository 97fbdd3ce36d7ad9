import { type Fault, toFault } from '../fault.ts';
import type { RequestNote } from '../link/hit.ts';
import type { Claim, Position } from '../position/position.ts';
import { pollWindowMs, senderTimeoutMs, sendWindowMs } from '../position/timing.ts';
import type { Services } from '../services.ts';
import type { ActionResult, ActionRun } from './action-result.ts';
import { execute } from './execute.ts';
import type { ExecutionDependencies } from './execution.ts';
import { blockMarket } from './market-block.ts';
import { recordedExchange } from './recorded-exchange.ts';
import { type ExecutionResult, saveResult } from './save-result.ts';

/** Runs a fresh claim's action and saves what it came to. */
export async function runClaim(
  services: Services,
  claimed: Position,
  claim: Claim,
): Promise<ExecutionResult> {
  const connected = await connect(services, claimed);
  const run: ActionRun =
    'fault' in connected
      ? { result: { kind: 'released', fault: connected.fault }, position: claimed, requests: [] }
      : await execute(connected, claimed, claim);
  return saveResult(services, claimed, claim, {
    ...run,
    result: keepIfSenderGone(services, claim, run.result),
  });
}

/**
 * A refusal goes back to the sender, who can fire again, while the sender still listens. TradingView disconnects 3 s
 * after the alert: a claim that is older than `senderTimeoutMs` is continued by recovery instead.
 */
export function keepIfSenderGone(services: Services, claim: Claim, result: ActionResult): ActionResult {
  if (result.kind !== 'released' || services.now() - claim.claimedAt <= senderTimeoutMs) return result;
  const { fault, rejectedBy } = result;
  return {
    kind: 'retry',
    reason: fault.message,
    ...(rejectedBy === undefined ? {} : { exchangeMessage: fault.detail }),
  };
}

/** @returns the position's exchange, which notes every request it is sent. */
export async function connect(
  services: Services,
  position: Position,
): Promise<ExecutionDependencies | { fault: Fault }> {
  const { until = services.now() + sendWindowMs + pollWindowMs } = services;
  try {
    const requests: RequestNote[] = [];
    const venue = await services.exchanges.of(position.account, position.exchange);
    const exchange = recordedExchange(venue, services.now, requests);
    const startAttempt = (known: Position) => saveAttempt(services, known);
    const block = (known: Position) => blockMarket(services.store, known);
    const { now, sleep } = services;
    return { exchange, requests, until, startAttempt, blockMarket: block, now, sleep };
  } catch (thrown) {
    return { fault: toFault(thrown) };
  }
}

/** The claim keeps its lease and its deadlines: they bound all of its attempts together. */
function saveAttempt({ store }: Services, position: Position): Promise<Position | undefined> {
  const { entryOrders, exitOrders, market, attempt } = position;
  return store.savePosition(position, { entryOrders, exitOrders, market, attempt: attempt + 1 });
}
