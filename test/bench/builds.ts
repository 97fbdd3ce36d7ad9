import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type BundleSize, bundleFunctions } from '../../infra/bundle/bundle.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export interface Build {
  file: string;
  /** Bytes of everything that lies there. */
  bytes: number;
}

export interface Builds {
  ours: Build & { size: BundleSize };
  naive: Build;
  empty: Build;
}

/** Builds the trigger three times into a folder outside of the project, where nothing can be fallen back on. */
export async function buildAll(folder: string): Promise<Builds> {
  const sizes = await bundleFunctions({ out: join(folder, 'ours') });
  const size = sizes.find(({ name }) => name === 'trigger');
  if (size === undefined) throw new Error('no trigger among the bundles');
  return {
    ours: { file: join(folder, 'ours', 'trigger', 'index.mjs'), bytes: size.total, size },
    naive: await buildNaively(join(folder, 'naive')),
    empty: await writeEmpty(join(folder, 'empty')),
  };
}

/** The same code as one would bundle it without a thought: esbuild's defaults for Node, and all of ccxt. */
async function buildNaively(folder: string): Promise<Build> {
  const file = join(folder, 'index.cjs');
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
            contents: "import ccxt from 'ccxt'; export const loadCcxt = async (id) => ccxt[id];",
            resolveDir: root,
          }));
          // ccxt names it and doesn't install it.
          onResolve({ filter: /^protobufjs/ }, ({ path }) => ({ path, external: true }));
        },
      },
    ],
  });
  return { file, bytes: Object.values(metafile.outputs).reduce((sum, { bytes }) => sum + bytes, 0) };
}

async function writeEmpty(folder: string): Promise<Build> {
  const file = join(folder, 'index.mjs');
  const source = 'export const handler = async () => ({ statusCode: 200 });\n';
  await mkdir(folder, { recursive: true });
  await writeFile(file, source);
  return { file, bytes: source.length };
}
