import { getRequestListener, type HttpBindings, RequestError } from '@hono/node-server';
import type { Hono } from 'hono';
import type { RequestHandler } from './server.ts';

/** `c.env.incoming` is the request of node:http, for checks that need its raw headers. */
export interface LoopbackEnv {
  Bindings: HttpBindings;
}

/**
 * Adapts a Hono app to `startServer`, which answers 500 to an error and logs one line of it. Hono and its adapter would
 * print the error with its stack instead. The globals `Request` and `Response` stay Node's own, because exchange
 * and AWS clients run in the same process.
 */
export function toRequestHandler(app: Hono<LoopbackEnv>): RequestHandler {
  app.onError((thrown) => {
    throw thrown;
  });
  return async (request, response) => {
    const errors: unknown[] = [];
    const listener = getRequestListener((each, env) => app.fetch(each, env), {
      overrideGlobalObjects: false,
      errorHandler(thrown) {
        // Neither a path nor a host that a URL can be made of.
        if (thrown instanceof RequestError) return new Response(null, { status: 400 });
        errors.push(thrown);
      },
    });
    await listener(request, response);
    if (errors.length > 0) throw errors[0];
  };
}
