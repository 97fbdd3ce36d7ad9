import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exchangeIdSchema, toParent } from '../../../lib/account/account.ts';
import { venues } from '../../../lib/exchange/venues/venues.ts';
import { testMarkets } from './test-markets.ts';

/** No proven exchange without tests: `testMarkets` has each market, and each suite takes its rows from there. */

const parents = exchangeIdSchema.options.filter((id) => toParent(id) === id);

test('each market of each proven exchange is tested', () => {
  const proven = parents.flatMap((id) => [...venues[id].kinds].map((kind) => `${id} ${kind}`));
  const tested = testMarkets.map(
    ({ exchange, market }) => `${exchange} ${market === 'spot' ? 'spot' : 'perpetual'}`,
  );
  expect(tested.toSorted()).toEqual(proven.toSorted());
});

/** Suites that run for each row of `testMarkets`, or check that their own rows name each of them. */
const suites = [
  ...[
    'contract',
    'broken-responses',
    'codeless-responses',
    'no-connection',
    'error-table',
    'error-codes',
  ].map((name) => `lib/exchange/${name}`),
  ...['action-table', 'lost-answers', 'lost-closes', 'absent-orders', 'venue-answers', 'symbols'].map(
    (name) => `end-to-end/${name}`,
  ),
  'end-to-end/account-checks',
];

test.each(suites)('%s has rows of each', async (suite) => {
  const source = await readFile(join(import.meta.dirname, '../..', `${suite}.test.ts`), 'utf8');
  expect(source).toMatch(/testMarkets|allMarkets|otherKinds|findMissing/);
});

test('the documentation names each suite', async () => {
  const page = await readFile(join(import.meta.dirname, '../../../docs/exactly-once.md'), 'utf8');
  for (const suite of suites) expect(page).toContain(`test/${suite}.test.ts`);
});
