import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';
import { exchangeIdSchema } from '../../lib/account/account.ts';

/** One file per exchange; the package's exports name only the one that imports them all. */
const ccxtSources = join(dirname(fileURLToPath(import.meta.resolve('ccxt'))), 'src');

/**
 * Puts a list of lazy imports in the place of `lib/exchange/ccxt/ccxt-loader.ts`, whose computed paths a bundler can't
 * follow. It keeps that file's exports, and esbuild refuses the build when one is missing.
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

function loaderSource(): string {
  const chunks = exchangeIdSchema.options.map((id) => `${id}: () => import('./${id}.js')`).join(', ');
  return `
const chunks = { ${chunks} };
export async function loadCcxt(id) {
  if (!Object.hasOwn(chunks, id)) throw new Error('The exchange ' + id + ' is not in this bundle.');
  return (await chunks[id]()).default;
}`;
}
