import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json as readJson } from 'node:stream/consumers';
import { onTestFinished, vi } from 'vitest';
import { listen } from '../../../infra/loopback/listen.ts';

interface Request {
  Name: string;
  Value?: string;
  Type?: string;
  KeyId?: string;
  Overwrite?: boolean;
  WithDecryption?: boolean;
}

interface ErrorAnswer {
  __type: string;
  message: string;
}

export interface ParameterStore {
  /** The versions of the one parameter, from 1. */
  versions: string[];
  /** Every request so far, as `GetParameter` or `PutParameter` with its input. */
  requests: (Request & { action: string })[];
  /** Awaited before a request is served. An error that it returns is the answer. */
  before(hook: (action: string, request: Request) => Promise<ErrorAnswer | undefined>): void;
}

/**
 * Parameter Store with one parameter and its versions: a write numbers them without gaps and replaces the latest.
 * https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
 */
export async function startParameterStore(): Promise<ParameterStore> {
  let hook: Parameters<ParameterStore['before']>[0] = async () => undefined;
  const store: ParameterStore = {
    versions: [],
    requests: [],
    before(next) {
      hook = next;
    },
  };
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const action = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    const input = (await readJson(request)) as Request;
    store.requests.push({ action, ...input });
    const error = (await hook(action, input)) ?? findMissing(store, action, input);
    response.writeHead(error === undefined ? 200 : 400, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(error ?? perform(store, action, input)));
  };
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  const port = await listen(server, 0);
  vi.stubEnv('AWS_ENDPOINT_URL_SSM', `http://127.0.0.1:${port}`);
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  onTestFinished(() => {
    vi.unstubAllEnvs();
    server.closeAllConnections();
    server.close();
  });
  return store;
}

function findMissing(
  { versions }: ParameterStore,
  action: string,
  { Name }: Request,
): ErrorAnswer | undefined {
  if (action !== 'GetParameter' || versions.length > 0) return undefined;
  return { __type: 'ParameterNotFound', message: Name };
}

function perform({ versions }: ParameterStore, action: string, { Name, Value = '' }: Request): object {
  if (action === 'PutParameter') return { Version: versions.push(Value), Tier: 'Standard' };
  const [, selected = versions.length] = Name.split(':');
  return { Parameter: { Value: versions[Number(selected) - 1], Version: Number(selected) } };
}
