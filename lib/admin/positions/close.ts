import { type ExecuteResult, executeAction, isUnsettled } from '../../close/execute-action.ts';
import { toFault, toHttpStatus } from '../../fault.ts';
import type { RequestNote } from '../../link/hit.ts';
import type { Position } from '../../position/position.ts';
import type { Services } from '../../services.ts';
import { recordHit } from '../../trigger/record-hit.ts';
import { notRun } from '../../trigger/refusals.ts';
import { type HitResponse, toResponse } from '../../trigger/response.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';
import { requirePosition } from '../require.ts';

type CloseReport = CommandResult<'positions.close'>;

/** Throws `position-not-found`. Every other failure is in the report. */
export async function closePosition(
  { services }: Pick<AdminServices, 'services'>,
  { positionId }: CommandInput<'positions.close'>,
): Promise<CloseReport> {
  const { report, isUnsettled: mustWake } = await closeNow(
    services,
    await requirePosition(services, positionId),
  );
  if (mustWake) await wakeSweep(services);
  return report;
}

/** A sweep that starts now settles the close sooner. If it does not start, the next scheduled one does the same. */
export async function wakeSweep(services: Services): Promise<void> {
  await services.wakeSweep?.().catch(() => undefined);
}

/** Closes a position as a link would and records it as a hit. It never throws: one failure must not stop the others. */
export async function closeNow(
  services: Services,
  position: Position,
): Promise<{ report: CloseReport; isUnsettled: boolean }> {
  const { positionId, symbol } = position;
  const intent = { actor: 'operator', action: 'close' } as const;
  try {
    const result = await executeAction(services, positionId, intent);
    const { response, requests } = toRecorded(result, position);
    await recordHit(services, { ...intent, positionId }, response, requests);
    const { outcome, status, httpStatus, detail } = response;
    const report = { positionId, symbol, status: httpStatus, outcome: outcome?.outcome ?? status, detail };
    return { report, isUnsettled: isUnsettled(result) };
  } catch (thrown) {
    const { code, message } = toFault(thrown);
    const report = { positionId, symbol, status: toHttpStatus(code), outcome: code, detail: message };
    return { report, isUnsettled: false };
  }
}

interface Recorded {
  /** What a link would have answered. */
  response: HitResponse;
  /** What the exchange was asked. */
  requests: RequestNote[];
}

function toRecorded(result: ExecuteResult, position: Position): Recorded {
  switch (result.kind) {
    case 'ran':
      return {
        response: toResponse({ ...result.execution, claim: result.claim }),
        requests: result.execution.requests,
      };
    case 'refused': {
      const current = result.position ?? position;
      return {
        response: toResponse({ position: current, result: undefined }),
        requests: result.recovered?.requests ?? [],
      };
    }
    default:
      return { response: notRun[result.kind], requests: [] };
  }
}
