import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { Plugin } from 'esbuild';
import { Schema } from './schema.ts';

const leanZod = join(import.meta.dirname, 'lean-zod.ts');

/** Not zod's: its `check` takes something else. */
const internal = ['constructor', 'run', 'check'];
const methods = Object.getOwnPropertyNames(Schema.prototype).filter((name) => !internal.includes(name));

/**
 * Puts lean-zod in zod's place. The build fails if a source needs more of zod: esbuild refuses an export that is missing,
 * this plugin a method of a finished schema, and `checkSchemas` what a schema is made of. So all schemas have to be made
 * when the bundle is loaded. The plugin finds functions by the layout that the formatter gives them.
 */
export function replaceZod(): Plugin {
  return {
    name: 'lean-zod',
    setup(build) {
      build.onResolve({ filter: /^zod$/ }, () => ({ path: leanZod }));
      build.onLoad({ filter: /[\\/](lib|functions)[\\/].*\.ts$/ }, async ({ path }) => {
        const errors = findLacking(await readFile(path, 'utf8')).map((text) => ({
          text,
          location: { file: path },
        }));
        return errors.length === 0 ? undefined : { errors };
      });
    },
  };
}

function findLacking(source: string): string[] {
  const lacking = [...source.matchAll(/[sS]chema\s*\.(\w+)/g)].flatMap(([, name = '']) =>
    methods.includes(name) ? [] : [`infra/bundle/lean-zod lacks ${name} of zod's schemas`],
  );
  const unnamed = [...source.matchAll(/^(?:export )?const (\w+) = z\b/gm)].flatMap(([, name = '']) =>
    /[sS]chema$/.test(name) ? [] : [`a schema's name must end with Schema, unlike ${name}`],
  );
  return [...lacking, ...unnamed, ...findLate(source)];
}

/** @returns what makes a schema after the bundle was loaded: in a function that no schema at the top level calls. */
function findLate(source: string): string[] {
  const late = [...source.matchAll(functions)].filter(
    ([, name]) => name === undefined || !new RegExp(`^(?:export )?const \\w+ = ${name}\\(`, 'm').test(source),
  );
  return late.flatMap(([code]) =>
    [...code.matchAll(making)].map(([made]) => `a schema has to be made at the top level, unlike ${made}`),
  );
}

/** As the formatter lays them out: functions and classes, arrow functions with a block, and those without. */
const functions = new RegExp(
  [
    /^(?:export )?(?:async )?(?:function|class) (\w+)[\s\S]*?^\}/,
    /(?<=^(?<indent> *)\S.*)=> \{$[\s\S]*?^\k<indent>\}/,
    /=>\s*\(?\s*(?:z|\w*[sS]chema)\s*\.\w+\(/,
  ]
    .map((each) => each.source)
    .join('|'),
  'gm',
);
/** A function of zod, or a method that a finished schema is not asked for. */
const making = /(?<![\w.])(?:z\s*\.\w+\(|\w*[sS]chema\s*\.(?!parse|safeParse)\w+\()/g;

/** Loads a finished bundle, which makes all of its schemas. Throws if one of them needs what lean-zod lacks. */
export async function checkSchemas(file: string): Promise<void> {
  const load = `await import(${JSON.stringify(pathToFileURL(file).href)}); process.exit();`;
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', load], { env: {} });
}
