import { expect, test } from 'vitest';
import { newAccountSchema } from '../../../lib/account/account.ts';

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
