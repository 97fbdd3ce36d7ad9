/**
 * Takes Node's own modules by `require`, from the finished text of a bundle that esbuild doesn't write itself.
 * An `import` of node:http reads each of its exports, one of which is the whole of Node's fetch; `require` reads
 * what is used. `node:module` stays: it is what `require` comes from.
 */
export function requireBuiltins(text: string): string {
  return (
    text
      .replace(importStatement, (_, names: string, module: string) => declare(names.trim(), module))
      // The AWS SDK imports node:http when it makes its first connection.
      .replace(/\bimport\("(node:[\w/]+)"\)/g, 'Promise.resolve(require("$1"))')
  );
}

/** esbuild writes each with double quotes, and at the beginning of a statement. */
const importStatement = /(?<=^|[;}\n])import\s*([\w$*{},\s]+?)\s*from\s*"(node:(?!module")[\w/]+)"/g;

/** `a`, `* as a`, `{b as c}` or `a,{b as c}`, in the words of `require`. */
function declare(names: string, module: string): string {
  const [, whole, parts] = /^(?:(?:\*\s*as\s+)?([\w$]+))?\s*,?\s*(\{.*\})?$/s.exec(names) ?? [];
  const destructured = parts?.replace(/\s+as\s+/g, ':');
  const required = `require("${module}")`;
  if (whole === undefined) return `const${destructured}=${required}`;
  return `const ${whole}=${required}${destructured === undefined ? '' : `,${destructured}=${whole}`}`;
}
