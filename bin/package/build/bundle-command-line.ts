import { join } from 'node:path';
import { build } from 'esbuild';
import { splitExchanges } from '../../../infra/bundle/exchange-chunks.ts';
import { stubUnusedModules } from '../../../infra/bundle/stub-unused-modules.ts';
import { importZodAsNamespace } from '../../../infra/bundle/zod-namespace.ts';
import { findDynaliteFiles, replaceModules } from './replace-modules.ts';

const root = join(import.meta.dirname, '..', '..', '..');

/**
 * Bundles `ripcord` with all that it imports. What one command needs, such as an AWS client or the local stack, is in
 * chunks that the other commands don't load.
 * @returns the source files that the bundle holds.
 */
export async function bundleCommandLine(out: string): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { ripcord: 'bin/package/main.ts' },
    outdir: out,
    outExtension: { '.js': '.mjs' },
    // Beside the entry: prebuilt files are found from any chunk by the same relative path.
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    minify: true,
    metafile: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    legalComments: 'none',
    logLevel: 'warning',
    logOverride: { 'import-is-undefined': 'error' },
    // CommonJS dependencies call `require`, which an ECMAScript module does not have.
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
    plugins: [
      replaceModules(),
      findDynaliteFiles(),
      splitExchanges(),
      importZodAsNamespace(),
      stubUnusedModules({ for: 'command-line' }),
    ],
  });
  return Object.keys(metafile.inputs);
}
