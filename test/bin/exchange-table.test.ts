import ccxt, { type Exchange } from 'ccxt';
import { expect, test } from 'vitest';
import { exchangeTable } from '../../bin/exchange-table.ts';
import { genericIds } from '../../lib/account/generic-id.ts';

type Clients = Record<string, new () => Exchange>;

test.each(genericIds)('%s has a test network in the table if ccxt knows one', (id) => {
  const Client = (ccxt as unknown as Clients)[id];
  const row = exchangeTable.find(({ exchange }) => exchange === id);
  expect(row?.testNetwork).toBe(Client !== undefined && new Client().urls.test !== undefined);
});

test('no exchange has exits in a market that it lacks', () => {
  const others = exchangeTable.flatMap(({ exchange, exits, markets }) =>
    Object.keys(exits).flatMap((kind) => (markets.some((each) => each === kind) ? [] : [exchange])),
  );
  expect(others).toEqual([]);
});
