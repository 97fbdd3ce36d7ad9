import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

/** What lean-sdk stands in for. */
const replaced = /^@aws-sdk\/(client-dynamodb|lib-dynamodb|client-ssm)$/;

/** @returns the file of lean-sdk that takes the place of what a source imports, if one does. */
export function findReplacement(imported: string): string | undefined {
  const [, name] = replaced.exec(imported) ?? [];
  return name === undefined ? undefined : join(import.meta.dirname, `${name}.ts`);
}

/**
 * Puts lean-sdk in the SDK's place. The build fails if a source imports what lean-sdk lacks, and the type check in this
 * folder if a source uses it otherwise.
 */
export function replaceSdk(): Plugin {
  return {
    name: 'lean-sdk',
    setup(build) {
      build.onResolve({ filter: replaced }, ({ path }) => {
        const replacement = findReplacement(path);
        return replacement === undefined ? undefined : { path: replacement };
      });
      build.onLoad({ filter: /[\\/]@(smithy|aws-sdk)[\\/]core[\\/].*[\\/]index\.js$/ }, async ({ path }) => {
        const source = await readFile(path, 'utf8');
        // esbuild keeps a value that a call makes, and all that it refers to, even if nothing uses it.
        const contents = source.replace(/^(export const \w+ =) (?=bind)/gm, '$1 /* @__PURE__ */ ');
        return { contents, loader: 'js' };
      });
    },
  };
}
