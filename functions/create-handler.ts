import middy from '@middy/core';
import type { Context } from 'aws-lambda';

/** One of the functions. */
export interface FunctionParts<Event, Dependencies> {
  /** Builds what the function runs on. An error is handled like one of `run`. */
  build(): Dependencies;
  run(dependencies: Dependencies, event: Event, context: Context): Promise<unknown>;
  middleware: middy.MiddlewareObj[];
}

export type Handler<Event, Result> = (event: Event, context: Context) => Promise<Result>;

/**
 * Wraps a function: it builds its dependencies once, at the first event and inside the middleware, so that a wrong
 * environment is answered and logged like any other error. A failed build is repeated at the next event.
 */
export function createHandler<Event, Result, Dependencies>({
  build,
  run,
  middleware,
}: FunctionParts<Event, Dependencies>): Handler<Event, Result> {
  const built = once(build);
  return middy<Event>()
    .use(middleware)
    .handler((event, context) => run(built(), event, context));
}

/** @returns what builds at the first call, and again only after a failure. */
export function once<Built>(build: () => Built): () => Built {
  let built: { value: Built } | undefined;
  return () => {
    built ??= { value: build() };
    return built.value;
  };
}
