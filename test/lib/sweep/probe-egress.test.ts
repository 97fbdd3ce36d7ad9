import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { listen } from '../../../infra/loopback/listen.ts';
import { egressName } from '../../../lib/health/account-health.ts';
import { probeEgress } from '../../../lib/sweep/probe-egress.ts';
import { credential, startStackProxy } from '../../infra/egress/stack-proxy.ts';

async function startTarget(): Promise<string> {
  const server = createServer((client) => void client.on('error', () => undefined).resume());
  const port = await listen(server, 0);
  onTestFinished(() => void server.close());
  return `localhost:${port}`;
}

test('Each fixed address is probed by a tunnel of its own', async () => {
  const target = await startTarget();
  const options = { localTargets: [target], source: '127.0.0.2' };
  const [working, dead] = await Promise.all([startStackProxy(options), startStackProxy(options)]);
  await dead.kill();
  const addresses = [working.address, dead.address];
  const looks = await probeEgress({ addresses, readCredential: async () => credential }, [target]);
  expect(looks).toEqual([
    { account: egressName(working.address) },
    {
      account: egressName(dead.address),
      failure: {
        code: 'egress-unreachable',
        why: `The fixed address ${dead.address} does not work: ${dead.address}: ECONNREFUSED.`,
      },
    },
  ]);
});

test('An exchange that is down does not make an address look dead', async () => {
  const target = await startTarget();
  const proxy = await startStackProxy({ localTargets: [target, 'localhost:9'], source: '127.0.0.2' });
  const stack = { addresses: [proxy.address], readCredential: async () => credential };
  expect(await probeEgress(stack, ['localhost:9', target])).toEqual([{ account: egressName(proxy.address) }]);
});

test('A credential that can not be read is reported for each address', async () => {
  const readCredential = () => Promise.reject(new Error('denied'));
  const looks = await probeEgress({ addresses: ['127.0.0.1:9', '127.0.0.1:10'], readCredential });
  expect(looks.map(({ failure }) => failure?.code)).toEqual(['egress-unreachable', 'egress-unreachable']);
});
