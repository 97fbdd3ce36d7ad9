import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { examples } from '../../docs/reference/examples.ts';
import { renderAdminApi } from '../../docs/reference/generate.ts';
import type { CommandDefinition } from '../../lib/admin/contract/command-definition.ts';
import { type CommandName, commands } from '../../lib/admin/contract/commands.ts';

const names = Object.keys(commands) as CommandName[];

test('docs/reference/admin-api.md documents the admin contract', async () => {
  const page = await readFile(new URL('../../docs/reference/admin-api.md', import.meta.url), 'utf8');
  expect(page, 'write it again: npm run docs').toBe(renderAdminApi());
});

test.each(names)('the example of %s is a valid input', (name) => {
  const { input }: CommandDefinition = commands[name];
  expect(input.safeParse(examples[name])).toMatchObject({ success: true });
});

test.each(names)('the summary of %s fits the API reference and the help of the command line', (name) => {
  const { summary }: CommandDefinition = commands[name];
  expect(summary).toMatch(/^[A-Z].*\.$/);
  expect(summary, 'it names no option and no field').not.toMatch(/--|[a-z][A-Z]|\bripcord\b/);
});
