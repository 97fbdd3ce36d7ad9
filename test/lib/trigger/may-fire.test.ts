import { expect, it } from 'vitest';
import type { PositionLink } from '../../../lib/link/link.ts';
import { unlessItMayFire } from '../../../lib/trigger/may-fire.ts';
import type { Request } from '../../../lib/trigger/request.ts';
import { linkAt } from '../link/example-link.ts';

const now = Date.parse('2026-11-22T12:00:00Z');
const past = '2026-11-22T11:59:59Z';

const post: Request = {
  token: 'not read here',
  method: 'POST',
  sourceIp: '203.0.113.7',
  userAgent: undefined,
  hasBody: false,
  navigation: { userInitiated: false, doubt: 'unproven' },
};
const byPerson: Request = { ...post, method: 'GET', navigation: { userInitiated: true } };
const byBot: Request = { ...post, method: 'GET', navigation: { userInitiated: false, doubt: 'bot' } };

function check(request: Request, differing: Partial<PositionLink> = {}, paused = false): string {
  return unlessItMayFire(linkAt(1, differing), request, { paused, now })?.status ?? 'fires';
}

it.each<[title: string, link: Partial<PositionLink>, byPost: string, byGet: string]>([
  ['armed', {}, 'fires', 'fires'],
  ['revoked', { revokedAt: past }, 'gone', 'gone'],
  ['expired', { expiresAt: past }, 'gone', 'gone'],
  ['for other addresses', { sources: 'tradingview' }, 'wrong-source', 'wrong-source'],
  ['for POST only', { methods: 'post-only' }, 'fires', 'confirm'],
  ['to be confirmed', { confirm: true }, 'fires', 'confirm'],
  ['for a part, once', { percent: 20, maxUses: 1 }, 'fires', 'fires'],
  ['for a part, more than once', { percent: 20, maxUses: 2 }, 'fires', 'confirm'],
  ['for a part, without a limit', { percent: 20 }, 'fires', 'confirm'],
])('A link that is %s answers a POST and a person accordingly', (_, link, byPost, byGet) => {
  expect([check(post, link), check(byPerson, link)]).toEqual([byPost, byGet]);
});

it('A paused link answers nothing but the pause, unless it could never fire', () => {
  expect([check(post, {}, true), check(byPerson, {}, true)]).toEqual(['paused', 'paused']);
  expect(check(post, { revokedAt: past }, true)).toBe('gone');
});

it('A POST with a body is ignored, and a GET by a bot asks for a confirmation', () => {
  expect([check({ ...post, hasBody: true }), check(byBot)]).toEqual(['ignored', 'confirm']);
});

it('A confirmation names what the link does, and why it asks, without naming what is traded', () => {
  expect(unlessItMayFire(linkAt(1, { percent: 20 }), byPerson, { paused: false, now })).toMatchObject({
    headline: 'Close 20 % of this position?',
    publicMessage:
      'This link cancels the unfilled part of the entry and closes 20 % of what remains with a MARKET order. On spot it also cancels exit orders. This link can fire more than once, so it asks each time. Nothing has happened yet.',
    detail: 'The link can fire more than once, so it asks each time; nothing was done.',
    confirm: { action: 'close', percent: 20 },
    decision: 'confirmation-required',
  });
});
