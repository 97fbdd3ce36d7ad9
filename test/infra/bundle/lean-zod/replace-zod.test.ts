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

const pairs = 'const pairSchema = z.object({ a: z.string(), b: z.string() });';
const checked = `${pairs}\nconst checkedSchema = pairSchema.refine(({ a, b }) => a !== b);`;

test.each([
  [
    'extending what has checks',
    `${checked}\nexport const longSchema = checkedSchema.extend({ c: z.string() });`,
  ],
  ['picking from what has checks', `${checked}\nexport const shortSchema = checkedSchema.pick({ a: true });`],
  [
    'a mask that keeps a field out',
    `${pairs}\nexport const shortSchema = pairSchema.pick({ a: false } as any);`,
  ],
  ['a mask with an unknown key', `${pairs}\nexport const shortSchema = pairSchema.pick({ c: true } as any);`],
  ['records by an enum', "export const bySideSchema = z.record(z.enum(['buy', 'sell']), z.string());"],
  ['records by numbers', 'export const byIndexSchema = z.record(z.number(), z.string());'],
  ['a literal of several values', "export const sideSchema = z.literal(['buy', 'sell']);"],
  ['an enum of an object', "export const sideSchema = z.enum({ Buy: 'buy' });"],
  ['a default that is a function', 'export const listSchema = z.array(z.string()).default(() => []);'],
  ['an optional default', "export const nameSchema = z.string().default('main').optional();"],
  ['checks of what may be absent', 'export const nameSchema = z.string().optional().refine(Boolean);'],
  ['an optional part of a union', 'export const anySchema = z.union([z.string().optional(), z.number()]);'],
  ['a union of one', 'export const anySchema = z.union([z.string()]);'],
  [
    'a discriminator that two options share',
    `const sameSchema = z.object({ type: z.literal('a') });
     export const anySchema = z.discriminatedUnion('type', [sameSchema, sameSchema]);`,
  ],
  [
    'a discriminator with a default',
    `const optionSchema = z.object({ type: z.literal('a').default('a') });
     export const anySchema = z.discriminatedUnion('type', [optionSchema]);`,
  ],
  [
    'a discriminator that is a union',
    `const optionSchema = z.object({ type: z.union([z.literal('a'), z.literal('b')]) });
     export const anySchema = z.discriminatedUnion('type', [optionSchema]);`,
  ],
  [
    'nested discriminated unions',
    `const innerSchema = z.discriminatedUnion('type', [z.object({ type: z.literal('a') })]);
     export const outerSchema = z.discriminatedUnion('type', [innerSchema, z.object({ type: z.literal('b') })]);`,
  ],
])('The build fails at %s, which lean-zod would read unlike zod', async (_, source) => {
  await expect(bundle(source)).rejects.toThrow('lean-zod lacks');
});

test.each([
  ['a function', 'export function read(input: unknown) {\n  return z.string().parse(input);\n}'],
  ['an arrow function', 'export const read = (input: unknown) => z.string().parse(input);'],
  ['a callback', 'export const all = [1].map((each) => {\n  return z.string().safeParse(each);\n});'],
  [
    'a method',
    'export class Reader {\n  read(input: unknown) {\n    return z.string().parse(input);\n  }\n}',
  ],
  [
    'a function that changes a schema',
    'const nameSchema = z.string();\nexport function toOptional() {\n  return nameSchema.optional();\n}',
  ],
])(
  'The build fails at a schema made in %s, because loading the bundle does not make it',
  async (_, source) => {
    await expect(bundle(source)).rejects.toThrow('at the top level');
  },
);
