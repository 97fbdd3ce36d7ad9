import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile } from 'esbuild';
import { requireBuiltins } from './builtin-requires.ts';
import { splitExchanges } from './exchange-chunks.ts';
import { shakeErrors } from './sdk-errors.ts';
import { dropDeadWeight } from './stub-unused-modules.ts';
import { shakeZod } from './zod-namespace.ts';

/** The functions, by the name of their file in the entry folder and of their folder in the output. */
export const functionNames = ['trigger', 'admin', 'sweep'] as const;
export type FunctionName = (typeof functionNames)[number];

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Where the built functions lie: one folder per function, whose `index.mjs` exports `handler`. */
export const builtFunctions = join(root, 'dist', 'functions');

export interface BundleOptions {
  /** The folder that holds trigger.ts, admin.ts and sweep.ts. */
  readonly entries?: string;
  /** The folder that gets one folder per function. */
  readonly out?: string;
}

/** What one function's folder weighs, in bytes. */
export interface BundleSize {
  readonly name: FunctionName;
  /** What every cold start reads. */
  readonly start: number;
  /** What the first use of an exchange reads on top: its chunk, and what that imports. */
  readonly exchanges: Readonly<Record<string, number>>;
  /** Everything that is uploaded. */
  readonly total: number;
}

/**
 * ECMAScript modules, because only they can be split: each exchange is a chunk of its own, loaded by the first
 * request that needs it, so that a cold start doesn't grow with the number of exchanges, while what exchanges
 * share (ccxt's base class; Binance, which Binance USD-M extends) exists once. The same code in one CommonJS
 * file started slower: about 100 ms to a loaded handler instead of 65, on the machine that measured it.
 */
export async function bundleFunctions(options: BundleOptions = {}): Promise<BundleSize[]> {
  const { entries = join(root, 'functions'), out = builtFunctions } = options;
  return Promise.all(functionNames.map((name) => bundleFunction(name, entries, out)));
}

async function bundleFunction(name: FunctionName, entries: string, out: string): Promise<BundleSize> {
  const outdir = join(out, name);
  // A chunk's name holds a hash: a former build would stay beside the new one and be uploaded with it.
  await rm(outdir, { recursive: true, force: true });
  const { metafile, outputFiles } = await build({
    entryPoints: { index: join(entries, `${name}.ts`) },
    absWorkingDir: root,
    outdir,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    // The AWS SDK's module builds can be shaken; its main builds can't.
    mainFields: ['module', 'main'],
    minify: true,
    legalComments: 'none',
    metafile: true,
    write: false,
    logLevel: 'warning',
    // A stub that lacks a name would be an undefined in production; better a build that fails.
    logOverride: { 'import-is-undefined': 'error' },
    // Dependencies in CommonJS require Node's own modules, and an ECMAScript module has no require.
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
    plugins: [splitExchanges(), shakeZod(), shakeErrors(), dropDeadWeight()],
  });
  for (const { path, text } of outputFiles) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, requireBuiltins(text));
  }
  return weigh(name, metafile.outputs);
}

function weigh(name: FunctionName, outputs: Metafile['outputs']): BundleSize {
  const paths = Object.keys(outputs);
  const bytesOf = (files: Iterable<string>) =>
    [...files].reduce((sum, file) => sum + (outputs[file]?.bytes ?? 0), 0);
  const importedBy = (from: readonly string[], found = new Set<string>()): Set<string> => {
    for (const path of from) {
      if (found.has(path)) continue;
      found.add(path);
      const statically = outputs[path]?.imports.filter(
        ({ kind, external }) => kind === 'import-statement' && !external,
      );
      importedBy(statically?.map((file) => file.path) ?? [], found);
    }
    return found;
  };
  const start = importedBy(paths.filter((path) => path.endsWith('/index.mjs')));
  const exchanges: Record<string, number> = {};
  for (const path of paths) {
    const exchange = outputs[path]?.entryPoint?.match(/\/ccxt\/js\/src\/(\w+)\.js$/)?.[1];
    if (exchange) exchanges[exchange] = bytesOf([...importedBy([path])].filter((file) => !start.has(file)));
  }
  return { name, start: bytesOf(start), exchanges, total: bytesOf(paths) };
}

if (import.meta.main) {
  const inKilobytes = (bytes: number) => `${Math.round(bytes / 1000)} kB`;
  const rows = (await bundleFunctions()).map(({ name, start, exchanges, total }) => [
    name,
    {
      'cold start': inKilobytes(start),
      ...Object.fromEntries(Object.entries(exchanges).map(([id, bytes]) => [`+ ${id}`, inKilobytes(bytes)])),
      uploaded: inKilobytes(total),
    },
  ]);
  console.table(Object.fromEntries(rows));
}
