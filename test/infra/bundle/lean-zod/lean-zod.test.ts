import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import * as lean from '../../../../infra/bundle/lean-zod/lean-zod.ts';
import { type Position, positionSchema } from '../../../../lib/position/position.ts';
import { exampleHit, fullHit } from '../../../lib/link/example-hit.ts';
import { linkAt } from '../../../lib/link/example-link.ts';
import { examplePositionIn, fullPosition } from '../../../lib/position/example-position.ts';
import { makePlan } from '../../../simulation/plan.ts';
import { runPlan } from '../../../simulation/run-plan.ts';
import { loadTwins, type Twin } from './both-builds.ts';
import { mutantsOf, valuesOf } from './schema-values.ts';

const twins = await loadTwins();

function findTwin(name: string): Twin {
  const twin = twins.find((each) => each.name.startsWith(`${name} of `));
  if (twin === undefined) throw new Error(`no ${name} on the trigger's path`);
  return twin;
}

type Issue = Pick<z.core.$ZodIssue, 'code' | 'path' | 'message'>;

/** What a caller learns from a parse. */
function read(schema: Twin['lean'], input: unknown) {
  const { success, data, error } = schema.safeParse(input);
  if (success) return { data };
  return { issues: dropLengths(error.issues.map(({ code, path, message }) => ({ code, path, message }))) };
}

/** zod also measures a value whose type is wrong. lean-zod reports the type alone. */
function dropLengths(issues: Issue[]): Issue[] {
  return issues.filter(
    ({ code, path }, index) =>
      !code.startsWith('too_') ||
      !issues
        .slice(0, index)
        .some((earlier) => earlier.code === 'invalid_type' && earlier.path.join() === path.join()),
  );
}

function expectAgreement({ real, lean }: Twin, input: unknown) {
  expect(read(lean, input)).toStrictEqual(read(real, input));
}

/** @returns every position that the table of simulated runs has held: with claims, outcomes, failures and exits. */
async function recordPositions(seeds: number): Promise<Position[]> {
  const recorded: Position[] = [];
  const { parse } = positionSchema;
  positionSchema.parse = (input, ...others) => {
    const position = parse(input, ...others);
    recorded.push(position);
    return position;
  };
  try {
    for (let seed = 1; seed <= seeds; seed += 1) await runPlan(makePlan(seed));
  } finally {
    positionSchema.parse = parse;
  }
  return recorded;
}

const recordOfTexts = lean.record(lean.string(), lean.string()) as Twin['lean'];
const strict = lean.strictObject({ b: lean.unknown().optional() }) as Twin['lean'];
const addresses = [
  '203.0.113.7',
  '10.0.0.0/8',
  '10.0.0.0/33',
  '01.2.3.4',
  '::1',
  '2001:db8::/32',
  '::/129',
  'host',
  '',
];

describe("lean-zod, in zod's place in the trigger's bundle", () => {
  test('has a schema for every edge of a hit', () => {
    const names = twins.map(({ name }) => name.split(' ')[0]);
    const edges = ['eventSchema', 'acceptSchema', 'environmentSchema', 'accountSchema', 'fileSchema'];
    const items = ['linkSchema', 'positionSchema', 'hitSchema', 'accountHealthSchema', 'unwrittenSchema'];
    expect(names).toEqual(expect.arrayContaining([...edges, ...items]));
  });

  test.each(twins)('reads generated values as zod does: $name', (twin) => {
    fc.assert(fc.property(valuesOf(twin.real), (value) => expectAgreement(twin, value)));
  });

  test.each(twins)('reads values with missing, wrong and unknown parts as zod does: $name', (twin) => {
    const values = mutantsOf(valuesOf(twin.real));
    fc.assert(
      fc.property(values, (value) => expectAgreement(twin, value)),
      { numRuns: 200 },
    );
  });

  test('reads stored positions, and broken ones, as zod does', async () => {
    const twin = findTwin('positionSchema');
    const positions = [...(await recordPositions(40)), examplePositionIn('failed'), fullPosition];
    expect(new Set(positions.map(({ state }) => state))).toEqual(
      new Set(['open', 'claimed', 'kept', 'failed', 'closed', 'canceled', 'needs-attention']),
    );
    for (const position of positions) {
      expect(twin.lean.parse(position)).toStrictEqual(position);
      expectAgreement(twin, position);
    }
    const broken = mutantsOf(fc.constantFrom<Position>(...positions));
    fc.assert(
      fc.property(broken, (position) => expectAgreement(twin, position)),
      { numRuns: 500 },
    );
  });

  test('reads stored links and hits, and broken ones, as zod does', () => {
    const links = [
      linkAt(0),
      linkAt(1, { sources: ['203.0.113.0/24', '2001:db8::7'], percent: 50, maxUses: 3 }),
    ];
    const items: [Twin, fc.Arbitrary<unknown>][] = [
      [findTwin('linkSchema'), fc.constantFrom<unknown>(...links)],
      [findTwin('hitSchema'), fc.constantFrom<unknown>(exampleHit, fullHit)],
    ];
    for (const [twin, values] of items) {
      const property = fc.property(fc.oneof(values, mutantsOf(values)), (value) =>
        expectAgreement(twin, value),
      );
      fc.assert(property, { numRuns: 500 });
    }
  });

  test("throws an error with zod's name, issues and text", () => {
    const { real, lean } = findTwin('linkSchema');
    const thrown = [real, lean].map((schema) => {
      try {
        return schema.parse({ linkId: 'lnk_1' });
      } catch (error) {
        return error;
      }
    });
    const [zodError, leanError] = thrown as z.ZodError[];
    expect(leanError).toBeInstanceOf(Error);
    expect(leanError?.name).toBe(zodError?.name);
    expect(JSON.parse(leanError?.message ?? '')).toMatchObject(
      zodError?.issues.map(({ path, message }) => ({ path, message })) ?? [],
    );
  });

  test.each<[name: string, value: unknown]>([
    ['a Set', new Set(['a'])],
    ['a Map', new Map([['a', 'b']])],
    ['a Uint8Array', new Uint8Array(2)],
    ['a Date', new Date(0)],
    ['an Error', new Error('no')],
    ['an instance of a class', new URL('https://example.org')],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 'b' })],
    ['an object with a symbol', { a: 'b', [Symbol.for('c')]: 'd' }],
    ['an object that inherits', Object.create({ a: 'b' })],
    ["an object with a field named like its constructor's", { constructor: 'b' }],
  ])('reads %s as zod does', (_, value) => {
    expectAgreement({ name: 'record', real: z.record(z.string(), z.string()), lean: recordOfTexts }, value);
    expectAgreement(
      { name: 'object', real: z.strictObject({ b: z.unknown().optional() }), lean: strict },
      value,
    );
  });

  test('refuses addresses with the code and message of zod', () => {
    const { ipv4, ipv6, cidrv4, cidrv6 } = lean;
    const formats: [name: string, real: z.ZodType, lean: unknown][] = [
      ['ipv4', z.ipv4(), ipv4()],
      ['ipv6', z.ipv6(), ipv6()],
      ['cidrv4', z.cidrv4(), cidrv4()],
      ['cidrv6', z.cidrv6(), cidrv6()],
    ];
    for (const [name, real, made] of formats)
      for (const text of addresses) expectAgreement({ name, real, lean: made as Twin['lean'] }, text);
  });

  test('throws, as zod does, at a check that returns a promise', () => {
    const check = async () => false;
    for (const schema of [z.string().refine(check), lean.string().refine(check)])
      expect(() => schema.parse('a')).toThrow(/[Pp]romise/);
    const refine = async () => undefined;
    for (const schema of [
      z.string().superRefine(refine as never),
      lean.string().superRefine(refine as never),
    ])
      expect(() => schema.parse('a')).toThrow(/[Pp]romise/);
  });
});
