import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import type { BundleSize } from '../../infra/bundle/bundle.ts';
import type { Sources } from './revision.ts';

const run = promisify(execFile);

/** `before` is the revision of `--against`, `after` what is checked out. */
export type BuildName = 'naive' | 'naive-before' | 'before' | 'after' | 'empty' | 'floor';

/** A trigger to measure. */
export interface Build {
  name: BuildName;
  file: string;
  /** The bundled admin function that makes links which this trigger can read. */
  admin?: string;
  /** The sweep that goes with it. */
  sweep?: string;
  environment?: Record<string, string>;
  /** Bytes that are loaded for each exchange. */
  bytes: Record<string, number>;
}

/** Builds the trigger as it is deployed, by the revision's own bundler, outside of the project's folder. */
export async function buildFunctions(
  name: 'before' | 'after',
  { root }: Sources,
  folder: string,
): Promise<Build> {
  const out = join(folder, name);
  const bundler = JSON.stringify(pathToFileURL(join(root, 'infra', 'bundle', 'bundle.ts')).href);
  const source = `const { bundleFunctions } = await import(${bundler});
    console.log(JSON.stringify(await bundleFunctions(${JSON.stringify({ out })})));`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', source], {
    cwd: root,
    maxBuffer: 100_000_000,
  });
  const sizes = JSON.parse(stdout) as BundleSize[];
  const size = sizes.find((each) => each.name === 'trigger');
  if (size === undefined) throw new Error(`no trigger among the bundles of ${name}`);
  const bytes = Object.entries(size.exchanges).map(([id, added]) => [id, size.start + added]);
  return {
    name,
    file: join(out, 'trigger', 'index.mjs'),
    admin: join(out, 'admin', 'index.mjs'),
    sweep: join(out, 'sweep', 'index.mjs'),
    bytes: { 'no exchange': size.start, ...Object.fromEntries(bytes) },
  };
}

/** The same code as one would bundle it without a thought: esbuild's defaults for Node, and all of ccxt. */
export async function buildNaively(
  name: 'naive' | 'naive-before',
  { root }: Sources,
  { bytes: sizes, admin }: Build,
  folder: string,
): Promise<Build> {
  const file = join(folder, name, 'index.cjs');
  const { metafile } = await build({
    entryPoints: [join(root, 'functions', 'trigger.ts')],
    absWorkingDir: root,
    outfile: file,
    bundle: true,
    platform: 'node',
    metafile: true,
    logLevel: 'error',
    plugins: [
      {
        name: 'all-of-ccxt',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /\/ccxt-loader\.ts$/ }, () => ({ path: 'ccxt', namespace: 'all-of-ccxt' }));
          onLoad({ filter: /.*/, namespace: 'all-of-ccxt' }, () => ({
            contents: `
              import ccxt from 'ccxt';
              import { venues } from './lib/exchange/venues/venues.ts';
              export const loadCcxt = async (id) => ccxt[id];
              export const loadVenue = async (id) => venues[id];`,
            resolveDir: root,
          }));
          // ccxt names it and doesn't install it.
          onResolve({ filter: /^protobufjs/ }, ({ path }) => ({ path, external: true }));
        },
      },
    ],
  });
  const total = Object.values(metafile.outputs).reduce((sum, { bytes }) => sum + bytes, 0);
  const bytes = Object.fromEntries(Object.keys(sizes).map((exchange) => [exchange, total]));
  return { name, file, bytes, ...(admin !== undefined && { admin }) };
}

export async function writeEmpty(folder: string): Promise<Build> {
  const file = join(folder, 'empty', 'index.mjs');
  await mkdir(join(folder, 'empty'), { recursive: true });
  await writeFile(file, 'export const handler = async () => ({ statusCode: 200 });\n');
  return { name: 'empty', file, bytes: {} };
}
