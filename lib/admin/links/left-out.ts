import type { Link } from '../../link/link.ts';
import { isInScope } from '../../link/scope.ts';
import { isFinal, type Position } from '../../position/position.ts';
import type { CommandResult } from '../contract/commands.ts';

/** Whether the link exists already. */
export type Stage = 'created' | 'planned';

type LeftOut = CommandResult<'links.preview'>['leftOut'];

/**
 * Positions that the owner of a link may expect it to match, and why it does not act on them:
 * those in its scope that have just ended, or that it does not follow yet; the other side of its market; and, if it is for a
 * tag, those whose tag differs only in capitals, or that are in a market of a position with the tag.
 * @param positions those that the sweep has not archived yet.
 * @param followed the positions that a link follows; undefined if it follows no strategy.
 * @param stage of a `planned` link for a market also the positions of that market on other accounts.
 */
export function findLeftOut(
  link: Link,
  positions: readonly Position[],
  followed: ReadonlySet<string> | undefined,
  stage: Stage = 'created',
): LeftOut {
  const markets = new Set(positions.filter((each) => isInScope(link, each)).map(toMarket));
  return positions.flatMap((position) => {
    const why = isInScope(link, position)
      ? whyIdle(position, followed)
      : whyOutside(link, position, { markets, stage });
    const { positionId, symbol, side } = position;
    return why === undefined ? [] : [{ positionId, symbol, side, why }];
  });
}

function toMarket({ account, symbol }: Position): string {
  return `${account} ${symbol}`;
}

function whyIdle(
  { positionId, state, side }: Position,
  followed: ReadonlySet<string> | undefined,
): string | undefined {
  if (isFinal(state)) return `It is ${state}.`;
  return followed === undefined || followed.has(positionId)
    ? undefined
    : `It is not followed yet: no message "${side}" has arrived since it was opened.`;
}

interface Expected {
  /** Of the positions in the scope. */
  markets: ReadonlySet<string>;
  stage: Stage;
}

function whyOutside({ scope }: Link, position: Position, { markets, stage }: Expected): string | undefined {
  if (scope === undefined || isFinal(position.state)) return undefined;
  if ('tag' in scope) return whyOtherTag(scope.tag, position, markets.has(toMarket(position)));
  if (!('symbol' in scope) || position.symbol !== scope.symbol) return undefined;
  if (position.account !== scope.account)
    return stage === 'planned'
      ? `It is on ${position.account}, and the link is for ${scope.account}.`
      : undefined;
  return `It is a ${position.side}, and the link is for each ${scope.side}.`;
}

function whyOtherTag(wanted: string, { tag }: Position, isSameMarket: boolean): string | undefined {
  const isAlike = tag?.toLowerCase() === wanted.toLowerCase();
  if (!isAlike && !isSameMarket) return undefined;
  return tag === undefined ? `It has no tag.` : `Its tag is "${tag}".`;
}
