import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { renderExchangePage } from '../../docs/reference/exchange-page.ts';
import { exchangeIdSchema } from '../../lib/account/account.ts';
import { runRipcord } from '../bin/run-ripcord.ts';

test('docs/reference/exchanges.md has the table of the code', async () => {
  const page = await readFile(new URL('../../docs/reference/exchanges.md', import.meta.url), 'utf8');
  expect(page, 'write it again: npm run docs').toBe(await renderExchangePage());
});

test('ripcord exchanges lists every exchange, and what it proves, without a stack', async () => {
  const [text, json] = await Promise.all([runRipcord(['exchanges']), runRipcord(['exchanges', '--json'])]);
  expect([text.code, json.code]).toEqual([0, 0]);
  const { exchanges, counts } = JSON.parse(json.stdout);
  const named = exchanges.filter((row: { support: string }) => row.support !== 'refused');
  expect(named.map((row: { exchange: string }) => row.exchange)).toEqual(
    expect.arrayContaining(exchangeIdSchema.options),
  );
  expect(counts).toEqual(
    Object.fromEntries(
      ['proven', 'at-most-once', 'generic', 'refused'].map((support) => [
        support,
        exchanges.filter((row: { support: string }) => row.support === support).length,
      ]),
    ),
  );
  expect(counts['at-most-once']).toBeGreaterThan(0);
  for (const id of exchangeIdSchema.options) expect(text.stdout).toMatch(new RegExp(`^${id} `, 'm'));
});
