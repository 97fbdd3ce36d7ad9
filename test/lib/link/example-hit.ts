import type { Hit } from '../../../lib/link/hit.ts';

type PositionHit = Hit & { positionId: string };

import { examplePosition } from '../position/example-position.ts';
import { linkAt } from './example-link.ts';

/** The hit of a browser that was shown the page with the button. */
export const exampleHit: PositionHit = {
  hitId: 'hit1',
  at: '2026-10-09T08:55:00.000Z',
  positionId: examplePosition.positionId,
  actor: 'link',
  linkId: linkAt(1).linkId,
  action: 'close',
  method: 'GET',
  decision: 'confirmation-required',
  why: 'opened in a browser',
  status: 200,
  requests: [],
};

/** Every attribute that a hit can have. */
export const fullHit: PositionHit = {
  ...exampleHit,
  method: 'POST',
  sourceIp: '203.0.113.7',
  userAgent: 'Mozilla/5.0 (🪂)',
  decision: 'fired',
  why: 'the link is armed',
  outcome: 'closed',
  requests: [
    {
      at: '2026-10-09T08:55:00.100Z',
      request: 'create',
      ms: 42,
      orderId: '4712',
      answer: 'filled 0.4995',
    },
  ],
};
