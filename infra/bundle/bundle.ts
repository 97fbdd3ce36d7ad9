import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import { expectBuiltins, requireBuiltins } from './builtin-requires.ts';
import {
  exchangeEntries,
  exchangeFolder,
  exchangeOf,
  isolateExchanges,
  splitExchanges,
} from './exchange-chunks.ts';
import { isolateLambdaClient, lambdaClientEntry, lambdaClientPath } from './lambda-client.ts';
import { replaceSdk } from './lean-sdk/replace-sdk.ts';
import { checkSchemas, replaceZod } from './lean-zod/replace-zod.ts';
import { dropUnusedErrors } from './sdk-errors.ts';
import { replaceSdkFiles } from './sdk-replacements.ts';
import { stubUnusedModules } from './stub-unused-modules.ts';
import { importZodAsNamespace } from './zod-namespace.ts';

/** The names of each function's file in the entry folder and of its folder in the output. */
export const functionNames = ['trigger', 'admin', 'sweep', 'alarm'] as const;
export type FunctionName = (typeof functionNames)[number];

/** A sender waits for their cold start, of which zod and the SDK take a third. */
const leanFunctions: readonly FunctionName[] = ['trigger'];

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The output: one folder per function, whose `index.mjs` exports `handler`. */
export const builtFunctions = join(root, 'dist', 'functions');

export interface BundleOptions {
  /** The folder that holds a file for each function, such as trigger.ts. */
  readonly entries?: string;
  /** The folder that gets one folder per function. */
  readonly out?: string;
}

/** The size of one function's folder, in bytes. */
export interface BundleSize {
  readonly name: FunctionName;
  /** What every cold start loads. */
  readonly start: number;
  /** What the first use of an exchange loads in addition: its chunk and the chunk's imports. */
  readonly exchanges: Readonly<Record<string, number>>;
  /** All files, as uploaded. */
  readonly total: number;
  /** The source files, relative to the project's folder. */
  readonly sources: readonly string[];
}

/**
 * Bundles the functions as ECMAScript modules, because esbuild splits only those. Each exchange is a file of its own
 * that the first request for it loads, so a cold start doesn't grow with the number of exchanges. What exchanges share
 * (ccxt's base class, and Binance for Binance USDⓈ-M) exists once. They are a build of their own, because what they share
 * with the function would become files that each cold start loads. The same code in one CommonJS file started more
 * slowly: measured once, its handler was loaded after about 100 ms instead of 65 ms.
 */
export async function bundleFunctions(options: BundleOptions = {}): Promise<BundleSize[]> {
  const { entries = join(root, 'functions'), out = builtFunctions } = options;
  return Promise.all(functionNames.map((name) => bundleFunction(name, entries, out)));
}

async function bundleFunction(name: FunctionName, entries: string, out: string): Promise<BundleSize> {
  const outdir = join(out, name);
  // A chunk's name contains a hash, so chunks of an earlier build would stay and be uploaded too.
  await rm(outdir, { recursive: true, force: true });
  const isLean = leanFunctions.includes(name);
  const outputs = await bundle({
    entryPoints: { index: join(entries, `${name}.ts`) },
    outdir,
    plugins: [
      isolateLambdaClient(),
      isolateExchanges(),
      splitExchanges(),
      ...(isLean ? [replaceZod(), replaceSdk()] : []),
      ...plugins(),
    ],
  });
  if (isLean) await checkSchemas(join(outdir, 'index.mjs'));
  const imported = new Set(Object.values(outputs).flatMap(({ imports }) => imports.map(({ path }) => path)));
  const outfile = join(outdir, lambdaClientPath);
  const usesExchanges = [...imported].some((path) => path.startsWith(exchangeFolder));
  const added = [
    imported.has(lambdaClientPath) ? bundle({ ...lambdaClientEntry, outfile, plugins: plugins() }) : {},
    usesExchanges
      ? bundle({
          entryPoints: exchangeEntries,
          outdir: join(outdir, exchangeFolder),
          plugins: [splitExchanges(), ...plugins()],
        })
      : {},
  ];
  return measure(name, Object.assign({}, outputs, ...(await Promise.all(added))));
}

function plugins(): Plugin[] {
  return [
    importZodAsNamespace(),
    dropUnusedErrors(),
    replaceSdkFiles(),
    stubUnusedModules({ for: 'function' }),
  ];
}

async function bundle(options: BuildOptions): Promise<Outputs> {
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    ...('outdir' in options && { outExtension: { '.js': '.mjs' }, splitting: true }),
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    // esbuild can tree-shake the AWS SDK's module builds, and not its main builds.
    mainFields: ['module', 'main'],
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
    // A stub that lacks an export would be undefined in production, so the build has to fail.
    logOverride: { 'import-is-undefined': 'error' },
    // CommonJS dependencies, and `requireBuiltins`, call `require`, which an ECMAScript module does not have.
    banner: {
      js: 'const require=process.getBuiltinModule;',
    },
    ...options,
    metafile: true,
    write: false,
  });
  expectBuiltins(metafile.outputs);
  for (const { path, text } of outputFiles) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, requireBuiltins(text));
  }
  return metafile.outputs;
}

type Outputs = Metafile['outputs'];

function measure(name: FunctionName, outputs: Outputs): BundleSize {
  const paths = Object.keys(outputs);
  const sumBytes = (files: Iterable<string>) =>
    [...files].reduce((sum, file) => sum + (outputs[file]?.bytes ?? 0), 0);
  const start = collectImports(
    outputs,
    paths.filter((path) => path.endsWith('/index.mjs')),
  );
  const exchanges: Record<string, number> = {};
  for (const path of paths) {
    const exchange = exchangeOf(outputs[path]?.entryPoint);
    if (exchange === undefined) continue;
    const added = [...collectImports(outputs, [path])].filter((file) => !start.has(file));
    exchanges[exchange] = sumBytes(added);
  }
  const sources = Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs));
  return { name, start: sumBytes(start), exchanges, total: sumBytes(paths), sources };
}

/** @returns the files, and all that they import statically. */
function collectImports(
  outputs: Outputs,
  files: readonly string[],
  found: Set<string> = new Set(),
): Set<string> {
  for (const file of files) {
    if (found.has(file)) continue;
    found.add(file);
    const imported = (outputs[file]?.imports ?? []).filter(
      ({ kind, external }) => kind === 'import-statement' && !external,
    );
    collectImports(
      outputs,
      imported.map(({ path }) => path),
      found,
    );
  }
  return found;
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
