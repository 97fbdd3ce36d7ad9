import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/**
 * zod's `z` is an object with everything zod has on it, which no bundler can shake; the same names as a namespace
 * can be. Written so in the sources, each file would have to remember it; written here, a cold start is 100 kB
 * lighter for all of them.
 */
export function shakeZod(): Plugin {
  return {
    name: 'zod-namespace',
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const source = await readFile(path, 'utf8');
        return {
          contents: source.replace(/^import \{ z \} from 'zod';$/m, "import * as z from 'zod';"),
          loader: 'ts',
        };
      });
    },
  };
}
