import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/** The errors that lib distinguishes by their class. */
const usedErrors = ['ConditionalCheckFailedException', 'ParameterNotFound'];

/**
 * Drops the SDK's error classes that lib does not use, and the schemas of requests that no function sends. A client
 * registers every error of its service, 150 for SSM. An error that is not registered is thrown as the service's general
 * error, with its own name.
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
            // esbuild keeps a value with computed names, and all that it refers to, even if nothing uses it.
            .replace(/^((?:export )?var [\w$]+ =) (\[.*?\]);$/gms, '$1 /* @__PURE__ */ (() => $2)();');
          return { contents, loader: 'js' };
        },
      );
    },
  };
}
