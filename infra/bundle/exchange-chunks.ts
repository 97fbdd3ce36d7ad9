import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';
import { isGeneric, venueIdSchema } from '../../lib/account/account.ts';

/** Holds one file per exchange. The package exports only the file that imports all of them. */
const ccxtSources = join(dirname(fileURLToPath(import.meta.resolve('ccxt'))), 'src');

const venueSources = join(import.meta.dirname, '..', '..', 'lib', 'exchange', 'venues');

/** Where a function's bundle has the exchanges, beside `index.mjs`. */
export const exchangeFolder = './exchanges/';

/** What each supported exchange's chunk is made from, by its id. */
export const exchangeEntries = Object.fromEntries(venueIdSchema.options.map((id) => [id, `exchange:${id}`]));

/** @returns the exchange of an entry point. */
export function exchangeOf(entryPoint: string | undefined): string | undefined {
  return entryPoint?.match(/^exchange:(\w+)$/)?.[1];
}

/**
 * Replaces `lib/exchange/ccxt/ccxt-loader.ts`, whose computed path esbuild can't follow, with one lazy import per
 * supported exchange: ccxt's class, and what this project knows of the exchange. The replacement has the same exports;
 * esbuild fails the build if one is missing.
 */
export function splitExchanges(): Plugin {
  return {
    name: 'exchange-chunks',
    setup(build) {
      build.onResolve({ filter: /\/ccxt-loader\.ts$/ }, () => ({
        path: 'ccxt-loader',
        namespace: 'exchange-chunks',
      }));
      build.onLoad({ filter: /.*/, namespace: 'exchange-chunks' }, () => ({ contents: loaderSource() }));
      build.onResolve({ filter: /^exchange:/ }, ({ path }) => ({
        path: path.replace('exchange:', ''),
        namespace: 'exchange',
      }));
      build.onLoad({ filter: /.*/, namespace: 'exchange' }, ({ path: id }) => ({
        contents: `
export { default } from ${JSON.stringify(join(ccxtSources, `${id}.js`))};
${isGeneric(id) ? genericSource(id) : `export { ${id} as venue } from ${JSON.stringify(join(venueSources, `${id}.ts`))};`}`,
        resolveDir: venueSources,
      }));
    },
  };
}

/** Leaves the exchanges out of a function's build, beside which they are a build of their own. */
export function isolateExchanges(): Plugin {
  return {
    name: 'isolate-exchanges',
    setup(build) {
      build.onResolve({ filter: /^exchange:/ }, ({ path }) => ({
        path: `${exchangeFolder}${path.replace('exchange:', '')}.mjs`,
        external: true,
      }));
    },
  };
}

/** Exchanges of the generic mode share one venue, which becomes a file that only they load. */
function genericSource(id: string): string {
  return `import { createGenericVenue } from ${JSON.stringify(join(venueSources, 'generic.ts'))};
export const venue = createGenericVenue(${JSON.stringify(id)});`;
}

function loaderSource(): string {
  const chunks = venueIdSchema.options.map((id) => `${id}: () => import('exchange:${id}')`).join(', ');
  return `
const chunks = { ${chunks} };
async function loadChunk(id) {
  if (!Object.hasOwn(chunks, id)) throw new Error('The exchange ' + id + ' is not in this bundle.');
  return chunks[id]();
}
export async function loadCcxt(id) {
  return (await loadChunk(id)).default;
}
export async function loadVenue(id) {
  return (await loadChunk(id)).venue;
}`;
}
