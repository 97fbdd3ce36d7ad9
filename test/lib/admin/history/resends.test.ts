import { expect, test } from 'vitest';
import { countResends } from '../../../../lib/admin/history/resends.ts';
import type { Hit } from '../../../../lib/link/hit.ts';
import { exampleHit } from '../../link/example-hit.ts';

function hitAt(seconds: number, over: Partial<Hit> = {}): Hit {
  const at = new Date(Date.UTC(2026, 10, 22, 12, 0, seconds)).toISOString();
  return { ...exampleHit, hitId: `hit_${seconds}`, at, method: 'POST', status: 503, ...over };
}

test('a POST shortly after a 5xx from the same source counts as a resend, newest first', () => {
  const hits = [hitAt(0), hitAt(5), hitAt(10, { status: 200 })];
  expect(countResends(hits).map(({ hitId, resend }) => [hitId, resend])).toEqual([
    ['hit_10', 2],
    ['hit_5', 1],
    ['hit_0', 0],
  ]);
});

test.each([
  { title: 'a later request', next: hitAt(9) },
  { title: 'a request from another source', next: hitAt(5, { sourceIp: '203.0.113.9' }) },
  { title: 'a request to another link', next: hitAt(5, { linkId: 'lnk_0000000000000000' }) },
  { title: 'a GET', next: hitAt(5, { method: 'GET' }) },
])('$title is not a resend', ({ next }) => {
  expect(countResends([hitAt(0), next])[0]).toMatchObject({ resend: 0 });
});

test('a request after a success is not a resend', () => {
  expect(countResends([hitAt(0, { status: 200 }), hitAt(5)])[0]).toMatchObject({ resend: 0 });
});
