import { expect, onTestFinished, test, vi } from 'vitest';
import { ssmAccounts } from '../../lib/account/ssm-accounts.ts';
import { Fault } from '../../lib/fault.ts';
import { ssmChannels } from '../../lib/notify/ssm-channels.ts';
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
  'reading the channels': () => ssmChannels('/ripcord/notify')(),
};

test.for(['silence', 'drip'] as const)(
  'Every call ends within 3 s if Parameter Store answers with %s',
  async (behaviour) => {
    await startStore(behaviour);
    const startedAt = performance.now();
    const ends = Object.entries(calls).map(async ([name, call]) => {
      const code = await call().catch((thrown: unknown) => (thrown instanceof Fault ? thrown.code : thrown));
      return { name, code, inTime: performance.now() - startedAt < 3_000 };
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
