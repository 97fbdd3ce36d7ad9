import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createProxyServer } from '../../../infra/egress/proxy-server.ts';
import { isPublicAddress } from '../../../infra/egress/public-address.ts';
import { listen } from '../../../infra/loopback/listen.ts';
import { openTunnel } from '../../../lib/exchange/egress/open-tunnel.ts';
import { connectTls, toStackProxy } from '../../../lib/exchange/egress/proxy.ts';
import { credential } from './stack-proxy.ts';

async function startProxy(hosts: string[]): Promise<string> {
  const server = createProxyServer({ credential, hosts });
  const port = await listen(server, 0);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${port}`;
}

/** @returns how the proxy refused the tunnel. */
async function refusal(address: string, target: string): Promise<string> {
  try {
    (await openTunnel([toStackProxy(address, credential)], target)).socket.destroy();
    return 'opened';
  } catch (thrown) {
    return (thrown as Error).message.replace(`${address}: `, '');
  }
}

/** @returns the status line for these bytes, from a peer that knows the credential. */
async function statusFor(address: string, text: string): Promise<string> {
  const proxy = toStackProxy(address, credential);
  const socket = connectTls(proxy, proxy.tls ?? {});
  socket.on('error', () => undefined);
  await once(socket, 'secureConnect');
  socket.write(text);
  const [answer] = await once(socket, 'data');
  socket.destroy();
  return String(answer).split('\r\n')[0] ?? '';
}

describe('A proxy of the stack', () => {
  test.each([
    ['a host that is not an exchange', 'example.org:443'],
    ['another port of an exchange', 'localhost:8443'],
    ['a host whose name ends as that of an exchange', 'evil-localhost:443'],
    ['the metadata service', '169.254.169.254:443'],
    ['an address instead of a name', '127.0.0.1:443'],
    ['no port', 'localhost'],
    ['nothing', '/'],
  ])('opens no tunnel to %s', async (_, target) => {
    const address = await startProxy(['localhost']);
    expect(await refusal(address, target)).toBe('HTTP 403');
  });

  test('opens no tunnel to an allowed host whose address is not public', async () => {
    const address = await startProxy(['localhost', '169.254.169.254', '10.0.0.1']);
    for (const target of ['localhost:443', '169.254.169.254:443', '10.0.0.1:443'])
      expect(await refusal(address, target)).toBe('HTTP 403');
  });

  test('reports a host that has no address', async () => {
    const host = `${'a'.repeat(64)}.invalid`;
    expect(await refusal(await startProxy([host]), `${host}:443`)).toBe('HTTP 502');
  });

  test('answers no other method', async () => {
    const address = await startProxy(['localhost']);
    const request = 'GET http://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n';
    expect(await statusFor(address, request)).toBe('HTTP/1.1 405 Method Not Allowed');
  });

  test('refuses a header that is too long', async () => {
    const address = await startProxy(['localhost']);
    const request = `CONNECT localhost:443 HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(8_192)}\r\n\r\n`;
    expect(await statusFor(address, request)).toMatch(/^HTTP\/1\.1 431 /);
  });

  test('answers nothing to a peer without TLS', async () => {
    const address = await startProxy(['localhost']);
    const socket = connect(Number(address.split(':')[1]), '127.0.0.1');
    const received: string[] = [];
    socket.on('error', () => undefined).on('data', (bytes) => received.push(String(bytes)));
    socket.write('CONNECT localhost:443 HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(socket, 'close');
    expect(received.join('')).not.toContain('HTTP/1.1');
  });

  test('does not start without a credential', async () => {
    const script = fileURLToPath(new URL('../../../infra/egress/main.ts', import.meta.url));
    const run = promisify(execFile)(process.execPath, [script, '{"port":0,"hosts":[]}']);
    run.child.stdin?.end('short');
    await expect(run).rejects.toMatchObject({
      stderr: expect.stringContaining('The credential is missing. Nothing listens.'),
    });
  });
});

test.each(['8.8.8.8', '1.1.1.1', '172.15.0.1', '172.32.0.1', '100.128.0.1', '169.253.0.1', '223.255.255.1'])(
  'A tunnel may lead to %s',
  (address) => {
    expect(isPublicAddress(address, 4)).toBe(true);
  },
);

test.each([
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '127.0.0.1',
  '127.255.255.255',
  '169.254.169.254',
  '169.254.169.253',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '198.18.0.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
])('No tunnel leads to %s', (address) => {
  expect(isPublicAddress(address, 4)).toBe(false);
});

test.each(['::1', 'fe80::1', 'fd00:ec2::254', '::ffff:127.0.0.1', '2606:4700::1111'])(
  'No tunnel leads to %s, because it is IPv6',
  (address) => {
    expect(isPublicAddress(address, 6)).toBe(false);
  },
);
