import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { listen } from '../../infra/loopback/listen.ts';

const runtime = fileURLToPath(new URL('./runtime.cjs', import.meta.url));

export interface FunctionAnswer {
  result: unknown;
  /** Milliseconds of wall time since the event was handed over. */
  ms: number;
  /** User and system time of the whole process so far, milliseconds. */
  cpuMs: number;
  /** When the event was handed over, on the machine's monotonic clock. */
  sentAt: number;
}

/** A function in a process of its own, under a runtime client that speaks Lambda's Runtime API. */
export interface FunctionProcess {
  pid: number;
  /** When the process was spawned, and when it first asked for an event, on the machine's monotonic clock. */
  spawnedAt: number;
  readyAt(): Promise<number>;
  invoke(event: unknown): Promise<FunctionAnswer>;
  /** Memory after a full collection, bytes. */
  measureMemory(): Promise<NodeJS.MemoryUsage>;
  stop(): Promise<void>;
}

export interface FunctionOptions {
  /** `index.mjs`, or a CommonJS file. */
  file: string;
  environment: Record<string, string>;
  node?: string[];
  /** How long an invocation may take, as the function reads it from its context. */
  timeoutMs?: number;
  /** Gets what the function writes to stdout. */
  onOutput?: (text: string) => void;
}

/** What a function threw. */
export class FunctionError extends Error {}

const running = new Set<ChildProcess>();
/** A stopped process would outlive this one. */
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Milliseconds on a clock that all processes of this machine share. */
export function monotonic(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

export async function startFunction({
  file,
  environment,
  node = [],
  timeoutMs = 10_000,
  onOutput,
}: FunctionOptions): Promise<FunctionProcess> {
  let waiting: ServerResponse | undefined;
  let queued: { event: string; measure: boolean } | undefined;
  let answered = Promise.withResolvers<FunctionAnswer>();
  const ready = Promise.withResolvers<number>();
  let sentAt = 0;

  const deliver = (): void => {
    if (waiting === undefined || queued === undefined) return;
    const { event, measure } = queued;
    queued = undefined;
    sentAt = monotonic();
    waiting
      .writeHead(200, {
        'lambda-runtime-aws-request-id': randomUUID(),
        'lambda-runtime-deadline-ms': String(Date.now() + timeoutMs),
        'content-type': 'application/json',
        ...(measure ? { 'bench-measure': '1' } : {}),
      })
      .end(event);
    waiting = undefined;
  };

  const server = createServer((request, response) => {
    if (request.url?.endsWith('/next')) {
      ready.resolve(monotonic());
      waiting = response;
      deliver();
      return;
    }
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    request.on('end', () => {
      if (request.url?.endsWith('/error')) answered.reject(toFunctionError(text));
      else {
        const cpuMs = Number(request.headers['bench-cpu-ms'] ?? 0);
        answered.resolve({ result: JSON.parse(text), ms: monotonic() - sentAt, cpuMs, sentAt });
      }
      response.writeHead(202).end();
    });
  });
  // Node's client obeys a limit that the server names, also while it waits for an event: a long rest would end the function.
  server.keepAliveTimeout = 0;
  const port = await listen(server, 0);
  const spawnedAt = monotonic();
  const child: ChildProcess = spawn(process.execPath, [...node, runtime], {
    env: { AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`, _HANDLER: file, ...environment },
    stdio: ['ignore', onOutput === undefined ? 'ignore' : 'pipe', 'pipe'],
  });
  if (onOutput !== undefined) child.stdout?.setEncoding('utf8').on('data', onOutput);
  running.add(child);
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    errors += chunk;
  });
  let ended = false;
  child.on('close', () => {
    running.delete(child);
    const failure = new Error(`${file} ended: ${errors}`);
    ready.reject(failure);
    if (!ended) answered.reject(failure);
  });
  ready.promise.catch(() => undefined);
  answered.promise.catch(() => undefined);

  const hand = (event: string, measure: boolean): Promise<FunctionAnswer> => {
    answered = Promise.withResolvers();
    queued = { event, measure };
    deliver();
    return answered.promise;
  };

  return {
    pid: child.pid ?? 0,
    spawnedAt,
    readyAt: () => ready.promise,
    invoke: (event) => hand(JSON.stringify(event), false),
    measureMemory: async () => (await hand('null', true)).result as NodeJS.MemoryUsage,
    async stop() {
      ended = true;
      const closed = once(child, 'close');
      // Not SIGKILL: what profiles or keeps caches writes them at its end.
      child.kill('SIGTERM');
      await closed;
      server.closeAllConnections();
      server.close();
    },
  };
}

function toFunctionError(text: string): FunctionError {
  const { errorType, errorMessage } = JSON.parse(text);
  return Object.assign(new FunctionError(errorMessage), { name: errorType });
}

/** An alert, as the HTTP API hands it to the function: payload format 2.0, a POST without a body. */
export function alertFor(token: string) {
  return {
    version: '2.0',
    routeKey: 'POST /l/{token}',
    rawPath: `/l/${token}`,
    rawQueryString: '',
    headers: {
      accept: '*/*',
      'content-length': '0',
      host: 'links.example.org',
      'user-agent': 'Go-http-client/1.1',
      'x-forwarded-for': '52.89.214.238',
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https',
    },
    requestContext: {
      accountId: '000000000000',
      apiId: 'bench',
      domainName: 'links.example.org',
      domainPrefix: 'links',
      http: {
        method: 'POST',
        path: `/l/${token}`,
        protocol: 'HTTP/1.1',
        sourceIp: '52.89.214.238',
        userAgent: 'Go-http-client/1.1',
      },
      requestId: 'bench',
      routeKey: 'POST /l/{token}',
      stage: '$default',
      time: '22/Nov/2026:18:00:00 +0000',
      timeEpoch: 1_795_370_400_000,
    },
    pathParameters: { token },
    isBase64Encoded: false,
  };
}
