import { describeEffect } from '../../close/describe-effect.ts';
import type { PositionLink } from '../../link/link.ts';
import type { Position } from '../../position/position.ts';
import type { Services } from '../../services.ts';
import { describeWish } from '../../strategy/describe-wish.ts';
import { listInScope } from '../../strategy/list-in-scope.ts';
import { removed } from '../refusals.ts';
import { createResponse, type HitResponse, type PositionAnswer } from '../response.ts';
import { recordWhole } from './record-standing.ts';
import type { StandingHit } from './standing-hit.ts';

/** A link in rehearsal takes the alert, and reports what it would have done. Nothing is claimed, sent or remembered. */
export async function rehearseScope(hit: StandingHit): Promise<HitResponse> {
  const { services, link } = hit;
  const inScope = await listInScope(services.store, link);
  return recordWhole(
    hit,
    rehearsed(
      inScope.map((position) => toAnswer(position, describeWish(link, position).would)),
      link.adopt === true ? ` ${adoptsToo}` : '',
    ),
  );
}

/** The same for a link of one position. */
export async function rehearsePosition(
  { store }: Services,
  { positionId, action, percent }: PositionLink,
): Promise<HitResponse> {
  const position = await store.readPosition(positionId);
  if (position === undefined) return removed;
  return rehearsed([toAnswer(position, describeEffect(position, { action, percent }).would)]);
}

/** A rehearsal does not read the exchange. */
const adoptsToo =
  "An armed link first adopts what the exchange holds beyond Ripcord's own positions. The preview shows that.";

function toAnswer({ positionId, symbol, side }: Position, would: string): PositionAnswer {
  return { positionId, outcome: 'rehearsed', symbol, side, would };
}

/** @param more of the owner's detail. */
function rehearsed(positions: PositionAnswer[], more = ''): HitResponse {
  const plans = positions.map(({ symbol, side, would }) => `${symbol} ${side}: ${would}`);
  const what = plans.length === 0 ? 'no position that this link is for is open.' : plans.join(' ');
  return createResponse('rehearsed', {
    publicMessage: 'This link is in rehearsal, so nothing was done. The message arrived.',
    detail: `Rehearsal: received an empty message. If the link were armed: ${what}${more}`,
    positions,
    decision: 'rehearsed',
  });
}
