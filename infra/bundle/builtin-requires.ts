import { builtinModules, isBuiltin } from 'node:module';
import type { Metafile } from 'esbuild';

/** esbuild writes the module in double quotes, and starts a statement with each import. */
const importStatement = new RegExp(
  `(?<=^|[;}\\n])import\\s*([\\w$*{},\\s]+?)\\s*from\\s*"((?:node:)?(?:${builtinModules.join('|')}))"`,
  'g',
);

/** It loads ten others, and a hit reads no file. So its functions load it when they are called. */
const loadedByCalls = 'node:fs/promises';

/**
 * Rewrites a finished bundle to load Node's own modules by `require`, which esbuild can't do for ECMAScript modules.
 * An `import` of node:http reads all of its exports, and one of them loads all of Node's fetch; `require` loads only
 * what is used.
 */
export function requireBuiltins(bundle: string): string {
  return (
    bundle
      .replace(importStatement, (_, names: string, module: string) => toRequire(names.trim(), module))
      // The AWS SDK imports node:http dynamically, for its first connection.
      .replace(/\bimport\("(node:[\w/]+)"\)/g, 'Promise.resolve(require("$1"))')
  );
}

/** In a bundle, `require` is `process.getBuiltinModule`, which returns undefined for other modules instead of throwing. */
export function expectBuiltins(outputs: Metafile['outputs']): void {
  for (const [output, { imports }] of Object.entries(outputs))
    for (const { path, kind } of imports)
      if (kind === 'require-call' && !isBuiltin(path))
        throw new Error(`${output} requires ${path}, which is neither bundled nor Node's own`);
}

/** @param names `a`, `* as a`, `{b as c}` or `a,{b as c}`. */
function toRequire(names: string, module: string): string {
  const [, whole, parts] = /^(?:(?:\*\s*as\s+)?([\w$]+))?\s*,?\s*(\{.*\})?$/s.exec(names) ?? [];
  const destructured = parts?.replace(/\s+as\s+/g, ':');
  const required = `require("${module}")`;
  if (module === loadedByCalls && parts !== undefined && whole === undefined) return toLazy(parts, required);
  if (whole === undefined) return `const${destructured}=${required}`;
  return `const ${whole}=${required}${destructured === undefined ? '' : `,${destructured}=${whole}`}`;
}

/** @param parts `{b as c,d}`, all of them functions. */
function toLazy(parts: string, required: string): string {
  const functions = parts
    .slice(1, -1)
    .split(',')
    .map((part) => {
      const [name, local = name] = part.trim().split(/\s+as\s+/);
      return `${local}=(...a)=>${required}.${name}(...a)`;
    });
  return `const ${functions.join(',')}`;
}
