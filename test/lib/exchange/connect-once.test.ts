import { expect, test } from 'vitest';
import type { Accounts } from '../../../lib/account/account.ts';
import { ccxtExchanges } from '../../../lib/exchange/ccxt/ccxt-exchange.ts';

/** Accounts that count how often they are read. */
function countingAccounts(): { accounts: Accounts; reads: () => number } {
  let reads = 0;
  const refuse = () => Promise.reject(new Error('not here'));
  return {
    reads: () => reads,
    accounts: {
      async read() {
        reads += 1;
        return { exchange: 'binance', apiKey: 'key', secret: 'secret' };
      },
      readRaw: refuse,
      list: refuse,
      write: refuse,
      remove: refuse,
    },
  };
}

test('A hit that requests its exchange before and after its claim connects once', async () => {
  const { accounts, reads } = countingAccounts();
  const exchanges = ccxtExchanges(accounts);
  const [early, late] = await Promise.all([exchanges.of('main', 'binance'), exchanges.of('main', 'binance')]);
  expect(late).toBe(early);
  expect(reads()).toBe(1);
});

test('A later request reads the account again, and fails if it is on another exchange', async () => {
  const { accounts, reads } = countingAccounts();
  const exchanges = ccxtExchanges(accounts);
  const first = await exchanges.of('main', 'binance');
  expect(await exchanges.of('main', 'binance')).toBe(first);
  expect(reads()).toBe(2);
  await expect(exchanges.of('main', 'bybit')).rejects.toMatchObject({ code: 'account-not-found' });
});

test('A connection that failed is retried by the next request', async () => {
  const { accounts } = countingAccounts();
  let fails = true;
  const exchanges = ccxtExchanges({
    ...accounts,
    read: (name) => (fails ? Promise.reject(new Error('no response')) : accounts.read(name)),
  });
  await expect(exchanges.of('main')).rejects.toThrow('no response');
  fails = false;
  await expect(exchanges.of('main')).resolves.toBeDefined();
});
