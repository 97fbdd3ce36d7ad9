import type { BuildOptions, Plugin } from 'esbuild';

/** Where a function's bundle has the Lambda client, beside `index.mjs`. */
export const lambdaClientPath = './chunks/lambda-client.mjs';

/**
 * Leaves the lazily imported Lambda client out of a function's build. As one of its chunks, the client would keep parts
 * of what all SDK clients share, and each cold start would load them.
 */
export function isolateLambdaClient(): Plugin {
  return {
    name: 'lambda-client',
    setup(build) {
      build.onResolve({ filter: /^@aws-sdk\/client-lambda$/ }, ({ kind }) =>
        kind === 'dynamic-import' ? { path: lambdaClientPath, external: true } : undefined,
      );
    },
  };
}

/** What `functions/wake-sweep.ts` uses of the client. */
export const lambdaClientEntry: Pick<BuildOptions, 'stdin'> = {
  stdin: {
    contents: "export { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';",
    resolveDir: import.meta.dirname,
  },
};
