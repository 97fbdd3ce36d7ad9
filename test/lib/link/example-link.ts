import { createHash } from 'node:crypto';
import { type Link, linkIdOf } from '../../../lib/link/link.ts';
import { examplePosition } from '../position/example-position.ts';

/** The hash of no real token. */
const tokenHashAt = (index: number): string => createHash('sha256').update(`${index}`).digest('hex');

/** A link with id and hash of its own for each number. */
export const linkAt = (index: number, differing: Partial<Link> = {}): Link => {
  const tokenHash = tokenHashAt(index);
  return {
    linkId: linkIdOf(tokenHash),
    tokenHash,
    positionId: examplePosition.positionId,
    action: 'close',
    confirm: false,
    methods: 'any',
    sources: 'any',
    createdAt: '2026-10-09T08:54:00.000Z',
    ...differing,
  };
};
