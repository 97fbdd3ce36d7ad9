import { expect, test } from 'vitest';
import {
  isExpired,
  linkIdSchema,
  linkOptionsSchema,
  linkSchema,
  methodsSchema,
  sourcesSchema,
  toLinkId,
} from '../../../lib/link/link.ts';
import { linkAt } from './example-link.ts';

const fullLink = linkAt(1, {
  expiresAt: '2026-10-10T00:00:00.000Z',
  maxUses: 3,
  confirm: true,
  methods: 'post-only',
  sources: ['203.0.113.7'],
  percent: 50,
  account: 'main',
  exchange: 'binance',
  label: 'take profit',
  revokedAt: '2026-10-09T09:00:00.000Z',
});

test.each([
  ['0'.repeat(64), 'lnk_0000000000000000'],
  [`${'0'.repeat(63)}1`, 'lnk_0000000000000001'],
  [`${'0'.repeat(62)}24`, 'lnk_0000000000000010'],
  ['f'.repeat(64), 'lnk_2iw7i6n43d37jtof'],
])('The link id of the token hash %s is %s.', (tokenHash, linkId) => {
  expect(toLinkId(tokenHash)).toBe(linkId);
});

test('A link id is lnk_ and 16 letters or digits.', () => {
  expect(linkIdSchema.parse('lnk_0123456789abcdez')).toBe('lnk_0123456789abcdez');
});

test.each([
  'lnk_0123456789abcde',
  'lnk_0123456789abcdefg',
  'lnk_0123456789abcdeF',
  'pos_0123456789abcdef',
  ' lnk_0123456789abcdef',
  '',
])('A link id is not %j.', (text) => {
  const { error } = linkIdSchema.safeParse(text);
  expect(error?.issues).toMatchObject([{ message: 'expected lnk_ and 16 letters or digits' }]);
});

test.each(['any', 'post-only'])('The methods of a link can be %s.', (methods) => {
  expect(methodsSchema.parse(methods)).toBe(methods);
});

test.each(['', 'get', 'GET'])('The methods of a link cannot be %j.', (methods) => {
  expect(methodsSchema.safeParse(methods).success).toBe(false);
});

test.each<[string, unknown]>([
  ['any address', 'any'],
  ['TradingView', 'tradingview'],
  ['an IPv4 address', ['203.0.113.7']],
  ['an IPv4 range', ['203.0.113.0/24']],
  ['an IPv6 address', ['2001:db8::1']],
  ['an IPv6 range', ['2001:db8::/32']],
  ['several of them', ['203.0.113.7', '2001:db8::/32']],
  ['20 of them', Array.from({ length: 20 }, (_, index) => `203.0.113.${index}`)],
])('The sources of a link can be %s.', (_, sources) => {
  expect(sourcesSchema.parse(sources)).toEqual(sources);
});

test.each<[string, unknown]>([
  ['empty text', ''],
  ['another word', 'binance'],
  ['an address outside a list', '203.0.113.7'],
])('The sources of a link cannot be %s.', (_, sources) => {
  expect(sourcesSchema.safeParse(sources).error?.issues).toMatchObject([
    { message: 'expected "any", "tradingview", or a list of addresses and ranges' },
  ]);
});

test.each<[string, string[]]>([
  ['an empty list', []],
  ['a list of more than 20', Array.from({ length: 21 }, (_, index) => `203.0.113.${index}`)],
])('The sources of a link cannot be %s, because it allows too few or too many.', (_, sources) => {
  expect(sourcesSchema.safeParse(sources).success).toBe(false);
});

test.each(['203.0.113.256', '203.0.113.0/33', 'example.com', ''])(
  'The sources of a link cannot be the list of %j, and the message shows what can.',
  (address) => {
    const { error } = sourcesSchema.safeParse([address]);
    expect(JSON.stringify(error)).toContain(
      'expected an address or a range such as \\\\\\"203.0.113.7\\\\\\" or \\\\\\"203.0.113.0/24\\\\\\"',
    );
  },
);

test('A link without options may be fired by any request from anywhere, without a question.', () => {
  expect(linkOptionsSchema.parse({})).toEqual({ confirm: false, methods: 'any', sources: 'any' });
});

test.each([{ maxUses: 1 }, { maxUses: 1_000 }, { percent: 1 }, { percent: 99 }])(
  'The options of a link can be %j.',
  (options) => {
    expect(linkOptionsSchema.parse(options)).toMatchObject(options);
  },
);

test.each([
  { maxUses: 0 },
  { maxUses: 1_001 },
  { maxUses: 1.5 },
  { percent: 0 },
  { percent: 100 },
  { percent: 1.5 },
  { confirm: 'yes' },
  { methods: 'get' },
  { expiresAt: 0 },
])('The options of a link cannot be %j.', (options) => {
  expect(linkOptionsSchema.safeParse(options).success).toBe(false);
});

test.each([linkAt(1), fullLink])('A stored link is read as it is: %j', (link) => {
  expect(linkSchema.parse(link)).toStrictEqual(link);
});

const { tokenHash } = linkAt(1);
test.each<[string, object]>([
  ['no link id', { linkId: undefined }],
  ['a token hash that is too short', { tokenHash: tokenHash.slice(1) }],
  ['a token hash that is too long', { tokenHash: `${tokenHash}0` }],
  ['text before its token hash', { tokenHash: ` ${tokenHash}` }],
  ['a token hash in capitals', { tokenHash: 'F'.repeat(64) }],
  ['the id of no position', { positionId: 'main' }],
  ['an unknown action', { action: 'open' }],
  ['no time of creation', { createdAt: undefined }],
])('A stored link cannot have %s.', (_, differing) => {
  expect(linkSchema.safeParse({ ...linkAt(1), ...differing }).success).toBe(false);
});

test('A link expires at its time, to the millisecond.', () => {
  const expiry = Date.parse('2026-10-10T00:00:00.000Z');
  expect(isExpired(fullLink, expiry - 1)).toBe(false);
  expect(isExpired(fullLink, expiry)).toBe(true);
});

test('A link without a time of expiry never expires.', () => {
  expect(isExpired(linkAt(1), Number.MAX_SAFE_INTEGER)).toBe(false);
});
