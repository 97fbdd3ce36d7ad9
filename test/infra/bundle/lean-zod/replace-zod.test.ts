import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkSchemas, replaceZod } from '../../../../infra/bundle/lean-zod/replace-zod.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ripcord-lean-zod-'));
  await mkdir(join(folder, 'lib'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Bundles and checks a source as the trigger's. */
async function bundle(source: string): Promise<void> {
  const outfile = join(folder, 'index.mjs');
  await writeFile(join(folder, 'lib', 'source.ts'), `import * as z from 'zod';\n${source}`);
  await build({
    entryPoints: [join(folder, 'lib', 'source.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'silent',
    logOverride: { 'import-is-undefined': 'error' },
    plugins: [replaceZod()],
  });
  await checkSchemas(outfile);
}

test("A source that uses lean-zod's part of zod builds", async () => {
  await bundle("const nameSchema = z.string().min(1, 'expected a name');\nnameSchema.parse('main');");
});

test.each([
  [
    "zod's functions",
    "export const placeSchema = z.templateLiteral(['ssm:', z.string()]);",
    'templateLiteral',
  ],
  [
    'methods of a finished schema',
    'export const read = (nameSchema: any) => nameSchema.parseAsync(1);',
    'parseAsync',
  ],
  ['methods that make a schema', 'export const nameSchema = z.string().email();', 'email'],
  ['options of a schema', 'export const nameSchema = z.string({ coerce: true } as any);', 'coerce'],
  ['messages', "export const nameSchema = z.string({ error: () => 'wrong' } as any);", 'lean-zod lacks'],
  ['schemas that the build could not recognize', 'export const name = z.string();', 'must end with Schema'],
])('The build fails at what lean-zod lacks of %s', async (_, source, named) => {
  await expect(bundle(source)).rejects.toThrow(named);
});
