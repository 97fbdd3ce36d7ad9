import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { renderAdminApi } from '../../docs/reference/generate.ts';

it('keeps docs/admin-api.md at what the contract says', async () => {
  const page = await readFile(new URL('../../docs/reference/admin-api.md', import.meta.url), 'utf8');
  expect(page, 'write it anew with: npm run docs').toBe(renderAdminApi());
});
