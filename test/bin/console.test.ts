import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../infra/local/temporary-folder.ts';
import { answered, startFakeAdmin } from './fake-admin.ts';
import { runLocally } from './run-ripcord.ts';

const ripcord = fileURLToPath(new URL('../../bin/ripcord.ts', import.meta.url));

/** @returns the address from the first line, which the console prints when it is ready. */
async function addressOf(child: ChildProcess): Promise<string> {
  const [line] = (await once(child.stdout ?? child, 'data')) as [Buffer];
  return String(line).replace(/^Open (.*)\n$/, '$1');
}

test('the console opens at the printed address, calls the admin function, and ends at a signal', async () => {
  await using admin = await startFakeAdmin(() => answered({ accounts: [] }));
  const child = spawn(process.execPath, [ripcord, 'console', '--local', admin.url], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, XDG_STATE_HOME: await temporaryFolder() },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const address = new URL(await addressOf(child));
  expect(admin.payloads).toEqual([{ command: 'accounts.list' }]);
  const entered = await fetch(address, { redirect: 'manual' });
  expect(entered.status).toBe(303);
  const cookie = entered.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const ask = async (command: object) => {
    const answer = await fetch(new URL('/console/command', address), {
      method: 'POST',
      headers: { cookie, origin: address.origin, 'content-type': 'application/json' },
      body: JSON.stringify(command),
    });
    return (await answer.json()) as unknown;
  };
  expect(await ask({ command: 'accounts.list' })).toEqual({ ok: true, result: { accounts: [] } });
  // The answer is parsed before the page gets it.
  expect(await ask({ command: 'links.list' })).toMatchObject({
    ok: false,
    error: { code: 'function-failed' },
  });
  expect(admin.payloads).toHaveLength(3);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('the console does not start without an admin function or with an invalid port', async () => {
  const unreachable = await runLocally('http://127.0.0.1:1', ['console']);
  expect(unreachable).toMatchObject({ code: 1, stdout: '' });
  expect(unreachable.stderr).toContain('Start the local stack with ripcord start');
  const invalidPort = await runLocally('http://127.0.0.1:1', ['console', '--port', 'http']);
  expect(invalidPort.stderr).toContain('--port: expected a whole number up to 65535');
});
