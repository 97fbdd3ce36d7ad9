import { expect, test } from 'vitest';
import type { State } from '../../../lib/position/position.ts';
import { listAccountsInUse } from '../../../lib/sweep/accounts-in-use.ts';

const positionOf = (account: string, state: State = 'open', exchange = 'binance' as const) => ({
  account,
  exchange,
  state,
});

test('The accounts in use are the five with the most positions that are not final', () => {
  const open = ['a', 'b', 'b', 'c', 'c', 'c', 'd', 'd', 'e', 'e', 'f', 'f'].map((name) => positionOf(name));
  const final = [...Array(5)].flatMap(() => [positionOf('a', 'closed'), positionOf('g', 'canceled')]);
  const names = listAccountsInUse([...final, ...open]).map(({ account }) => account);
  expect(names).toEqual(['c', 'b', 'd', 'e', 'f']);
});

test('An account is listed with the exchange of its positions, and with both if it was replaced', () => {
  const moved = { account: 'main', exchange: 'bybit' as const, state: 'open' as const };
  expect(listAccountsInUse([positionOf('main'), moved])).toEqual([
    { account: 'main', exchange: 'binance' },
    { account: 'main', exchange: 'bybit' },
  ]);
});
