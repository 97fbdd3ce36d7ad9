import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import { NoRoute } from '../../http-agents.ts';
import { connectTls, isAuthentic, type ProxyServer } from './proxy.ts';

/** For TCP, TLS and the proxy's answer together. */
const attemptMs = 1_000;
/** The next address is tried after this time, so that a mute one costs less than a hit can spare. */
const headStartMs = 350;
/** A proxy's answer is a status line and a few headers. */
const maxHeaderSize = 8_192;

export interface Tunnel {
  socket: Socket;
  proxy: ProxyServer;
}

/**
 * Opens a tunnel through the first address that confirms one, and closes what was opened elsewhere meanwhile. Before its
 * confirmation, no proxy has received anything that is meant for the exchange.
 *
 * @param target host and port, such as `api.binance.com:443`.
 * @throws NoRoute if no address confirmed a tunnel.
 */
export async function openTunnel(proxies: readonly ProxyServer[], target: string): Promise<Tunnel> {
  const ended = new AbortController();
  const attempts: Promise<Tunnel>[] = [];
  let opened: Tunnel | undefined;
  try {
    // A single address gets a second try, because a packet of the first one may be lost.
    for (const proxy of proxies.length === 1 ? [...proxies, ...proxies] : proxies) {
      attempts.push(openThrough(proxy, target, ended.signal));
      opened = await firstWithin(headStartMs, attempts, ended.signal);
      if (opened !== undefined) return opened;
    }
    opened = await Promise.any(attempts);
    return opened;
  } catch (thrown) {
    const reasons: Error[] = thrown instanceof AggregateError ? thrown.errors : [];
    throw new NoRoute([...new Set(reasons.map(({ message }) => message))].join('; '));
  } finally {
    ended.abort();
    for (const attempt of attempts)
      attempt.then(
        (tunnel) => tunnel === opened || tunnel.socket.destroy(),
        () => undefined,
      );
  }
}

/** @returns undefined as soon as all attempts have failed, and at the latest after this time. */
async function firstWithin(
  ms: number,
  attempts: Promise<Tunnel>[],
  signal: AbortSignal,
): Promise<Tunnel | undefined> {
  // A process that was busy until now first reads what has arrived meanwhile.
  const over = wait(ms, undefined, { signal }).then(() => nextTurn(undefined));
  return Promise.race([Promise.any(attempts), over]).catch(() => undefined);
}

async function openThrough(proxy: ProxyServer, target: string, ended: AbortSignal): Promise<Tunnel> {
  const { host, port, tls } = proxy;
  const socket = tls === undefined ? connect({ host, port }) : connectTls(proxy, tls);
  // Until the agent that gets the socket listens, an error must not end the process.
  socket.on('error', () => undefined).setNoDelay(true);
  const giveUp = (): void => void socket.destroy(new Error(`no answer within ${attemptMs} ms`));
  const timer = setTimeout(() => setImmediate(giveUp), attemptMs);
  ended.addEventListener('abort', giveUp);
  try {
    await once(socket, tls === undefined ? 'connect' : 'secureConnect');
    if (!isAuthentic(socket, proxy)) throw new Error('the proxy does not know the key');
    await requestTunnel(socket, proxy, target);
    return { socket, proxy };
  } catch (thrown) {
    socket.destroy();
    throw new Error(`${proxy.name}: ${describe(thrown)}`);
  } finally {
    clearTimeout(timer);
    ended.removeEventListener('abort', giveUp);
  }
}

async function requestTunnel(socket: Socket, { headers }: ProxyServer, target: string): Promise<void> {
  const sent = request({
    createConnection: () => socket,
    method: 'CONNECT',
    path: target,
    headers: { host: target, ...headers },
    maxHeaderSize,
  });
  sent.end();
  const [{ statusCode = 0 }, , rest] = (await once(sent, 'connect')) as [IncomingMessage, Socket, Buffer];
  if (statusCode < 200 || statusCode > 299) throw new Error(`HTTP ${statusCode}`);
  if (rest.length > 0) throw new Error('bytes before the first request');
}

/** Quotes no header: a proxy may repeat what it was sent. */
function describe(thrown: unknown): string {
  const { code, message } = thrown as { code?: string; message: string };
  return code ?? message;
}
