import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

export const keys = { apiKey: 'test-key', secret: 'c2VjcmV0LW9mLXRoZS1rZXk=', password: 'phrase' };

/** What an exchange documents, or does otherwise. */
export interface Traits {
  /** Which orders make an id a duplicate. */
  unique: 'always' | 'open';
  /** A second order under an id is answered as the first. */
  replays: boolean;
  honorsFence: boolean;
  /** How long look-ups find an order after its end. */
  foundMs: number;
  /** How long after its creation an order is found. */
  lagMs: number;
  hedged: boolean;
  /** A refused order is kept, and look-ups find it. */
  keepsRefused: boolean;
  /** An order older than this is refused, and its own window is ignored. */
  staleMs: number | undefined;
  /** Without it, the exchange accepts a LIMIT order and cancels it at once. */
  rests: boolean;
}

interface Row {
  id: string;
  clientId: string;
  isOpen: boolean;
  createdAt: number;
  endedAt: number;
}

/** The answer to one request. Undefined: none. */
export interface Reply {
  status?: number;
  body: unknown;
  headers?: Record<string, string>;
}

/** The orders of one account in one market, by the rules of the traits. */
export class TestNetwork {
  traits: Traits = {
    ...{ unique: 'always', replays: false, honorsFence: true },
    ...{ foundMs: Number.POSITIVE_INFINITY, lagMs: 0, hedged: false },
    ...{ keepsRefused: false, staleMs: undefined, rests: true },
  };
  /** Changes the reply to a request, or takes it away. */
  intercept: (path: string, reply: Reply, count: number) => Reply | undefined = (_path, reply) => reply;
  url = '';
  /** Method and path of every request. */
  requests: string[] = [];
  ahead = 0;
  skewMs = 0;
  /** The `Date` header is of a network in front of the exchange, with a clock of its own. */
  hasFront = false;
  /** In whole smallest orders. */
  position = 0;
  rows: Row[] = [];

  /** Of the process under test. */
  now = (): number => Date.now() + this.ahead;
  sleep = async (ms: number): Promise<void> => {
    this.ahead += ms;
  };

  /** Of the exchange. */
  exchangeNow(): number {
    return this.now() - this.skewMs;
  }

  create(clientId: string, type: 'market' | 'limit', validUntil: number): Row | 'late' | 'duplicate' {
    const now = this.exchangeNow();
    const isLate = this.traits.honorsFence && now > validUntil;
    const isOpen = type === 'limit' && this.traits.rests && !isLate;
    const row = {
      id: `90000000000000000${this.rows.length}`,
      clientId,
      isOpen,
      createdAt: now,
      endedAt: now,
    };
    if (isLate) {
      if (this.traits.keepsRefused) this.rows.push(row);
      return 'late';
    }
    const known = this.rows.find(
      (row) => row.clientId === clientId && (row.isOpen || this.traits.unique === 'always'),
    );
    if (known !== undefined) return this.traits.replays ? known : 'duplicate';
    this.rows.push(row);
    if (type === 'market') this.position += 1;
    return row;
  }

  find(clientId: string): Row | undefined {
    const row = this.rows.findLast((each) => each.clientId === clientId);
    if (row === undefined || this.exchangeNow() < row.createdAt + this.traits.lagMs) return undefined;
    return row.isOpen || this.exchangeNow() - row.endedAt <= this.traits.foundMs ? row : undefined;
  }

  cancel(clientId: string): boolean {
    const open = this.rows.filter((row) => row.isOpen && row.clientId === clientId);
    for (const row of open) Object.assign(row, { isOpen: false, endedAt: this.exchangeNow() });
    return open.length > 0;
  }

  open(): Row[] {
    return this.rows.filter(({ isOpen }) => isOpen);
  }

  created(): number {
    return this.rows.length;
  }
}

export interface Request {
  method: string;
  path: string;
  query: string;
  fields: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: string;
}

/** One exchange's API over a test network. */
export type Face = (network: TestNetwork, request: Request) => unknown;

export async function startTestNetwork(face: Face): Promise<TestNetwork> {
  const network = new TestNetwork();
  const counts = new Map<string, number>();
  const answer = async (incoming: IncomingMessage, response: ServerResponse) => {
    const { pathname: path, search, searchParams: fields } = new URL(incoming.url ?? '', 'http://here');
    const method = incoming.method ?? '';
    const request = {
      method,
      path,
      query: search.slice(1),
      fields,
      headers: incoming.headers,
      body: await text(incoming),
    };
    const name = `${method} ${path}`;
    network.requests.push(name);
    counts.set(name, (counts.get(name) ?? 0) + 1);
    const reply = network.intercept(name, { body: face(network, request) }, counts.get(name) ?? 0);
    if (reply === undefined) return void response.destroy();
    const date = new Date(network.hasFront ? network.now() : network.exchangeNow()).toUTCString();
    const headers = { 'content-type': 'application/json', date, ...reply.headers };
    response.writeHead(reply.status ?? 200, headers).end(JSON.stringify(reply.body));
  };
  const server = createServer((incoming, response) => {
    answer(incoming, response).catch(() => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  network.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return network;
}
