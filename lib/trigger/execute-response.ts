import { type ExecuteResult, isUnsettled } from '../close/execute-action.ts';
import type { RequestNote } from '../link/hit.ts';
import type { Claim, Position } from '../position/position.ts';
import { notRun, removed, revoked, usedUp } from './refusals.ts';
import { type HitResponse, toResponse } from './response.ts';

/** A response, with what the exchange was asked for it. */
export interface Responded {
  response: HitResponse;
  requests: RequestNote[];
  /** Recovery has to continue the claim. */
  isUnsettled?: boolean;
  /** The claim that was made or continued for the hit. */
  claim?: Claim;
}

/** A link, as far as it counts its uses. */
interface CountedLink {
  linkId: string;
  maxUses?: number | undefined;
}

/** @returns the response to what a hit of a link did to one position. */
export function toExecuteResponse(link: CountedLink, result: ExecuteResult): Responded {
  if (result.kind === 'ran')
    return {
      response: toResponse({ ...result.execution, claim: result.claim }),
      requests: result.execution.requests,
      isUnsettled: isUnsettled(result),
      claim: result.claim,
    };
  const { kind } = result;
  if (kind !== 'refused') return { response: notRun[kind], requests: [], isUnsettled: isUnsettled(result) };
  if (result.revoked) return { response: revoked, requests: [] };
  if (result.position === undefined) return { response: removed, requests: [] };
  const response = isUsedUp(link, result.position)
    ? usedUp
    : toResponse({ position: result.position, result: undefined });
  return { response, requests: result.recovered?.requests ?? [] };
}

/** A resend of the link's own last use is not refused: it reports that use's outcome. */
function isUsedUp({ linkId, maxUses }: CountedLink, { uses, state, outcome }: Position): boolean {
  const usesExhausted = maxUses !== undefined && (uses[linkId] ?? 0) >= maxUses;
  return usesExhausted && state === 'open' && outcome?.linkId !== linkId;
}
