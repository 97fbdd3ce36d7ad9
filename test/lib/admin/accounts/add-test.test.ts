import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { NewAccount } from '../../../../lib/account/account.ts';
import { fileAccounts } from '../../../../lib/account/file-accounts.ts';
import { readAnyAccount } from '../../../../lib/account/test-account.ts';
import { addAccount } from '../../../../lib/admin/accounts/add.ts';
import type { AdminServices } from '../../../../lib/admin/admin-services.ts';
import { ccxtExchanges } from '../../../../lib/exchange/ccxt/ccxt-exchange.ts';
import { faultOf } from '../../exchange/fault-of.ts';

const key = { exchange: 'krakenfutures', apiKey: 'key-1', secret: 'c2VjcmV0' };
const stored = { binance: { exchange: 'binance', apiKey: 'key-2', secret: 'secret-2' } };

async function startAccounts() {
  const folder = await mkdtemp(join(tmpdir(), 'ripcord-accounts-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'accounts.json');
  await writeFile(path, JSON.stringify({ main: stored.binance }));
  const accounts = fileAccounts(path);
  const admin = { accounts } as Parameters<typeof addAccount>[0] & Pick<AdminServices, 'accounts'>;
  const add = (account: object, input: object = {}) =>
    addAccount(admin, { name: 'demo', account: { ...key, ...account } as NewAccount, ...input });
  const content = async () => JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  return { accounts, add, content };
}

test('a key of the test network of Kraken Futures is stored, and listed as that', async () => {
  const { accounts, add, content } = await startAccounts();
  const { account, warnings } = await add({ sandbox: true, baseUrl: 'none' });
  expect(account).toEqual({ name: 'demo', testOnly: 'krakenfutures' });
  expect(warnings).toEqual([expect.stringContaining('did not check the key')]);
  expect((await content()).demo).toEqual({ ...key, sandbox: true });
  expect(await accounts.list()).toEqual([
    { name: 'main', exchange: 'binance' },
    { name: 'demo', testOnly: 'krakenfutures' },
  ]);
  await add({ sandbox: true, apiKey: 'key-3' }, { replace: true });
  expect((await content()).demo).toMatchObject({ apiKey: 'key-3' });
});

test.each([
  [{}, {}, /Ripcord does not trade at Kraken Futures\. Kraken documents .* Nothing was stored\./],
  [{ sandbox: false }, {}, /Ripcord does not trade at Kraken Futures/],
  [{ sandbox: true, egress: 'stack' }, {}, /can't have --generic, --option or --egress stack/],
  [{ sandbox: true, options: { recvWindow: 1 } }, {}, /can't have --generic, --option or --egress stack/],
  [{ sandbox: true }, { name: 'main', replace: true }, /"main" is already stored\. Nothing was changed\./],
])('another key of Kraken Futures is refused: %j %j', async (account, input, why) => {
  const { add, content } = await startAccounts();
  expect((await faultOf(add(account, input))).detail).toMatch(why);
  expect(await content()).toEqual({ main: stored.binance });
});

test('no key of another exchange takes its name', async () => {
  const { add, content } = await startAccounts();
  await add({ sandbox: true });
  for (const input of [{}, { replace: true }]) {
    const fault = await faultOf(add(stored.binance, input));
    expect([fault.code, fault.detail]).toEqual([
      'conflict',
      expect.stringContaining('only "ripcord venues verify" uses it'),
    ]);
  }
  expect((await content()).demo).toMatchObject({ exchange: 'krakenfutures' });
});

test('it is used by nothing else, and a stored key of real money by nothing at all', async () => {
  const { accounts, add } = await startAccounts();
  await add({ sandbox: true });
  const read = await faultOf(accounts.read('demo'));
  expect([read.code, read.message]).toEqual([
    'account-invalid',
    expect.stringMatching(/Ripcord does not trade.*Nothing was sent\..*venues verify demo$/),
  ]);
  expect((await faultOf(ccxtExchanges(accounts).of('demo'))).code).toBe('account-invalid');
  await accounts.write('demo', key as never);
  expect((await faultOf(accounts.read('demo'))).code).toBe('account-invalid');
  expect((await faultOf(readAnyAccount(accounts, 'demo'))).code).toBe('account-invalid');
});
