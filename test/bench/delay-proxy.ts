import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import { listen } from '../../infra/loopback/listen.ts';
import { monotonic } from './function-process.ts';

/** One request as it went through, on the machine's monotonic clock, milliseconds. */
export interface Passage {
  to: 'table' | 'exchange' | 'parameters';
  /** `UpdateItem`, or method and path. */
  name: string;
  arrivedAt: number;
  /** How long it was held up on purpose. */
  heldMs: number;
  answeredAt: number;
  /** What DynamoDB would have charged. */
  units: number;
}

export interface DelayProxy {
  url: string;
  /** The partner itself. */
  target: string;
  /** How long a request is held up, by `to`. */
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
  passages: Passage[],
  credentials?: Credentials,
): Promise<DelayProxy> {
  const agent = new Agent({ keepAlive: true });
  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const arrivedAt = monotonic();
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { headers, method = 'GET', url = '/' } = request;
    const operation = headers['x-amz-target'];
    const name =
      typeof operation === 'string'
        ? (operation.split('.')[1] ?? operation)
        : `${method} ${url.split('?')[0]}`;
    const passage: Passage = { to, name, arrivedAt, heldMs: 0, answeredAt: 0, units: 0 };
    passages.push(passage);
    if (proxy.delayMs > 0) {
      const heldFrom = monotonic();
      await pause(proxy.delayMs);
      passage.heldMs = monotonic() - heldFrom;
    }
    let body = Buffer.concat(chunks);
    if (to === 'table')
      body = Buffer.from(JSON.stringify({ ...JSON.parse(body.toString()), ReturnConsumedCapacity: 'TOTAL' }));
    const { hostname, port } = new URL(proxy.target);
    const onward = httpRequest(
      {
        agent,
        hostname,
        port,
        method,
        path: url,
        headers: { ...headers, ...(body.length > 0 ? { 'content-length': body.length } : {}) },
      },
      (answer) => void passBack(answer),
    );
    const passBack = async (answer: IncomingMessage): Promise<void> => {
      const parts: Buffer[] = [];
      for await (const part of answer) parts.push(part as Buffer);
      const whole = Buffer.concat(parts);
      if (to === 'table') passage.units = unitsOf(whole.toString());
      passage.answeredAt = monotonic();
      // Node's `keep-alive` header would announce the time, which the real ones don't.
      const { 'transfer-encoding': _, 'keep-alive': __, ...others } = answer.headers;
      response
        .writeHead(answer.statusCode ?? 500, {
          ...others,
          connection: 'keep-alive',
          'content-length': whole.length,
        })
        .end(whole);
    };
    onward.on('error', () => response.destroy());
    onward.end(body);
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void => void pass(request, response);
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

/** Batches answer with a list of what each table was charged. */
function unitsOf(text: string): number {
  const { ConsumedCapacity: charged = [] } = JSON.parse(text) as {
    ConsumedCapacity?: { CapacityUnits: number } | { CapacityUnits: number }[];
  };
  return [charged].flat().reduce((sum, { CapacityUnits }) => sum + CapacityUnits, 0);
}
