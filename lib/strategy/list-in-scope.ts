import { Fault } from '../fault.ts';
import type { Link } from '../link/link.ts';
import { isInScope } from '../link/scope.ts';
import { isFinal, type Position } from '../position/position.ts';
import type { PositionStore } from '../store/store.ts';

/**
 * @param unreadable takes the ids of positions that this version can't read.
 * @returns the positions in the link's scope on which something can act: kept ones too. Throws `newer-version` if there is
 * none, and one that can't be read may be in the scope: that nothing is open would not be true.
 */
export async function listInScope(
  store: Pick<PositionStore, 'listPositions' | 'readPosition'>,
  link: Pick<Link, 'positionId' | 'scope'>,
  unreadable: string[] = [],
): Promise<Position[]> {
  const listed =
    link.positionId === undefined
      ? await store.listPositions('open', (positionId) => unreadable.push(positionId))
      : [await store.readPosition(link.positionId)].filter((position) => position !== undefined);
  const inScope = listed.filter((position) => isInScope(link, position) && !isFinal(position.state));
  if (inScope.length === 0 && unreadable.length > 0)
    throw new Fault(
      'newer-version',
      `Ripcord can't read ${unreadable.join(', ')}, which may be in this link's scope. Nothing was done.`,
      { hint: { text: 'Deploy the newer Ripcord again.' } },
    );
  return inScope;
}
