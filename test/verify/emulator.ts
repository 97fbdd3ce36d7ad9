import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { createSecureContext } from 'node:tls';
import { createInvokeApi } from '../../infra/local/invoke-api.ts';
import { listen } from '../../infra/loopback/listen.ts';
import { createSelfSigned } from '../infra/loopback/self-signed.ts';
import { DeployedFunctions } from './deployed-functions.ts';
import { Gateway } from './gateway.ts';
import { MotoClient, region } from './moto-client.ts';
import { startMoto } from './moto-process.ts';

const invocation = /^\/2015-03-31\/functions\/([\w-]+)\/invocations/;
const accountSettingsPath = '/2016-08-19/account-settings';
const gatewayHosts = `*.execute-api.${region}.amazonaws.com`;

/**
 * AWS on the loopback address: moto, but for Lambda's Invoke and for API Gateway's addresses, which run the code that a
 * deployment uploaded.
 */
export interface Emulator {
  url: string;
  moto: MotoClient;
  /** What a process needs so that AWS, the API's own addresses and domains are here. */
  environment: Record<string, string>;
  /** What EventBridge does every minute. @returns the sweep's report. */
  sweep(prefix?: string): Promise<unknown>;
  /** What API Gateway has answered. */
  answers: Gateway['answers'];
  /** Requests one of the API's addresses or domains. */
  open(url: string, method?: 'GET' | 'POST'): Promise<{ status: number; text: string }>;
  stop(): Promise<void>;
}

export interface EmulatorOptions {
  python: string;
  folder: string;
  /** Custom domains that the gateway has certificates for. */
  domains: string[];
  /** The AWS account's quota. */
  concurrentExecutions?: number;
}

export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const { python, folder, domains, concurrentExecutions = 1_000 } = options;
  await mkdir(folder, { recursive: true });
  const moto = await startMoto(python, concurrentExecutions);
  const client = new MotoClient(moto.url);
  const certificates = join(folder, 'certificates.pem');
  const secure = new Map([gatewayHosts, ...domains].map((host) => [host, createSelfSigned(host)]));
  await writeFile(certificates, [...secure.values()].map(({ cert }) => cert).join(''));

  let environment: Record<string, string> = {};
  const functions = new DeployedFunctions(moto, folder, () => environment);
  const gateway = new Gateway(client, functions);
  const server = createServer((request, response) => {
    const isForGateway = !/^(127\.0\.0\.1|localhost)(:|$)/.test(request.headers.host ?? '');
    const handling = isForGateway ? gateway.handle(request, response) : serve(request, response);
    handling.catch((thrown: unknown) => response.destroy(thrown instanceof Error ? thrown : undefined));
  });
  const tlsServer = createSecureServer(
    {
      SNICallback: (host, done) =>
        done(null, createSecureContext(secure.get(host) ?? secure.get(gatewayHosts) ?? {})),
    },
    (request, response) => void gateway.handle(request, response).catch(() => response.destroy()),
  );
  server.on('connect', (request: IncomingMessage, socket: Duplex) => {
    const host = (request.url ?? '').replace(/:443$/, '');
    void gateway.knows(host).then((isKnown) => {
      socket.write(`HTTP/1.1 ${isKnown ? '200 Connection established' : '502 Bad Gateway'}\r\n\r\n`);
      if (isKnown) tlsServer.emit('connection', socket);
      else socket.end();
    });
  });

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [, name] = invocation.exec(request.url ?? '') ?? [];
    if (request.url?.startsWith(accountSettingsPath) === true)
      return sendJson(response, 200, toAccountSettings(concurrentExecutions));
    if (name === undefined) return passOn(moto.url, request, response);
    const lambda = await functions.find(name);
    if (lambda === 'throttled')
      return sendJson(response, 429, { Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' });
    const lambdas = lambda === undefined ? [] : [lambda];
    await createInvokeApi({ lambdas, log: () => undefined })(request, response);
  };

  const url = `http://127.0.0.1:${await listen(server, 0)}`;
  environment = toEnvironment(url, certificates);
  return {
    url,
    moto: client,
    environment,
    answers: gateway.answers,
    async sweep(prefix = 'ripcord') {
      const sweep = await functions.find(`${prefix}-sweep`);
      if (sweep === undefined || sweep === 'throttled') return sweep;
      const answer = await sweep.invoke({ source: 'aws.events', 'detail-type': 'Scheduled Event' });
      if (answer.kind === 'failed')
        throw new Error(`The sweep failed: ${answer.errorType}: ${answer.errorMessage}`);
      return JSON.parse(answer.payload);
    },
    open: (address, method = 'POST') => open(url, address, method),
    async stop() {
      await functions.stop();
      for (const each of [server, tlsServer]) {
        each.closeAllConnections();
        each.close();
      }
      await moto.stop();
    },
  };
}

function toEnvironment(url: string, certificates: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_ENDPOINT_URL_S3: url,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    NODE_USE_ENV_PROXY: '1',
    HTTPS_PROXY: url,
    NO_PROXY: '127.0.0.1,localhost',
    NODE_EXTRA_CA_CERTS: certificates,
  };
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html */
function toAccountSettings(concurrentExecutions: number) {
  return {
    AccountLimit: {
      ConcurrentExecutions: concurrentExecutions,
      UnreservedConcurrentExecutions: concurrentExecutions,
    },
    AccountUsage: { FunctionCount: 0, TotalCodeSize: 0 },
  };
}

function sendJson(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

/** The request and its answer as they are. */
async function passOn(url: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { hostname, port } = new URL(url);
  const { method, url: path, headers } = request;
  const passed = httpRequest({ hostname, port, method, path, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  passed.on('error', () => response.destroy());
  request.pipe(passed);
}

function open(url: string, address: string, method: string): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(url);
  const { host, pathname, search } = new URL(address);
  const headers = { host, accept: 'application/json' };
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ hostname, port, method, path: pathname + search, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    sent.on('error', reject).end();
  });
}
