import fc, { type Arbitrary } from 'fast-check';
import type { core, z } from 'zod';

type AnySchema = z.ZodType | core.$ZodType;

const texts: Record<string, readonly string[]> = {
  url: [
    'https://example.org',
    ' http://127.0.0.1:8080/a?b#c ',
    'http://user:p%40ss@example.org/',
    'ftp://example.org',
  ],
  ipv4: ['203.0.113.7', '0.0.0.0', '256.1.1.1', '01.2.3.4'],
  ipv6: ['::1', '2001:db8::7', '::ffff:1.2.3.4', 'fe80::1%eth0', '[::1]'],
  cidrv4: ['203.0.113.0/24', '10.0.0.0/0', '10.0.0.0/33', '10.0.0.0'],
  cidrv6: ['2001:db8::/32', '::/0', '::/129', '::/01'],
};
/** What checks written in code accept or refuse: keys, passwords, decimals. */
const anyText = fc.oneof(
  fc.constantFrom('', 'key', ' key ', 'a b', 'ключ', '\u200bkey', '😀'.repeat(64), 'x'.repeat(65)),
  fc.constantFrom('-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n', '0', '0.00', '1.5', '-2'),
  fc.constantFrom('ssm:/ripcord/accounts', 'file:/a', 'ssm:/', 'true', '__proto__'),
  fc.string(),
);

/** @returns values that the schema mostly accepts. */
export function valuesOf(schema: AnySchema): Arbitrary<unknown> {
  const def = (schema as z.ZodType)._zod.def as core.$ZodTypes['_zod']['def'];
  switch (def.type) {
    case 'string':
      return textsOf(def);
    case 'number':
      return fc.oneof(fc.integer({ min: 1, max: 99 }), fc.integer(), fc.double({ noNaN: true }));
    case 'boolean':
      return fc.boolean();
    case 'unknown':
      return fc.jsonValue();
    case 'enum':
      return fc.constantFrom(...Object.values(def.entries));
    case 'literal':
      return fc.constantFrom(...def.values);
    case 'array':
      return fc.array(valuesOf(def.element), { maxLength: 3 });
    case 'record':
      return fc.dictionary(valuesOf(def.keyType) as Arbitrary<string>, valuesOf(def.valueType), {
        maxKeys: 3,
      });
    case 'union':
      return fc.oneof(...def.options.map(valuesOf));
    case 'object':
      return objectsOf(def.shape);
    case 'optional':
    case 'default':
      return valuesOf(def.innerType);
    default:
      throw new Error(`no values of ${def.type}`);
  }
}

function textsOf(def: core.$ZodStringDef): Arbitrary<string> {
  const format = 'format' in def ? texts[String(def.format)] : undefined;
  if (format !== undefined) return fc.oneof(fc.constantFrom(...format), anyText);
  const patterns = (def.checks ?? []).flatMap(({ _zod: { def: check } }) =>
    'pattern' in check && check.pattern instanceof RegExp ? [fc.stringMatching(check.pattern)] : [],
  );
  return patterns.length === 0
    ? anyText
    : fc.oneof({ weight: 20, arbitrary: fc.oneof(...patterns) }, anyText);
}

function objectsOf(shape: Readonly<Record<string, AnySchema>>): Arbitrary<unknown> {
  const fields = Object.entries(shape);
  const requiredKeys = fields.flatMap(([key, field]) =>
    ['optional', 'default'].includes((field as z.ZodType)._zod.def.type) ? [] : [key],
  );
  return fc.record(Object.fromEntries(fields.map(([key, field]) => [key, valuesOf(field)])), {
    requiredKeys,
  });
}

/** Values that no schema of Ripcord means, each wrong in its own way. */
const wrong: Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, true, 0, -1, 1.5, 1_000_000, 2 ** 60, -(2 ** 60)),
  fc.constantFrom<unknown>(
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1n,
    '',
    'closed',
    'any',
    'stack',
    '1e5',
    '1.',
  ),
  fc.constantFrom<unknown>(
    [],
    {},
    [null],
    [undefined],
    { state: 'open' },
    { size: 0 },
    new Array(30).fill('::1'),
  ),
  // What the table's client makes of a set and of binary data.
  fc.constantFrom<unknown>(new Set(['a']), new Map([['a', 1]]), new Uint8Array(2)),
);
const strangeKeys = ['extra', 'toString', 'hasOwnProperty', 'size', '0'];

/** @returns the values with something in them missing, added or replaced, at any depth. */
export function mutantsOf(values: Arbitrary<unknown>): Arbitrary<unknown> {
  const mutation = fc.record({
    steps: fc.array(fc.nat({ max: 60 }), { maxLength: 4 }),
    how: fc.constantFrom('replace', 'remove', 'add'),
    value: wrong,
    key: fc.constantFrom(...strangeKeys),
  });
  return fc
    .tuple(values, fc.array(mutation, { minLength: 1, maxLength: 3 }))
    .map(([value, mutations]) =>
      mutations.reduce<unknown>((mutant, each) => mutate(mutant, each.steps, each), value),
    );
}

interface Mutation {
  how: string;
  value: unknown;
  key: string;
}

function mutate(value: unknown, [step, ...deeper]: number[], mutation: Mutation): unknown {
  const { how, value: other, key } = mutation;
  if (typeof value !== 'object' || value === null) return other;
  const copy = Array.isArray(value) ? [...value] : { ...value };
  const keys = Object.keys(copy);
  const chosen = step === undefined ? undefined : keys[step % keys.length];
  if (chosen === undefined) return how === 'add' ? Object.assign(copy, { [key]: other }) : other;
  if (how === 'remove' && deeper.length === 0) Reflect.deleteProperty(copy, chosen);
  else Reflect.set(copy, chosen, mutate(Reflect.get(copy, chosen), deeper, mutation));
  return copy;
}
