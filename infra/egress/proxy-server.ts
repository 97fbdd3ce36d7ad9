import { lookup } from 'node:dns/promises';
import type { IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import { connect, type Socket, type TcpNetConnectOpts } from 'node:net';
import type { Duplex } from 'node:stream';
import { stackProxyIdentity, stackTls, toStackKey } from '../../lib/exchange/egress/stack-tls.ts';
import { isPublicAddress } from './public-address.ts';

export interface ProxyOptions {
  credential: string;
  /** Hosts that a tunnel may lead to, at port 443. */
  hosts: readonly string[];
  /** `host:port` of stand-ins on this machine, which only tests have. */
  localTargets?: readonly string[] | undefined;
  /** The address of this machine that tunnels start from, if it has several. */
  localAddress?: string | undefined;
}

const handshakeMs = 5_000;
const connectMs = 3_000;
/** A connection of Ripcord's is reused within one second. */
const idleMs = 60_000;
/** The smallest instance has memory for more. */
const maxConnections = 512;
const maxHeaderSize = 4_096;

/** Reasons in an answer's status line. The caller reads only the code. */
const answers = {
  200: 'Connection established',
  403: 'Forbidden',
  405: 'Method not allowed',
  502: 'Bad gateway',
  504: 'Gateway timeout',
} as const;

/** An HTTP proxy that only opens tunnels, only for peers that know the credential, and only to the exchanges' hosts. */
export function createProxyServer(options: ProxyOptions): Server {
  const { credential, hosts, localTargets = [], localAddress } = options;
  const key = toStackKey(credential);
  const allowed = new Set(hosts.map((host) => `${host}:443`));
  const server = createServer(
    {
      ...stackTls,
      pskCallback: (_, identity) => (identity === stackProxyIdentity ? key : null),
      handshakeTimeout: handshakeMs,
      headersTimeout: handshakeMs,
      connectionsCheckingInterval: 1_000,
      maxHeaderSize,
    },
    (_, response) => response.writeHead(405).end(),
  );
  server.maxConnections = maxConnections;
  server.on('connect', ({ url = '' }: IncomingMessage, client: Duplex, head: Buffer) => {
    client.on('error', () => undefined);
    const target = url.toLowerCase();
    const isLocal = localTargets.includes(target);
    if (!isLocal && !allowed.has(target)) return answer(client, 403);
    findAddress(target, isLocal).then(
      (address) =>
        address === undefined
          ? answer(client, 403)
          : openTunnel(client as Socket, head, { ...address, localAddress }),
      () => answer(client, 502),
    );
  });
  return server;
}

function answer(client: Duplex, status: keyof typeof answers): void {
  const line = `HTTP/1.1 ${status} ${answers[status]}\r\n`;
  if (status === 200) client.write(`${line}\r\n`);
  else client.end(`${line}Connection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** @returns undefined if the host has no address that a tunnel may lead to. */
async function findAddress(target: string, isLocal: boolean): Promise<TcpNetConnectOpts | undefined> {
  const { hostname, port } = new URL(`tunnel://${target}`);
  const found = await lookup(hostname, { all: true, family: 4 });
  // The tunnel leads to the checked address. A second look-up could return another one.
  const usable = found.find(({ address, family }) => isLocal || isPublicAddress(address, family));
  return usable && { host: usable.address, port: Number(port) };
}

function openTunnel(client: Socket, head: Buffer, to: TcpNetConnectOpts): void {
  const host = connect({ ...to, noDelay: true, timeout: connectMs });
  const onFailure = (status: 502 | 504) => () => {
    host.destroy();
    answer(client, status);
  };
  host.once('error', onFailure(502)).once('timeout', onFailure(504));
  client.once('close', () => host.destroy());
  host.once('connect', () => {
    host.removeAllListeners('error').removeAllListeners('timeout');
    answer(client, 200);
    if (head.length > 0) host.write(head);
    join(client, host);
  });
}

/** Passes bytes both ways until one end closes, or nothing has passed for too long. */
function join(client: Socket, host: Socket): void {
  const pairs = [
    [client, host],
    [host, client],
  ] as const;
  for (const [from, to] of pairs) {
    from.setNoDelay(true).setKeepAlive(true, idleMs / 2);
    from.setTimeout(idleMs, () => from.destroy());
    from.on('error', () => from.destroy());
    from.once('close', () => to.destroy());
    from.pipe(to);
  }
}
