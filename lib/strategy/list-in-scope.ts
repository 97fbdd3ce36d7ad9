import type { Link } from '../link/link.ts';
import { isInScope } from '../link/scope.ts';
import { isFinal, type Position } from '../position/position.ts';
import type { PositionStore } from '../store/store.ts';

/** @returns the positions in the link's scope on which something can act: kept ones too. One that can't be read is left out. */
export async function listInScope(
  store: Pick<PositionStore, 'listPositions'>,
  link: Pick<Link, 'positionId' | 'scope'>,
): Promise<Position[]> {
  const positions = await store.listPositions('open', () => undefined);
  return positions.filter((position) => isInScope(link, position) && !isFinal(position.state));
}
