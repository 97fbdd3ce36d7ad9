import { createHash } from 'node:crypto';
import { type PositionLink, toLinkId } from '../../../lib/link/link.ts';
import { examplePosition } from '../position/example-position.ts';

/** The hash of no real token. */
function tokenHashAt(index: number): string {
  return createHash('sha256').update(`${index}`).digest('hex');
}

/** A link for one position, with id and hash of its own for each number. */
export function linkAt(index: number, differing: Partial<PositionLink> = {}): PositionLink {
  const tokenHash = tokenHashAt(index);
  return {
    linkId: toLinkId(tokenHash),
    tokenHash,
    positionId: examplePosition.positionId,
    action: 'close',
    confirm: false,
    methods: 'any',
    sources: 'any',
    createdAt: '2026-10-09T08:54:00.000Z',
    ...differing,
  };
}
