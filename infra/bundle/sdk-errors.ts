import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/** The errors that lib distinguishes by their class. */
const usedErrors = ['ConditionalCheckFailedException', 'ParameterNotFound'];

/**
 * Drops the SDK's error classes that lib does not use. A client registers every error of its service, 150 for SSM.
 * An error that is not registered is thrown as the service's general error, with its own name.
 */
export function dropUnusedErrors(): Plugin {
  return {
    name: 'sdk-errors',
    setup(build) {
      build.onLoad(
        { filter: /[\\/]client-(ssm|dynamodb)[\\/]dist-es[\\/]schemas[\\/]schemas_0\.js$/ },
        async ({ path }) => {
          const source = await readFile(path, 'utf8');
          const contents = source
            .replace(/^n0_registry\.registerError\([\w$]+, (\w+)\);$/gm, (registration, name: string) =>
              usedErrors.includes(name) ? registration : '',
            )
            // esbuild keeps a schema that nothing uses if it has computed names, as those of errors have.
            .replace(
              /^export var (\w+\$) = (\[\n.*?^\]);$/gms,
              'export var $1 = /* @__PURE__ */ (() => $2)();',
            );
          return { contents, loader: 'js' };
        },
      );
    },
  };
}
