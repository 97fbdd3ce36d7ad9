/**
 * What the trigger's bundle has in place of zod: the part of zod that the sources on the trigger's path use, without the
 * milliseconds that zod takes to start. Messages are zod's own, and so are formats other than IPv4, which is Node's. See
 * docs/decisions/0020-lean-zod.md.
 */
import { isIPv4 } from 'node:net';
import { isValidCIDRv6, isValidIPv6, stripTabAndNewline, urlProtocolOk, validateURL } from 'zod/v4/core';
import { type Fail, type Issue, type Params, Schema, type Shape, supports } from './schema.ts';

export const string = (params?: Params) =>
  new Schema({ expected: 'string', isExpected: (input) => typeof input === 'string' }, params);
export const number = () => new Schema({ expected: 'number', isExpected: Number.isFinite });
export const boolean = () =>
  new Schema({ expected: 'boolean', isExpected: (input) => typeof input === 'boolean' });
export const unknown = () => new Schema({});
export const object = (shape: Shape) => toObject(shape);
export const strictObject = (shape: Shape) => toObject(shape, 'refused');
export { toEnum as enum };
export const literal = (value: unknown) => {
  supports(!Array.isArray(value), 'a literal of several values');
  return toEnum([value]);
};
export const ipv4 = () => toFormat('ipv4', isIPv4);
export const ipv6 = () => toFormat('ipv6', isValidIPv6);
export const cidrv4 = () =>
  toFormat('cidrv4', (text) => text.includes('/') && isIPv4(text.replace(/\/([12]?\d|3[0-2])$/, '')));
export const cidrv6 = () => toFormat('cidrv6', isValidCIDRv6);

function toFormat(format: string, isRight: (text: string) => boolean): Schema {
  return string().refine(isRight, undefined, { code: 'invalid_format', format });
}

function toEnum(options: readonly unknown[], params?: Params): Schema {
  supports(Array.isArray(options), 'an enum of an object');
  const flaw = { code: 'invalid_value', values: options };
  return new Schema({ options }, params).refine((value) => options.includes(value), { abort: true }, flaw);
}

function isObject(input: unknown): boolean {
  return typeof input === 'object' && input !== null && !Array.isArray(input);
}

/** As zod has it. Sets, maps, dates and binary data have a class. */
function isPlainObject(input: unknown): boolean {
  if (!isObject(input)) return false;
  const { constructor: made } = input as Fields;
  if (typeof made !== 'function') return true;
  return isObject(made.prototype) && Object.hasOwn(made.prototype, 'isPrototypeOf');
}

/** Of a field that has a type which includes undefined, such as unknown. */
const missing = { code: 'invalid_type', expected: 'nonoptional', input: undefined };

type Fields = Record<string, unknown>;

function toObject(shape: Shape, unknownKeys: 'dropped' | 'refused' = 'dropped'): Schema {
  const fields = Object.entries(shape);
  return new Schema({
    expected: 'object',
    isExpected: isObject,
    shape,
    reshape: (changed) => toObject(changed, unknownKeys),
    read(input: Fields, fail, issues) {
      const value: Fields = {};
      for (const [key, field] of fields) {
        const isPresent = key in input;
        if (!isPresent && field.definition.absent === 'nothing') continue;
        const known = issues.length;
        const part = field.run(input[key], issues, key);
        if (isPresent || field.definition.absent === 'default') value[key] = part;
        else if (issues.length === known) fail({ ...missing, path: [key] });
      }
      const keys: string[] = [];
      if (unknownKeys === 'refused') for (const key in input) if (!Object.hasOwn(shape, key)) keys.push(key);
      if (keys.length > 0) fail({ code: 'unrecognized_keys', keys, continue: true });
      return value;
    },
  });
}

export function array(item: Schema): Schema {
  return new Schema({
    expected: 'array',
    isExpected: Array.isArray,
    // Unlike map, Array.from also reads what a hole leaves out.
    read: (input: unknown[], _, issues) => Array.from(input, (each, index) => item.run(each, issues, index)),
  });
}

export function record(key: Schema, item: Schema): Schema {
  supports(key.definition.expected === 'string', 'records by anything but text');
  return new Schema({
    expected: 'record',
    isExpected: isPlainObject,
    read(input: Fields, fail, issues) {
      const value: Record<PropertyKey, unknown> = {};
      for (const name of Reflect.ownKeys(input)) {
        if (name === '__proto__' || !Object.prototype.propertyIsEnumerable.call(input, name)) continue;
        const { success, data } = key.safeParse(name);
        if (!success) fail({ code: 'invalid_key', origin: 'record', path: [name] });
        else if (data !== '__proto__') value[String(data)] = item.run(input[String(name)], issues, name);
      }
      return value;
    },
  });
}

export function union(options: readonly Schema[], params?: Params): Schema {
  supports(options.length > 1, 'a union of one');
  const isAbsent = options.some(({ definition }) => definition.absent !== undefined);
  supports(!isAbsent, 'a union of what may be absent');
  const read = (input: unknown, fail: Fail, issues: Issue[]) => {
    const close: Issue[][] = [];
    for (const option of options) {
      const found: Issue[] = [];
      const value = option.run(input, found);
      if (found.length === 0) return value;
      if (found.every((issue) => issue.continue === true)) close.push(found);
    }
    // As in zod: if the type of only one option is right, its issues explain more than the union's.
    if (close.length === 1) issues.push(...close.flat());
    else fail({ code: 'invalid_union' });
    return input;
  };
  return new Schema({ options, read }, params);
}

export function discriminatedUnion(discriminator: string, options: readonly Schema[]): Schema {
  const optionOf = new Map<unknown, Schema>();
  for (const option of options) {
    const values = option.definition.shape?.[discriminator]?.options ?? [];
    const isDistinct = values.every((value) => !(value instanceof Schema) && !optionOf.has(value));
    supports(values.length > 0 && isDistinct, `an option without values of its own for ${discriminator}`);
    for (const value of values) optionOf.set(value, option);
  }
  return new Schema({
    options,
    expected: 'object',
    isExpected: isObject,
    read(input: Fields, fail, issues) {
      const option = optionOf.get(input[discriminator]);
      if (option !== undefined) return option.run(input, issues);
      fail({ code: 'invalid_union', options: [...optionOf.keys()], path: [discriminator] });
      return input;
    },
  });
}

export function url(params: Exclude<Params, string> = {}): Schema {
  const { protocol } = params;
  return string(params).check((text: string, fail) => {
    const trimmed = text.trim();
    const parsed = validateURL(trimmed, protocol === undefined ? {} : { protocol });
    const isUrl = typeof parsed !== 'number';
    if (!isUrl || (parsed instanceof URL && protocol !== undefined && !urlProtocolOk(parsed, protocol)))
      fail({ code: 'invalid_format', format: 'url' });
    return isUrl ? stripTabAndNewline(trimmed) : text;
  }, params);
}
