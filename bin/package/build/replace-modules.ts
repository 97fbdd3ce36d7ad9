import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

const root = join(import.meta.dirname, '..', '..', '..');

/** Files that differ in the npm package, which has neither the sources nor native code. Both have the same exports. */
const replacements: readonly [imported: RegExp, replacement: string][] = [
  [/\/deployable\.ts$/, 'bin/package/prebuilt/deployable.ts'],
  [/\/page-files\.ts$/, 'bin/package/prebuilt/page-files.ts'],
  [/\/level-store\.ts$/, 'bin/package/store/level-store.ts'],
  // Dynalite's own import of its store.
  [/^level$/, 'bin/package/store/level-store.ts'],
];

export function replaceModules(): Plugin {
  return {
    name: 'replace-modules',
    setup(build) {
      for (const [filter, replacement] of replacements)
        build.onResolve({ filter }, () => ({ path: join(root, replacement) }));
    },
  };
}

/** Dynalite computes the names of its files without their extension, which esbuild can't follow. */
export function findDynaliteFiles(): Plugin {
  return {
    name: 'dynalite-files',
    setup(build) {
      build.onLoad({ filter: /[\\/]dynalite[\\/]index\.js$/ }, async ({ path }) => {
        const source = await readFile(path, 'utf8');
        return { contents: source.replaceAll(/(require\('\.\/\w+\/' \+ action)\)/g, "$1 + '.js')") };
      });
    },
  };
}
