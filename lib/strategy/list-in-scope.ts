import { Fault } from '../fault.ts';
import type { Link } from '../link/link.ts';
import { isInScope } from '../link/scope.ts';
import { isFinal, type Position } from '../position/position.ts';
import type { PositionStore } from '../store/store.ts';

type Lists = Pick<PositionStore, 'listPositions' | 'readPosition'>;
type Scoped = Pick<Link, 'positionId' | 'scope'>;

/** The positions of every account that are open, and for a while those that have ended. */
export interface Listed {
  positions: Position[];
  /** The ids of those that this version can't read. */
  unreadable: string[];
}

/** Throws as `pickInScope` does. */
export async function listInScope(store: Lists, link: Scoped): Promise<Position[]> {
  return pickInScope(link, await listFor(store, link));
}

/** @returns what is listed to find the link's positions: a link for one position needs no list. */
export async function listFor(store: Lists, { positionId }: Scoped): Promise<Listed> {
  if (positionId === undefined) return listOpen(store);
  const position = await store.readPosition(positionId);
  return { positions: position === undefined ? [] : [position], unreadable: [] };
}

export async function listOpen(store: Pick<PositionStore, 'listPositions'>): Promise<Listed> {
  const unreadable: string[] = [];
  const positions = await store.listPositions('open', (positionId) => unreadable.push(positionId));
  return { positions, unreadable };
}

/**
 * @returns the positions in the link's scope on which something can act: kept ones too. Throws `newer-version` if there is
 * none, and one that can't be read may be in the scope: that nothing is open would not be true.
 */
export function pickInScope(link: Scoped, { positions, unreadable }: Listed): Position[] {
  const inScope = positions.filter((position) => isInScope(link, position) && !isFinal(position.state));
  if (inScope.length === 0 && unreadable.length > 0)
    throw new Fault(
      'newer-version',
      `Ripcord can't read ${unreadable.join(', ')}, which may be in this link's scope. Nothing was done.`,
      { hint: { text: 'Deploy the newer Ripcord again.' } },
    );
  return inScope;
}
