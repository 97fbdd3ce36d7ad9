import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { fileAccounts } from '../../../lib/account/file-accounts.ts';

const account = { exchange: 'binance', apiKey: 'a', secret: 'b' } as const;
const unknown = { code: 'account-not-found' };

// Names of properties that every object has.
test.each(['constructor', 'toString', 'hasOwnProperty'])(
  'an account "%s" exists from its addition to its removal',
  async (name) => {
    const folder = await mkdtemp(join(tmpdir(), 'ripcord-accounts-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const accounts = fileAccounts(join(folder, 'accounts.json'));
    await expect(accounts.read(name)).rejects.toMatchObject(unknown);
    await expect(accounts.remove(name)).rejects.toMatchObject(unknown);
    await accounts.write(name, account);
    expect(await accounts.read(name)).toEqual(account);
    expect(await accounts.list()).toEqual([{ name, exchange: 'binance' }]);
    await accounts.remove(name);
    await expect(accounts.read(name)).rejects.toMatchObject(unknown);
  },
);
