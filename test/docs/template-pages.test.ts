import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { renderCost } from '../../docs/operations/generate-cost.ts';
import { renderPermissions } from '../../docs/reference/permissions.ts';
import { synthesize } from '../../docs/synthesize.ts';

/** The pages that are made of the template. */

let template: Awaited<ReturnType<typeof synthesize>>;
// Loading CDK takes longer than any test.
beforeAll(async () => {
  template = await synthesize();
}, 60_000);

const read = (page: string) => readFile(new URL(`../../docs/${page}`, import.meta.url), 'utf8');

describe('The page about', () => {
  it('permissions lists what each role may do', async () => {
    expect(renderPermissions(template), 'write it again: npm run docs').toBe(
      await read('reference/permissions.md'),
    );
  });

  it('cost has the figures of the template', async () => {
    const page = await read('operations/cost.md');
    expect(renderCost(page, template), 'write it again: npm run cost').toBe(page);
  });
});

/** @returns the actions of every statement in a policy of any kind. */
function collectActions(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(collectActions);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'Action' || key === 'NotAction' ? [inner].flat().map(String) : collectActions(inner),
  );
}

it('No policy of a role, a key, a topic or another resource has an action with a wildcard', () => {
  const actions = collectActions(template.toJSON().Resources);
  expect(actions.length).toBeGreaterThan(50);
  expect(actions.filter((action) => action.includes('*'))).toEqual([]);
});
