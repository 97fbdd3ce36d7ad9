import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, vi } from 'vitest';

export interface FakeRequest {
  method: string;
  url: URL;
  headers: NodeJS.Dict<string | string[]>;
  body: Buffer;
}
export interface FakeResponse {
  status: number;
  body?: string | Buffer;
  headers?: Record<string, string>;
}

/** Serves all AWS services at one address, as AWS_ENDPOINT_URL expects it. */
export async function serveFakes(answer: (request: FakeRequest) => FakeResponse | Promise<FakeResponse>) {
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(request);
    const { method = 'GET', headers } = request;
    const given = { method, headers, body, url: new URL(request.url ?? '/', 'http://aws') };
    const { status, body: text = '', headers: more } = await answer(given);
    response.writeHead(status, { 'content-type': 'text/xml', ...more }).end(text);
  };
  const server = createServer((request, response) => {
    serve(request, response).catch((thrown: unknown) => response.destroy(toError(thrown)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Lets the AWS clients of this process talk to the fakes during a file's tests. */
export function useFakes(answer: Parameters<typeof serveFakes>[0]): void {
  let server: Awaited<ReturnType<typeof serveFakes>>;
  beforeAll(async () => {
    server = await serveFakes(answer);
    vi.stubEnv('AWS_ENDPOINT_URL', server.url);
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
    vi.stubEnv('AWS_REGION', 'eu-west-1');
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await server[Symbol.asyncDispose]();
  });
}

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error('the fake failed', { cause: thrown });
}
