import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json as readJson } from 'node:stream/consumers';
import { z } from 'zod';

const payloadSchema = z.looseObject({ command: z.string() });
export type Payload = z.infer<typeof payloadSchema>;

export interface FakeAnswer {
  body: unknown;
  /** Lambda's header for a function that threw. */
  functionError?: string;
}

export interface FakeAdmin extends AsyncDisposable {
  url: string;
  /** The payloads so far, in order. */
  payloads: Payload[];
}

/** @returns the admin function's answer for a successful command. */
export function answered(result: unknown): FakeAnswer {
  return { body: { ok: true, result } };
}

/** Serves the part of Lambda's invoke API that the SDK needs, on a free loopback port. */
export async function startFakeAdmin(answer: (payload: Payload) => FakeAnswer): Promise<FakeAdmin> {
  const payloads: Payload[] = [];
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method !== 'POST' || request.url !== '/2015-03-31/functions/ripcord-admin/invocations') {
      response.writeHead(404).end();
      return;
    }
    const payload = payloadSchema.parse(await readJson(request));
    payloads.push(payload);
    const { body, functionError } = answer(payload);
    response.writeHead(200, {
      'content-type': 'application/json',
      ...(functionError === undefined ? {} : { 'x-amz-function-error': functionError }),
    });
    response.end(JSON.stringify(body));
  };
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) =>
      response.destroy(new Error('bad request', { cause: error })),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    payloads,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
