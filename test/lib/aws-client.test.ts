import { createServer } from 'node:http';
import { expect, onTestFinished, test, vi } from 'vitest';
import { listen } from '../../infra/loopback/listen.ts';
import { ssmAccounts } from '../../lib/account/ssm-accounts.ts';
import { Fault } from '../../lib/fault.ts';
import { ssmChannels } from '../../lib/notify/ssm-channels.ts';
import { startTcpProxy } from '../faults/tcp-proxy.ts';
import { type Behavior, startLoopback } from './notify/loopback.ts';

/** Starts a stand-in for Parameter Store, and points the SDK's environment to it. */
async function startStore(behaviour: Behavior) {
  const store = await startLoopback();
  store.behave(behaviour);
  vi.stubEnv('AWS_ENDPOINT_URL_SSM', store.url);
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  return store;
}

const account = { exchange: 'binance', apiKey: 'a', secret: 'b' } as const;
const calls = {
  'reading an account': () => ssmAccounts('/ripcord/accounts').read('main'),
  'listing accounts': () => ssmAccounts('/ripcord/accounts').list(),
  'storing an account': () => ssmAccounts('/ripcord/accounts').write('main', account),
  'removing an account': () => ssmAccounts('/ripcord/accounts').remove('main'),
  'reading the channels': () => ssmChannels('/ripcord/notify').read(),
};

test.for(['silence', 'drip'] as const)(
  'Every call ends within 2.5 s if Parameter Store answers with %s',
  async (behaviour) => {
    await startStore(behaviour);
    const startedAt = performance.now();
    const ends = Object.entries(calls).map(async ([name, call]) => {
      const code = await call().catch((thrown: unknown) => (thrown instanceof Fault ? thrown.code : thrown));
      return { name, code, inTime: performance.now() - startedAt < 2_500 };
    });
    expect(await Promise.all(ends)).toEqual(
      Object.keys(calls).map((name) => ({
        name,
        code: name.endsWith('channels') ? 'channels-unreadable' : 'accounts-unreadable',
        inTime: true,
      })),
    );
  },
);

test('Reading an account is retried if the connection breaks', async () => {
  const store = await startStore('drop');
  await expect(ssmAccounts('/ripcord/accounts').read('main')).rejects.toMatchObject({
    code: 'accounts-unreadable',
  });
  expect(store.received).toHaveLength(3);
});

test('The channels that are known are used if Parameter Store fails, and not after a denial', async () => {
  const channels = [{ kind: 'slack', name: 'team', url: 'https://hooks.example/1' }];
  let answer: { status: number; body: object } = {
    status: 200,
    body: { Parameter: { Value: JSON.stringify(channels) } },
  };
  const server = createServer((_, response) => {
    response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(answer.body));
  });
  const port = await listen(server, 0);
  await startStore(200);
  vi.stubEnv('AWS_ENDPOINT_URL_SSM', `http://127.0.0.1:${port}`);
  onTestFinished(() => {
    server.close();
  });
  let now = 0;
  const { read } = ssmChannels('/ripcord/notify', { now: () => now });
  expect(await read()).toEqual(channels);
  now += 5 * 60_000;
  answer = { status: 400, body: { __type: 'ThrottlingException', message: 'Rate exceeded' } };
  expect(await read()).toEqual(channels);
  await expect(ssmChannels('/ripcord/notify').read()).rejects.toMatchObject({
    code: 'channels-unreadable',
    message: expect.stringContaining('Rate exceeded (ThrottlingException)'),
  });
  answer = { status: 400, body: { __type: 'AccessDeniedException', message: 'not authorized' } };
  now += 5 * 60_000;
  await expect(read()).rejects.toMatchObject({
    message: expect.stringContaining('not authorized (AccessDeniedException)'),
  });
});

test.for(['FIN', 'RST', 'silence'] as const)(
  'Reading an account uses no connection that died by %s more than a second ago',
  async (death) => {
    const { url } = await startStore(200);
    const proxy = await startTcpProxy(Number(new URL(url).port));
    onTestFinished(() => proxy.stop());
    vi.stubEnv('AWS_ENDPOINT_URL_SSM', `http://127.0.0.1:${proxy.port}`);
    const accounts = ssmAccounts('/ripcord/accounts');
    // The stand-in has no account to return.
    const read = () => expect(accounts.read('main')).rejects.toMatchObject({ code: 'accounts-unreadable' });
    await read();
    await read();
    proxy.kill(death);
    const now = Date.now;
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => now() + 1_001);
    const startedAt = performance.now();
    await read().finally(() => clock.mockRestore());
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(proxy.turns.map(({ connection }) => connection)).toEqual([0, 0, 1]);
  },
);
