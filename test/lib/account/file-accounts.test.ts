import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
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

test('keys in accounts.json are trimmed, and a character that no key has is named with its account', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ripcord-accounts-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'accounts.json');
  await writeFile(path, JSON.stringify({ main: { ...account, apiKey: ' a\n' } }));
  expect(await fileAccounts(path).read('main')).toEqual(account);
  await writeFile(path, JSON.stringify({ main: { ...account, secret: 'hidden\u200b' } }));
  const thrown = await fileAccounts(path)
    .read('main')
    .catch((fault: unknown) => fault);
  expect(thrown).toMatchObject({
    code: 'account-invalid',
    message: expect.stringMatching(/"main".*\(secret: expected printable ASCII, but character 7 is U\+200B/),
  });
  expect(String(thrown)).not.toContain('hidden');
  await fileAccounts(path).write('other', account);
  expect(await fileAccounts(path).read('other')).toEqual(account);
  expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ main: { secret: 'hidden\u200b' } });
});
