import { expect, test } from 'vitest';
import { hitSchema, hitsKeptMs, requestNoteSchema } from '../../../lib/link/hit.ts';
import { exampleHit, fullHit } from './example-hit.ts';

test.each([exampleHit, fullHit])('A stored hit is read as it is: %j', (hit) => {
  expect(hitSchema.parse(hit)).toStrictEqual(hit);
});

test.each(['fired', 'duplicate', 'in-progress', 'confirmation-required', 'refused', 'recovered'])(
  'The decision of a hit can be %s.',
  (decision) => {
    expect(hitSchema.parse({ ...exampleHit, decision }).decision).toBe(decision);
  },
);

test.each<[string, object]>([
  ['no id', { hitId: undefined }],
  ['another decision', { decision: 'closed' }],
  ['an empty decision', { decision: '' }],
  ['another actor', { actor: 'admin' }],
  ['a status that is text', { status: '200' }],
  ['no list of requests', { requests: undefined }],
])('A stored hit cannot have %s.', (_, differing) => {
  expect(hitSchema.safeParse({ ...exampleHit, ...differing }).success).toBe(false);
});

test('A note on a request needs its time, the request, how long it took and the answer.', () => {
  const [note] = fullHit.requests;
  expect(requestNoteSchema.parse(note)).toStrictEqual(note);
  for (const attribute of ['at', 'request', 'ms', 'answer'])
    expect(requestNoteSchema.safeParse({ ...note, [attribute]: undefined }).success).toBe(false);
});

test('Hits are kept for 90 days.', () => {
  const kept = new Date(Date.parse('2026-01-01T00:00:00Z') + hitsKeptMs);
  expect(kept.toISOString()).toBe('2026-04-01T00:00:00.000Z');
});
