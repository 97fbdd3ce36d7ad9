import { connect, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer, setDefaultCACertificates } from 'node:tls';
import { onTestFinished } from 'vitest';
import { listen } from '../../../infra/loopback/listen.ts';
import { createSelfSigned } from '../../infra/loopback/self-signed.ts';

const trusted = createSelfSigned('localhost');
const untrusted = createSelfSigned('localhost');
setDefaultCACertificates([trusted.cert]);

/** What becomes of one connection. */
export type Handshake =
  | 'is reset'
  | 'is ended'
  | 'is answered in plain text'
  | 'is not answered'
  | 'presents an unknown certificate'
  | 'succeeds'
  | 'succeeds, and the request is lost';

export interface TlsFront {
  url: string;
  /** The next connections; all later ones succeed. */
  handshakes: Handshake[];
  /** How many connections were made. */
  count: number;
  onConnection: () => void;
}

/** HTTPS before a server of plain HTTP on this machine. */
export async function startTlsFront(target: string): Promise<TlsFront> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  };
  const forwarding = createTlsServer(trusted, (client) => {
    const server = keep(connect(Number(new URL(target).port), '127.0.0.1'));
    keep(client).pipe(server).pipe(client);
  });
  const losing = createTlsServer(trusted, (client) => {
    keep(client).once('data', () => client.destroy());
  });
  const unknown = createTlsServer(untrusted);
  const treat: Record<Handshake, (socket: Socket) => unknown> = {
    'is reset': (socket) => socket.resetAndDestroy(),
    'is ended': (socket) => socket.end(),
    'is answered in plain text': (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
    'is not answered': () => undefined,
    'presents an unknown certificate': (socket) => unknown.emit('connection', socket),
    succeeds: (socket) => forwarding.emit('connection', socket),
    'succeeds, and the request is lost': (socket) => losing.emit('connection', socket),
  };
  const front: TlsFront = { url: '', handshakes: [], count: 0, onConnection: () => undefined };
  const server = createServer((socket) => {
    front.count += 1;
    front.onConnection();
    treat[front.handshakes.shift() ?? 'succeeds'](keep(socket));
  });
  front.url = `https://localhost:${await listen(server, 0)}`;
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return front;
}
