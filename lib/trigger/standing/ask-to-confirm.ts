import type { Link, LinkAction } from '../../link/link.ts';
import { describeWish, toWords } from '../../strategy/describe-wish.ts';
import { listInScope } from '../../strategy/list-in-scope.ts';
import { createResponse, type HitResponse } from '../response.ts';
import type { StandingHit } from './standing-hit.ts';

/**
 * @returns the page with the button. A person sees which positions match now. Chat previews and scanners see no market and no
 * price, and no visitor sees a name of the owner: an account or a tag.
 */
export async function askToConfirm(
  { services, link, request }: StandingHit,
  asked: HitResponse,
): Promise<HitResponse> {
  if (link.follows !== undefined) return explained;
  const { userInitiated } = request.navigation;
  const scope = nameScope(link, userInitiated);
  const response = {
    ...asked,
    headline: `${verbs[link.action]} ${scope}?`,
    publicMessage: `${describeAction(link, userInitiated)}${describeAdoption(link)} ${asked.publicMessage} Nothing has happened yet.`,
    confirm: { action: link.action, scope },
  };
  if (!userInitiated) return response;
  const inScope = await listInScope(services.store, link);
  const positions = inScope.map((position) => {
    const { positionId, symbol, side } = position;
    return { positionId, symbol, side, would: describeWish(link, position).would };
  });
  return { ...response, positions };
}

function nameScope({ scope }: Link, isPerson: boolean): string {
  return isPerson && scope !== undefined && 'symbol' in scope
    ? `every ${scope.symbol} ${scope.side}`
    : 'every position that this link is for';
}

/** A button would send no message, which is no state. */
const explained = createResponse('unchanged', {
  headline: 'This link follows a strategy',
  publicMessage:
    "It takes the messages of the strategy's alert in TradingView, and does nothing when it is opened.",
  decision: 'confirmation-required',
});

const verbs: Record<LinkAction, string> = {
  close: 'Close',
  keep: 'Keep',
  reduce: 'Reduce',
  stop: 'Move the stop of',
  heartbeat: 'Send a heartbeat for',
};

function describeAdoption({ adopt }: Link): string {
  return adopt === true ? ' It does the same to a position that was opened elsewhere in its market.' : '';
}

function describeAction({ action, toPercent, byPercent, stop }: Link, isPerson: boolean): string {
  switch (action) {
    case 'close':
      return "This link cancels each position's open orders and closes what has filled with a MARKET order.";
    case 'keep':
      return 'This link cancels the unfilled part of each entry and leaves the filled part open.';
    case 'reduce':
      return byPercent === undefined
        ? `This link reduces each position to ${toPercent} % of what has filled, with a MARKET order.`
        : `This link closes ${byPercent} % of what remains of each position with a MARKET order, once per position.`;
    case 'stop':
      return `This link moves the stop of each position${stop === undefined || !isPerson ? '' : ` ${toWords(stop)}`}. It never loosens a stop.`;
    case 'heartbeat':
      return 'This link only shows that alerts arrive. It acts on no position.';
  }
}
