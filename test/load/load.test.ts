import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CrowdStack, startCrowdStack } from './load.ts';

/** A smaller crowd than that of `npm run crowd`. */

let stack: CrowdStack;
beforeAll(async () => {
  stack = await startCrowdStack();
  await stack.run({ positions: 1, linksPerPosition: 1, hitsPerLink: 1 });
});
afterAll(() => stack.stop());

describe('A crowd over HTTP', { timeout: 60_000 }, () => {
  it('of 200 hits on one link closes its position once, and every answer is true', async () => {
    const report = await stack.run({ positions: 1, linksPerPosition: 1, hitsPerLink: 200 });
    expect(report).toMatchObject({ hits: 200, orders: 1, violations: [] });
  });

  it('on 100 links of 20 positions closes each of them once, and every answer is true', async () => {
    const report = await stack.run({ positions: 20, linksPerPosition: 5, hitsPerLink: 1 });
    expect(report).toMatchObject({ hits: 100, orders: 20, violations: [] });
  });
});
