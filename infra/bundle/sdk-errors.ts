import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/** The errors that lib tells apart by their class. */
const told = ['ConditionalCheckFailedException', 'ParameterNotFound'];

/**
 * The SDK registers every error of a service with its client: 150 classes for SSM, which tell apart what nobody
 * here does. An error that isn't registered is thrown all the same, as the service's general one with its own name.
 */
export function shakeErrors(): Plugin {
  return {
    name: 'sdk-errors',
    setup(build) {
      build.onLoad(
        { filter: /[\\/]client-(ssm|dynamodb)[\\/]dist-es[\\/]schemas[\\/]schemas_0\.js$/ },
        async ({ path }) => {
          const source = await readFile(path, 'utf8');
          const contents = source.replace(
            /^n0_registry\.registerError\([\w$]+, (\w+)\);$/gm,
            (registration, name: string) => (told.includes(name) ? registration : ''),
          );
          return { contents, loader: 'js' };
        },
      );
    },
  };
}
