import { existsSync } from 'node:fs';
import { access, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listen } from '../../infra/loopback/listen.ts';
import { askAdmin, runLocal, runLocalAsNpm } from '../infra/local/local-process.ts';
import { temporaryFolder } from '../infra/local/temporary-folder.ts';

interface Listed {
  ok: boolean;
  result: {
    positions: {
      positionId: string;
      symbol: string;
      fillStatus: string;
      status: string;
      staleReason?: string;
    }[];
  };
}

async function positionsAt(url: string) {
  const { result } = (await askAdmin(url, { command: 'positions.list' })) as Listed;
  return result.positions.toSorted((a, b) => a.symbol.localeCompare(b.symbol));
}

describe('npm start', () => {
  it('has the four positions of the demo when it is ready, and prints what to try', async () => {
    const data = await temporaryFolder();
    const local = runLocal('--port', '0', '--data', data);
    const url = await local.ready;
    const [, exchange = ''] = await local.line(/ +curl (http:\/\/127\.0\.0\.1:\d+)\/sim\/ledger/);
    const [, address = ''] = await local.line(/Open (http:\/\/127\.0\.0\.1:\d+\/\?key=[\w-]{43})/);
    expect((await fetch(address, { redirect: 'manual' })).headers.get('location')).toBe('/console/');
    await local.line(/4 positions are open\. .*/);
    await local.line(/ +npx ripcord --local http:\/\/127\.0\.0\.1:\d+ positions list/);
    expect(Array.isArray(await (await fetch(`${exchange}/sim/ledger`)).json())).toBe(true);
    expect(await positionsAt(url)).toMatchObject([
      { symbol: 'BTC/USDT', fillStatus: 'filled', status: 'open' },
      { symbol: 'ETH/USDT', fillStatus: 'unfilled', status: 'open' },
      { symbol: 'SOL/USDT', fillStatus: 'partly-filled', status: 'open' },
      {
        symbol: 'SOL/USDT:USDT',
        fillStatus: 'filled',
        protection: 'full',
        takeProfits: [{ state: 'resting' }, { state: 'resting' }, { state: 'resting' }],
        stopLoss: { state: 'resting', amount: '20' },
      },
    ]);
    for (const position of await positionsAt(url)) expect(position.staleReason).toBeUndefined();
    local.child.kill('SIGTERM');
    expect((await local.ended).stdout).toMatch(/^ready http/);
    expect((await stat(join(data, 'accounts.json'))).mode & 0o777).toBe(0o600);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'ends at %s with 0, and has everything again at the next start',
    async (signal) => {
      const data = await temporaryFolder();
      const first = runLocal('--port', '0', '--data', data);
      const before = await positionsAt(await first.ready);
      expect(before).toHaveLength(4);
      first.child.kill(signal);
      expect(await first.ended).toMatchObject({ code: 0, stderr: '' });
      const second = runLocal('--port', '0', '--data', data);
      const after = await positionsAt(await second.ready);
      expect(
        after.map(({ positionId, fillStatus, staleReason }) => ({ positionId, fillStatus, staleReason })),
      ).toEqual(
        before.map(({ positionId, fillStatus }) => ({ positionId, fillStatus, staleReason: undefined })),
      );
    },
  );

  it('prints how to start over when no position is open', async () => {
    const data = await temporaryFolder();
    const first = runLocal('--port', '0', '--data', data);
    await askAdmin(await first.ready, { command: 'positions.closeAll' });
    first.child.kill('SIGTERM');
    await first.ended;
    const second = runLocal('--port', '0', '--data', data);
    const [, folder] = await second.line(/No position is open\. .* delete (\S+) and start again\. .*/);
    expect(folder).toBe(data);
  });

  it('completes the demo after a crash during its first start', async () => {
    const data = await temporaryFolder();
    const first = runLocal('--port', '0', '--data', data);
    while (!existsSync(join(data, 'exchange.json'))) await access(data);
    first.child.kill('SIGKILL');
    await first.ended;
    const second = runLocal('--port', '0', '--data', data);
    expect(await positionsAt(await second.ready)).toMatchObject([
      { symbol: 'BTC/USDT', fillStatus: 'filled' },
      { symbol: 'ETH/USDT', fillStatus: 'unfilled' },
      { symbol: 'SOL/USDT', fillStatus: 'partly-filled' },
      { symbol: 'SOL/USDT:USDT', protection: 'full' },
    ]);
  });

  it('answers a request that is running when the signal arrives', async () => {
    const local = runLocal('--port', '0', '--data', await temporaryFolder());
    const url = await local.ready;
    const [, exchange = ''] = await local.line(/ +curl (http:\S+)\/sim\/ledger/);
    const fault = { kind: 'delay', ms: 500, match: { path: '/api/v3/order' } };
    await fetch(`${exchange}/sim/addFault`, { method: 'POST', body: JSON.stringify(fault) });
    const answer = positionsAt(url);
    const pending = async () =>
      ((await (await fetch(`${exchange}/sim/state`)).json()) as { pending: number }).pending;
    while ((await pending()) === 0);
    local.child.kill('SIGTERM');
    expect(await answer).toHaveLength(4);
    expect(await local.ended).toMatchObject({ code: 0 });
  });

  it('ends with npm, although the shell in between passes no signal on', async () => {
    const data = await temporaryFolder();
    const shell = runLocalAsNpm('--port', '0', '--data', data, '--no-demo');
    const url = await shell.ready;
    shell.child.kill('SIGTERM');
    expect((await shell.ended).stdout).toMatch(/\nstopped\n$/);
    await expect(fetch(url)).rejects.toThrow();
  });

  it('reports a port in use in one line, and ends with 1', async () => {
    const squatter = createServer();
    const port = await listen(squatter, 0);
    onTestFinished(() => void squatter.close());
    const local = runLocal('--port', String(port), '--data', await temporaryFolder());
    expect(await local.ended).toEqual({
      code: 1,
      stdout: '',
      stderr: `Port ${port} is in use by another program. Stop it, or choose another port with --port (0 takes any free port).\n`,
    });
  });

  it('reports data in use in one line, and ends with 1', async () => {
    const data = await temporaryFolder();
    const first = runLocal('--port', '0', '--data', data, '--no-demo');
    await first.ready;
    const second = runLocal('--port', '0', '--data', data, '--no-demo');
    expect(await second.ended).toEqual({
      code: 1,
      stdout: '',
      stderr: `The data in ${join(data, 'table')} is in use by another process. Stop it, or choose another folder with --data.\n`,
    });
  });

  it('starts with damaged accounts, leaves them unchanged, and reports them when they are needed', async () => {
    const data = await temporaryFolder();
    const accounts = join(data, 'accounts.json');
    await writeFile(accounts, '{"demo":');
    const local = runLocal('--port', '0', '--data', data);
    const url = await local.ready;
    await local.line(/The demo's accounts are unchanged\. .+/);
    expect(await askAdmin(url, { command: 'accounts.list' })).toMatchObject({
      ok: false,
      error: { code: 'accounts-unreadable' },
    });
    expect(await readFile(accounts, 'utf8')).toBe('{"demo":');
  });

  it('creates no exchange and no accounts without the demo', async () => {
    const data = await temporaryFolder();
    const local = runLocal('--port', '0', '--data', data, '--no-demo');
    expect(await positionsAt(await local.ready)).toEqual([]);
    for (const name of ['exchange.json', 'accounts.json'])
      await expect(access(join(data, name))).rejects.toThrow();
  });

  it.each([
    [['--port', '65536'], '--port: expected a whole number from 0 to 65535, such as 8787'],
    [['--port', 'http'], '--port: expected a whole number from 0 to 65535, such as 8787'],
    [['--data', ''], '--data: expected a folder, such as .ripcord/'],
    [['--nonsense'], 'Unknown argument: nonsense'],
  ])('refuses %j', async (options, message) => {
    const { code, stderr } = await runLocal(...options).ended;
    expect(code).toBe(1);
    expect(stderr).toContain(message);
  });

  it('prints its options with --help', async () => {
    const { code, stdout } = await runLocal('--help').ended;
    expect(code).toBe(0);
    for (const option of ['--port', '--data', '--no-demo']) expect(stdout).toContain(option);
  });
});
