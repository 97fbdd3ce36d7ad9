import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import type { z } from 'zod';
import { replaceZod } from '../../../../infra/bundle/lean-zod/replace-zod.ts';
import { toNamespaceImport } from '../../../../infra/bundle/zod-namespace.ts';

const root = join(import.meta.dirname, '..', '..', '..', '..');

/** A schema of the trigger's sources, with zod and with lean-zod. */
export interface Twin {
  name: string;
  real: z.ZodType;
  lean: Pick<z.ZodType, 'parse' | 'safeParse'>;
}

/** @returns every schema that a source on the trigger's path has at its top level, also one that it does not export. */
export async function loadTwins(): Promise<Twin[]> {
  const files = await findSources();
  const [real, lean] = await Promise.all([loadSchemas(files, []), loadSchemas(files, [replaceZod()])]);
  return [...real].map(([name, schema]) => ({
    name,
    real: schema as Twin['real'],
    lean: lean.get(name) as Twin['lean'],
  }));
}

/** @returns the files of the trigger that import zod. */
async function findSources(): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: [join(root, 'functions', 'trigger.ts')],
    absWorkingDir: root,
    bundle: true,
    packages: 'external',
    format: 'esm',
    write: false,
    metafile: true,
  });
  return Object.entries(metafile.inputs).flatMap(([file, { imports }]) =>
    imports.some(({ path }) => path === 'zod') ? [file] : [],
  );
}

const exportSchemas: Plugin = {
  name: 'export-schemas',
  setup(build) {
    build.onLoad({ filter: /[\\/](lib|functions)[\\/].*\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const contents = toNamespaceImport(source).replace(/^const (?=\w*[sS]chema =)/gm, 'export const ');
      return { contents, loader: 'ts' };
    });
  },
};

async function loadSchemas(files: string[], plugins: Plugin[]): Promise<Map<string, unknown>> {
  const folder = await mkdtemp(join(tmpdir(), 'ripcord-schemas-'));
  const outfile = join(folder, 'schemas.mjs');
  try {
    await build({
      stdin: {
        contents: files.map((file, index) => `export * as file${index} from './${file}';`).join('\n'),
        resolveDir: root,
      },
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      mainFields: ['module', 'main'],
      banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
      plugins: [...plugins, exportSchemas],
      logLevel: 'error',
    });
    const modules: Record<string, Record<string, unknown>> = await import(pathToFileURL(outfile).href);
    const found = files.flatMap((file, index) =>
      Object.entries(modules[`file${index}`] ?? {})
        .filter(([name]) => /[sS]chema$/.test(name))
        .map(([name, schema]) => [`${name} of ${file}`, schema] as const),
    );
    return new Map(found);
  } finally {
    await rm(folder, { recursive: true });
  }
}
