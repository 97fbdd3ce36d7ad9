import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { accountSchema, newAccountSchema, proxyUrlSchema, toAccount } from '../../../lib/account/account.ts';

const account = { exchange: 'binance', apiKey: 'a', secret: 'b' };

test.each([
  'https://api.binance.us',
  'https://203.0.113.7:8443',
  'http://127.0.0.1:9000',
  'http://localhost:9000',
  'http://[::1]:9000',
])('an account may use %s as the base URL of its exchange', (baseUrl) => {
  expect(newAccountSchema.parse({ ...account, baseUrl })).toEqual({ ...account, baseUrl });
});

test.each([
  'http://evil.example.com',
  'http://203.0.113.7',
  'http://127.0.0.1@evil.example.com',
  'http://localhost.evil.example.com',
  'ftp://api.binance.com',
  'localhost:9000',
  'nowhere',
])('an account may not use %s: keys and signatures leave this machine only encrypted', (baseUrl) => {
  const { error } = newAccountSchema.safeParse({ ...account, baseUrl });
  expect(error?.issues).toMatchObject([
    { path: ['baseUrl'], message: 'expected an https URL, or http on this machine' },
  ]);
});

const fields = ['apiKey', 'secret', 'password'] as const;
const pem = { type: 'pkcs8', format: 'pem' } as const;
const ed25519 = generateKeyPairSync('ed25519').privateKey.export(pem).toString();
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export(pem).toString();

describe.each(fields)('A pasted %s', (field) => {
  test.each([
    ['a trailing newline', 'Abc123\n'],
    ['a trailing Windows line break', 'Abc123\r\n'],
    ['spaces and a tab around it', ' \tAbc123  '],
    ['a non-breaking space after it', 'Abc123\u00a0'],
    ['a byte order mark before it', '\ufeffAbc123'],
  ])('loses %s', (_, pasted) => {
    for (const schema of [accountSchema, newAccountSchema])
      expect(schema.parse({ ...account, [field]: pasted })[field]).toBe('Abc123');
  });

  test.each([
    ['a zero-width space at its end', 'Abc123\u200b', 7, 'U+200B'],
    ['a zero-width joiner inside', 'Abc\u200d123', 4, 'U+200D'],
    ['a non-breaking space inside', 'Abc\u00a0123', 4, 'U+00A0'],
    ['a soft hyphen', 'A\u00adbc123', 2, 'U+00AD'],
    ['a direction mark', '\u202eAbc123', 1, 'U+202E'],
    ['smart quotes around it', '\u201cAbc123\u201d', 1, 'U+201C'],
    ['a smart apostrophe', 'Abc\u2019123', 4, 'U+2019'],
    ['a Cyrillic letter that looks Latin', 'Abс123', 3, 'U+0441'],
    ['a full-width digit', 'Abc１23', 4, 'U+FF11'],
    ['an emoji', '🔑Abc\u200b', 1, 'U+1F511'],
    ['a line break inside', 'Abc\n123', 4, 'U+000A'],
    ['a tab inside', 'Abc\t123', 4, 'U+0009'],
    ['a zero byte', 'Abc\u0000', 4, 'U+0000'],
    ['a space before an invisible one', '  Abc\u200b123', 6, 'U+200B'],
    ['an ellipsis instead of the rest', 'Abc…', 4, 'U+2026'],
  ])('is refused with %s, by its position', (_, pasted, position, codePoint) => {
    for (const schema of [accountSchema, newAccountSchema]) {
      const { error } = schema.safeParse({ ...account, [field]: pasted });
      expect(error?.issues).toMatchObject([
        {
          path: [field],
          message: `expected printable ASCII, but character ${position} is ${codePoint}. Copy it from the exchange again`,
        },
      ]);
      expect(JSON.stringify(error?.issues)).not.toMatch(/Ab|123/);
    }
  });

  test('is refused without any text', () => {
    expect(accountSchema.safeParse({ ...account, [field]: ' \n' }).error?.issues).toMatchObject([
      { path: [field], message: 'expected some text' },
    ]);
  });
});

test.each([
  ['an Ed25519 key', ed25519, ed25519.trim()],
  ['an RSA key', rsa, rsa.trim()],
  [
    'a key with Windows line breaks',
    ed25519.replaceAll('\n', '\r\n'),
    ed25519.trim().replaceAll('\n', '\r\n'),
  ],
])('the lines of %s as PEM are kept', (_, pasted, secret) => {
  expect(newAccountSchema.parse({ ...account, secret: `\n${pasted}` }).secret).toBe(secret);
});

test('a PEM key with an invisible character is refused too', () => {
  const { error } = newAccountSchema.safeParse({ ...account, secret: ed25519.replace('KEY', 'KEY\u200b') });
  expect(error?.issues).toMatchObject([{ message: expect.stringContaining('character 23 is U+200B') }]);
});

const proxy = 'https://user:p%40ss@proxy.example.org:8443';
const expectedProxy =
  'expected a proxy such as "https://user:password@proxy.example.org:8443", without a path';

test.each(['stack', [proxy], [proxy, 'http://203.0.113.7:3128']])(
  'an account may send its requests through %j',
  (egress) => {
    for (const schema of [accountSchema, newAccountSchema])
      expect(schema.parse({ ...account, egress })).toEqual({ ...account, egress });
  },
);

test.each([
  ['socks5://127.0.0.1:1080'],
  ['http://proxy.example.org/path'],
  ['http://proxy.example.org?query'],
  ['http://a%zz:b@proxy.example.org'],
  ['http://a:b%0d%0aHost:x@proxy.example.org'],
  ['nowhere'],
])('an account may not use %s as a proxy', (given) => {
  expect(proxyUrlSchema.safeParse(given).error?.issues).toMatchObject([{ message: expectedProxy }]);
});

test.each([[[]], [[proxy, proxy, proxy]], ['direct'], [['nowhere']]])(
  'an account may not send its requests through %j',
  (egress) => {
    const { error } = accountSchema.safeParse({ ...account, egress });
    expect(error?.issues).toMatchObject([{ path: ['egress'] }]);
  },
);

describe('a replaced account', () => {
  const { exchange } = accountSchema.parse(account);
  const kept = { baseUrl: 'https://api.example.org', egress: 'stack', sandbox: true } as const;

  test('keeps what its replacement does not name', () => {
    expect(toAccount(kept, { ...newAccountSchema.parse(account), exchange })).toEqual({
      ...kept,
      ...account,
    });
  });

  test('loses an address and an egress that its replacement names as none', () => {
    const replacement = newAccountSchema.parse({ ...account, baseUrl: 'none', egress: 'none' });
    expect(toAccount(kept, { ...replacement, exchange })).toEqual({ sandbox: true, ...account });
    expect(accountSchema.safeParse({ ...account, egress: 'none' }).success).toBe(false);
  });
});
