import { expect, test } from 'vitest';
import { type AllowList, toAllowListWarnings } from '../../../../lib/admin/accounts/allow-list.ts';

const key: AllowList = {
  exchange: 'bybit',
  addresses: ['192.0.2.7', '192.0.2.8'],
  refused: [],
  silent: [],
  ipRestricted: true,
  allowed: ['192.0.2.7', '192.0.2.8'],
};

test('A key that is bound to the addresses of its account needs nothing', () => {
  expect(toAllowListWarnings(key)).toEqual([]);
  expect(toAllowListWarnings({ ...key, exchange: 'binance', allowed: undefined })).toEqual([]);
});

test('An account without fixed addresses is not compared', () => {
  expect(toAllowListWarnings({ ...key, addresses: [], ipRestricted: false, allowed: [] })).toEqual([]);
});

test.each(['binance', 'binanceusdm', 'bybit'] as const)(
  'A key at %s that is bound to no address is told what to paste where',
  (exchange) => {
    const [warning, ...others] = toAllowListWarnings({ ...key, exchange, ipRestricted: false, allowed: [] });
    expect(others).toEqual([]);
    expect(warning).toMatch(/^The key is bound to no address\. At (Binance|Bybit).*API Management/);
    expect(warning).toMatch(/enter: 192\.0\.2\.7, 192\.0\.2\.8$/);
  },
);

test('An address that the exchange refuses is named', () => {
  const [warning] = toAllowListWarnings({ ...key, refused: ['192.0.2.8'], allowed: ['192.0.2.7'] });
  expect(warning).toMatch(/^Bybit refuses the key from 192\.0\.2\.8\. At Bybit/);
});

test('An address through which no response came is named', () => {
  const [warning] = toAllowListWarnings({ ...key, silent: ['192.0.2.8'] });
  expect(warning).toBe('No response came through 192.0.2.8: see docs/operations/fixed-addresses.md.');
});

test('An address that the exchange lists in part is one of the account if the rest of it matches', () => {
  const kucoin = { ...key, exchange: 'kucoin' } as const;
  expect(toAllowListWarnings({ ...kucoin, allowed: ['192.**.7', '192.**.8'] })).toEqual([]);
  expect(toAllowListWarnings({ ...kucoin, allowed: ['192.**.7', '203.**.8'] })).toEqual([
    'The key also works from 203.**.8. Remove the addresses that are not yours from its list.',
  ]);
});

test('An allowed address that is not one of the account is named', () => {
  const warnings = toAllowListWarnings({ ...key, allowed: [...key.addresses, '198.51.100.1'] });
  expect(warnings).toEqual([
    'The key also works from 198.51.100.1. Remove the addresses that are not yours from its list.',
  ]);
});
