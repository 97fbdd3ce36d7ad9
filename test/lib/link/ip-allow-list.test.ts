import { expect, test } from 'vitest';
import { isAllowedSource } from '../../../lib/link/ip-allow-list.ts';
import type { Sources } from '../../../lib/link/link.ts';

test.each<[Sources, string]>([
  ['any', '203.0.113.7'],
  ['any', 'no address'],
  ['tradingview', '52.89.214.238'],
  ['tradingview', '34.212.75.30'],
  ['tradingview', '54.218.53.128'],
  ['tradingview', '52.32.178.7'],
  [['203.0.113.7'], '203.0.113.7'],
  [['203.0.113.0/24'], '203.0.113.0'],
  [['203.0.113.0/24'], '203.0.113.255'],
  [['198.51.100.1', '203.0.113.7'], '203.0.113.7'],
  [['2001:db8::1'], '2001:db8::1'],
  [['2001:db8::1'], '2001:DB8:0:0:0:0:0:1'],
  [['2001:db8::/32'], '2001:db8:ffff::1'],
  [['203.0.113.7', '2001:db8::/32'], '2001:db8::1'],
])('A link with the sources %j may be fired from %s.', (sources, address) => {
  expect(isAllowedSource(sources, address)).toBe(true);
});

test.each<[Sources, string]>([
  ['tradingview', '52.89.214.239'],
  ['tradingview', '127.0.0.1'],
  [['203.0.113.7'], '203.0.113.8'],
  [['203.0.113.0/24'], '203.0.114.0'],
  [['203.0.113.7/32'], '203.0.113.6'],
  [['2001:db8::1'], '2001:db8::2'],
  [['2001:db8::/32'], '2001:db9::1'],
  [['2001:db8::/32'], '203.0.113.7'],
  [['203.0.113.0/24'], '2001:db8::1'],
  [['203.0.113.0/24'], 'no address'],
  [['203.0.113.0/24'], ''],
])('A link with the sources %j may not be fired from %j.', (sources, address) => {
  expect(isAllowedSource(sources, address)).toBe(false);
});
