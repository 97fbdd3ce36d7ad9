import type { LinkView } from '../lib/admin/contract/commands.ts';

/** @returns which positions a pause of all links affects. @param end such as "until 13:00". */
export function describePauseEffect(links: readonly LinkView[], end: string): string {
  const armed = links.filter(({ state, positionClosed }) => state === 'armed' && positionClosed !== true);
  const count = new Set(armed.map(({ positionId }) => positionId)).size;
  if (count === 0) return `No open position has a link that works. The pause lasts ${end}.`;
  return count === 1
    ? `1 open position loses its links ${end}.`
    : `${count} open positions lose their links ${end}.`;
}
