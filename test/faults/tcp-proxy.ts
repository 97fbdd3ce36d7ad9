import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { listen } from '../../infra/loopback/listen.ts';

/** A request and its answer on one connection. It begins with the first bytes that a client sends after an answer. */
export interface Turn {
  /** Counts from 0 in the order in which connections were made. */
  connection: number;
  /** Counts from 0 on this connection. */
  turn: number;
  /** The first bytes of the request, as text: an HTTP request's line and headers, at least. */
  head: string;
  /** Resolves when the target's answer begins, or its connection ends, whether a client hears of it or not. */
  answered: Promise<void>;
}

/** What the network does to one turn. */
export type Treatment =
  | { kind: 'forward' }
  /** The request is lost: the connection is reset and nothing was forwarded. */
  | { kind: 'drop' }
  /** The request arrives; of the answer only so many bytes come back before the connection is reset. */
  | { kind: 'cut'; afterBytes: number }
  /** The request arrives; of the answer only so many bytes ever come back, and the connection stays. */
  | { kind: 'stall'; afterBytes: number }
  /** The request arrives; the answer comes back one byte at a time, with a pause after each. */
  | { kind: 'drip'; everyMs: number }
  /**
   * Request or answer is late, or with a promise that never settles, silent. A held request still arrives
   * when its client has given up.
   */
  | { kind: 'hold'; what: 'request' | 'answer'; until: Promise<unknown> };

/**
 * How a connection dies: its far end closes it, has forgotten it and answers the next bytes with a reset, or is gone
 * without a word.
 */
export type Death = 'FIN' | 'RST' | 'silence';

export interface TcpProxy {
  port: number;
  /** Decides on every turn; forwards where it returns nothing. Replace it at any time. */
  decide: (turn: Turn) => Treatment | undefined;
  /** Every turn so far. */
  turns: Turn[];
  /** How many connections were made, with a request or without. */
  connections: number;
  /** How many of them the client has not closed. */
  readonly open: number;
  /** Ends all connections that there are. New ones work. */
  kill(death: Death): void;
  /** Connections whose client still waits for an answer. */
  waiting(): number;
  /** Nobody listens any more, as where a server is down. */
  refuse(): Promise<void>;
  /** Listens again, on the same port. */
  accept(): Promise<void>;
  stop(): Promise<void>;
}

/** The answer is lost on the way back, after the request was acted on. */
export const loseAnswer: Treatment = { kind: 'cut', afterBytes: 0 };
/** Treats the first so many turns whose head has `text` in it, and forwards all others. */
export function firstWith(text: string, treatment: Treatment, times = 1): TcpProxy['decide'] {
  let left = times;
  return ({ head }) => {
    if (left === 0 || !head.includes(text)) return undefined;
    left -= 1;
    return treatment;
  };
}

/** Starts a proxy between a free port of its own and a server's port on this machine. */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const living = new Set<(death: Death) => void>();

  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // Resets are what this is for; whoever talks through it hears of them.
    socket.on('error', () => undefined);
  };

  const waiting = new Set<Socket>();

  const serve = (client: Socket): void => {
    const connection = proxy.connections;
    proxy.connections += 1;
    const target = connect(targetPort, '127.0.0.1');
    keep(client);
    keep(target);
    let turn = 0;
    let isAnswered = true;
    let treatment: Treatment = { kind: 'forward' };
    let passed = 0;
    let answered = Promise.withResolvers<void>();
    // Bytes leave in the order in which they came, however long some are held.
    let toTarget: Promise<unknown> = Promise.resolve();
    let toClient: Promise<unknown> = Promise.resolve();

    let death: Death | undefined;
    const die = (how: Death): void => {
      death = how;
      if (how === 'FIN') client.end();
      target.destroy();
    };
    living.add(die);
    client.on('close', () => living.delete(die));

    client.on('data', (chunk) => {
      if (death === 'RST') client.resetAndDestroy();
      if (death !== undefined) return;
      if (isAnswered) {
        isAnswered = false;
        waiting.add(client);
        passed = 0;
        answered = Promise.withResolvers();
        const begun = { connection, turn, head: chunk.toString('latin1'), answered: answered.promise };
        turn += 1;
        proxy.turns.push(begun);
        treatment = proxy.decide(begun) ?? { kind: 'forward' };
        if (treatment.kind === 'hold') {
          const { what, until } = treatment;
          if (what === 'request') toTarget = toTarget.then(() => until);
          else toClient = toClient.then(() => until);
        }
      }
      if (treatment.kind === 'drop') {
        client.resetAndDestroy();
        return;
      }
      toTarget = toTarget.then(() => target.write(chunk));
    });
    target.on('data', (chunk) => {
      isAnswered = true;
      answered.resolve();
      const { kind } = treatment;
      const rest = 'afterBytes' in treatment ? treatment.afterBytes - passed : chunk.length;
      passed += chunk.length;
      if (treatment.kind === 'drip') {
        const { everyMs } = treatment;
        toClient = toClient.then(() => drip(client, chunk, everyMs));
        return;
      }
      toClient = toClient.then(() => {
        if (rest > 0) client.write(chunk.subarray(0, rest));
        if (kind === 'cut' && rest <= chunk.length) client.resetAndDestroy();
        if (kind === 'forward') waiting.delete(client);
      });
    });
    for (const event of ['end', 'close']) client.on(event, () => waiting.delete(client));
    client.on('close', () => void toTarget.then(() => target.end()));
    target.on('close', () => {
      answered.resolve();
      if (treatment.kind !== 'stall' && death === undefined) void toClient.then(() => client.end());
    });
  };

  const server = createServer({ allowHalfOpen: true }, serve);
  const port = await listen(server, 0);
  const refuse = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  const proxy: TcpProxy = {
    port,
    decide: () => undefined,
    turns: [],
    connections: 0,
    get open() {
      return living.size;
    },
    kill(death) {
      for (const die of living) die(death);
    },
    waiting: () => waiting.size,
    refuse,
    accept: async () => void (await listen(server, port)),
    stop: refuse,
  };
  return proxy;
}

async function drip(client: Socket, bytes: Buffer, everyMs: number): Promise<void> {
  for (const byte of bytes) {
    if (client.destroyed) return;
    client.write(Buffer.of(byte));
    await delay(everyMs);
  }
}
