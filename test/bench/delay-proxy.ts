import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { listen } from '../../infra/loopback/listen.ts';
import { monotonic } from './function-process.ts';
import type { Passage, Recorded, Tape } from './tape.ts';

export interface DelayProxy {
  url: string;
  /** The partner itself. */
  target: string;
  /** How long a request is held up. */
  delayMs: number;
  stop(): void;
}

/** A key, and the certificate for `localhost`. */
export interface Credentials {
  key: string;
  cert: string;
}

/**
 * DynamoDB, Parameter Store and the exchanges document no time after which they close an idle connection. This is the
 * default of AWS's load balancers:
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html
 */
const idleTimeoutMs = 60_000;

/**
 * Stands between the function and one of its partners: holds up requests, counts them, and notes what they cost.
 *
 * @param credentials for TLS with the function.
 */
export async function startDelayProxy(
  to: Passage['to'],
  target: string,
  tape: Tape,
  credentials?: Credentials,
): Promise<DelayProxy> {
  const agent = new Agent({ keepAlive: true });
  const known = new WeakSet<object>();
  const listener = (request: IncomingMessage, response: ServerResponse): void =>
    void pass({ to, proxy, tape, agent, known }, request, response).catch(() => response.destroy());
  const server: Server =
    credentials === undefined ? createServer(listener) : createSecureServer(credentials, listener);
  server.keepAliveTimeout = idleTimeoutMs;
  const port = await listen(server, 0);
  const proxy: DelayProxy = {
    url: credentials === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`,
    target,
    delayMs: 0,
    stop() {
      agent.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
  return proxy;
}

interface Way {
  to: Passage['to'];
  proxy: DelayProxy;
  tape: Tape;
  agent: Agent;
  /** The connections that have had a request. */
  known: WeakSet<object>;
}

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

async function pass(way: Way, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const arrivedAt = monotonic();
  const { to, proxy, tape, known } = way;
  const isFirst = !known.has(request.socket);
  known.add(request.socket);
  const { headers, method = 'GET', url = '/' } = request;
  const operation = headers['x-amz-target'];
  const name =
    typeof operation === 'string' ? (operation.split('.')[1] ?? operation) : `${method} ${url.split('?')[0]}`;
  const passage: Passage = { to, name, arrivedAt, isFirst, heldMs: 0, answeredAt: 0, units: 0 };
  tape.note(passage);
  const body = await text(request);
  if (proxy.delayMs > 0) {
    const heldFrom = monotonic();
    await pause(proxy.delayMs);
    passage.heldMs = monotonic() - heldFrom;
  }
  const replayed = tape.findReplay(passage);
  const answer =
    replayed === undefined ? await askTarget(way, request, body, passage) : toReplayedAnswer(replayed);
  passage.answeredAt = monotonic();
  response.writeHead(answer.status, answer.headers).end(answer.body);
  tape.record(passage, {
    to,
    name,
    port: Number(new URL(proxy.url).port),
    method,
    path: url,
    headers: request.rawHeaders,
    body,
    status: answer.status,
    responseHeaders: answer.headers,
    response: answer.body,
  });
}

function toReplayedAnswer({ status, responseHeaders, response }: Recorded): Answer {
  return { status, headers: responseHeaders, body: response };
}

async function askTarget(
  way: Way,
  request: IncomingMessage,
  body: string,
  passage: Passage,
): Promise<Answer> {
  const counts = way.to === 'table' && way.tape.countsUnits;
  const sent = counts ? JSON.stringify({ ...JSON.parse(body), ReturnConsumedCapacity: 'TOTAL' }) : body;
  const { hostname, port } = new URL(way.proxy.target);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  httpRequest(
    {
      agent: way.agent,
      hostname,
      port,
      method: request.method,
      path: request.url,
      headers: {
        ...request.headers,
        ...(sent === '' ? {} : { 'content-length': Buffer.byteLength(sent) }),
      },
    },
    resolve,
  )
    .on('error', reject)
    .end(sent);
  const response = await promise;
  const whole = await text(response);
  if (counts) passage.units = toUnits(whole);
  // Node's `keep-alive` header would announce the idle timeout, which the real ones don't.
  const { 'transfer-encoding': _, 'keep-alive': __, ...headers } = response.headers;
  return {
    status: response.statusCode ?? 500,
    headers: {
      ...(headers as Record<string, string>),
      connection: 'keep-alive',
      'content-length': String(Buffer.byteLength(whole)),
    },
    body: whole,
  };
}

/** Batches answer with a list of what each table was charged. */
function toUnits(response: string): number {
  const { ConsumedCapacity: charged = [] } = JSON.parse(response) as {
    ConsumedCapacity?: { CapacityUnits: number } | { CapacityUnits: number }[];
  };
  return [charged].flat().reduce((sum, { CapacityUnits }) => sum + CapacityUnits, 0);
}
