import type { LinkView } from '../lib/admin/contract/commands.ts';

/** @returns which positions and standing links a pause of all links affects. @param end such as "until 13:00". */
export function describePauseEffect(links: readonly LinkView[], end: string): string {
  const armed = links.filter(({ state, positionClosed }) => state === 'armed' && positionClosed !== true);
  const positions = new Set(armed.flatMap(({ positionId }) => positionId ?? [])).size;
  const standing = armed.filter(({ positionId }) => positionId === undefined).length;
  if (positions + standing === 0) return `No open position has a link that works. The pause lasts ${end}.`;
  const stops = standing === 1 ? '1 standing link stops' : `${standing} standing links stop`;
  if (positions === 0) return `${stops} ${end}.`;
  const loses =
    positions === 1 ? '1 open position loses its links' : `${positions} open positions lose their links`;
  return standing === 0 ? `${loses} ${end}.` : `${loses} and ${stops} ${end}.`;
}
