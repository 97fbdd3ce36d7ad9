import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';
import { exchangeIdSchema } from '../../lib/account/account.ts';

/** Holds one file per exchange. The package exports only the file that imports all of them. */
const ccxtSources = join(dirname(fileURLToPath(import.meta.resolve('ccxt'))), 'src');

/** Where a function's bundle has the exchanges, beside `index.mjs`. */
export const exchangeFolder = './exchanges/';

/** The file of each supported exchange's class, by its id. */
export const exchangeEntries = Object.fromEntries(
  exchangeIdSchema.options.map((id) => [id, join(ccxtSources, `${id}.js`)]),
);

/**
 * Replaces `lib/exchange/ccxt/ccxt-loader.ts`, whose computed path esbuild can't follow, with one lazy import per
 * supported exchange. The replacement has the same exports; esbuild fails the build if one is missing.
 */
export function splitExchanges(): Plugin {
  return {
    name: 'exchange-chunks',
    setup(build) {
      build.onResolve({ filter: /\/ccxt-loader\.ts$/ }, () => ({
        path: 'ccxt-loader',
        namespace: 'exchange-chunks',
      }));
      build.onLoad({ filter: /.*/, namespace: 'exchange-chunks' }, () => ({
        contents: loaderSource(),
        resolveDir: ccxtSources,
      }));
    },
  };
}

/** Leaves the exchanges out of a function's build, beside which they are a build of their own. */
export function isolateExchanges(): Plugin {
  return {
    name: 'isolate-exchanges',
    setup(build) {
      build.onResolve({ filter: /^\.\/\w+\.js$/, namespace: 'exchange-chunks' }, ({ path }) => ({
        path: `${exchangeFolder}${basename(path, '.js')}.mjs`,
        external: true,
      }));
    },
  };
}

function loaderSource(): string {
  const chunks = exchangeIdSchema.options.map((id) => `${id}: () => import('./${id}.js')`).join(', ');
  return `
const chunks = { ${chunks} };
export async function loadCcxt(id) {
  if (!Object.hasOwn(chunks, id)) throw new Error('The exchange ' + id + ' is not in this bundle.');
  return (await chunks[id]()).default;
}`;
}
