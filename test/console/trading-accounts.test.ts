import { expect, test } from 'vitest';
import { state, tradingAccounts } from '../../console/app/store.ts';

test('accounts that are only verified are none to trade with', () => {
  const verified = { name: 'a-test', testOnly: 'krakenfutures' as const };
  const unusable = { name: 'b', problem: 'It is not JSON.' };
  const accounts = [verified, unusable, { name: 'main', exchange: 'binance' as const }];
  const rest = { positions: [], links: [], hits: [], prices: [], paused: false, sources: {} };
  state.value = { ...rest, accounts } as never;
  expect(tradingAccounts.value?.map(({ name }) => name)).toEqual(['b', 'main']);
  state.value = { ...rest, accounts: [verified] } as never;
  expect(tradingAccounts.value).toEqual([]);
});
