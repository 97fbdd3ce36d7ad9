import toMessages from 'zod/v4/locales/en.js';

/** What is wrong with a value, as zod's issues have it. */
interface Flaw {
  readonly code: string;
  readonly path?: PropertyKey[];
  /** Whether later checks may run. zod: true after a check, false after one that aborts, absent after a wrong type. */
  readonly continue?: boolean;
  readonly [detail: string]: unknown;
}
export type Issue = Flaw & { readonly path: PropertyKey[]; readonly message?: string };
export type Fail = (flaw: Flaw) => void;

interface Options {
  readonly message?: string | undefined;
  readonly abort?: boolean | undefined;
}
export type Params = string | (Options & { readonly error?: string; readonly protocol?: RegExp });
interface Check extends Options {
  /** @returns the value that the next check gets. */
  run(value: never, fail: Fail): unknown;
}

/** Throws at an option that would be ignored. */
function readParams(params: Params | undefined): Options {
  if (params === undefined) return {};
  if (typeof params === 'string') return { message: params };
  const { error, message = error, abort, protocol: _, ...others } = params;
  const isKnown = Object.keys(others).length === 0 && ['string', 'undefined'].includes(typeof message);
  supports(isKnown, `an option of ${JSON.stringify(params)}`);
  return { message, abort };
}

/** Throws when a schema is made, and so when the bundle is loaded, at what would be read unlike zod. */
export function supports(condition: boolean, lacking: string): void {
  if (!condition) throw new TypeError(`lean-zod lacks ${lacking}`);
}

/** As zod does: a promise is always right. */
function refusePromise(result: unknown): void {
  if (result instanceof Promise) throw new TypeError("A check returned a promise, which parse can't await.");
}

class ZodError extends Error {
  override readonly name = 'ZodError';
  readonly issues: object[];

  constructor(found: readonly Issue[]) {
    const { localeError } = toMessages();
    const issues = found.map(({ continue: _, input, ...issue }) => ({
      ...issue,
      message: issue.message ?? localeError({ ...issue, input } as never),
    }));
    super(JSON.stringify(issues, null, 2));
    this.issues = issues;
  }
}

export type Shape = Readonly<Record<string, Schema>>;
interface Definition {
  /** The type's name in messages. */
  readonly expected?: string;
  readonly isExpected?: (input: unknown) => boolean;
  /** Reads the parts of an input of that type. */
  readonly read?: (input: never, fail: Fail, issues: Issue[]) => unknown;
  /** What an object gets whose field is absent, instead of an issue. */
  readonly absent?: 'nothing' | 'default';
  /** Of an enum, a literal or a union. */
  readonly options?: readonly unknown[];
  /** Of an object: its fields, and the same with others. */
  readonly shape?: Shape;
  readonly reshape?: (shape: Shape) => Schema;
}

/** It has the methods of all kinds of schemas. The sources are checked against zod's types, which keep kinds apart. */
export class Schema {
  readonly definition: Definition;
  readonly #message: string | undefined;
  readonly #checks: readonly Check[];

  constructor(definition: Definition, params?: Params, checks: readonly Check[] = []) {
    this.definition = definition;
    this.#message = readParams(params).message;
    this.#checks = checks;
  }

  get options(): readonly unknown[] {
    return this.definition.options ?? [];
  }

  run(input: unknown, issues: Issue[], key?: PropertyKey): unknown {
    const { expected, isExpected, read = (whole) => whole } = this.definition;
    const start = issues.length;
    let value = input;
    const report = (flaw: Flaw, common: object) =>
      issues.push({ input: value, path: [], message: this.#message, ...common, ...flaw } as Issue);
    if (isExpected?.(input) === false) report({ code: 'invalid_type', expected }, {});
    else value = read(input as never, (flaw) => report(flaw, {}), issues);
    for (const { run, message = this.#message, abort = false } of this.#checks) {
      if (issues.length > start && issues.slice(start).some((issue) => issue.continue !== true)) continue;
      value = run(value as never, (flaw) => report(flaw, { message, continue: !abort }));
    }
    if (key !== undefined && issues.length > start)
      for (const { path } of issues.slice(start)) path.unshift(key);
    return value;
  }

  safeParse(input: unknown) {
    const issues: Issue[] = [];
    const data = this.run(input, issues);
    return issues.length === 0 ? { success: true, data } : { success: false, error: new ZodError(issues) };
  }

  parse(input: unknown): unknown {
    const { data, error } = this.safeParse(input);
    if (error !== undefined) throw error;
    return data;
  }

  check(run: Check['run'], params?: Params): Schema {
    supports(this.definition.absent === undefined, 'checks of what may be absent');
    const checks = [...this.#checks, { run, ...readParams(params) }];
    return new Schema(this.definition, this.#message, checks);
  }

  refine(isRight: (value: never) => unknown, params?: Params, flaw: Flaw = { code: 'custom' }): Schema {
    return this.check((value, fail) => {
      const result = isRight(value);
      refusePromise(result);
      if (!result) fail(flaw);
      return value;
    }, params);
  }

  superRefine(refine: (value: never, context: { addIssue: Fail }) => void): Schema {
    return this.check((value, addIssue) => {
      refusePromise(refine(value, { addIssue }));
      return value;
    });
  }

  regex(pattern: RegExp, params?: Params): Schema {
    const flaw = { code: 'invalid_format', format: 'regex', pattern: String(pattern) };
    // Unlike test, search has no memory if the pattern is global.
    return this.refine((text: string) => text.search(pattern) >= 0, params, flaw);
  }

  trim(): Schema {
    return this.check((text: string) => text.trim());
  }

  int(): Schema {
    const flaw = { code: 'invalid_type', expected: 'int' };
    return this.refine(Number.isInteger, { abort: true }, flaw)
      .max(Number.MAX_SAFE_INTEGER, undefined, 'int')
      .min(Number.MIN_SAFE_INTEGER, undefined, 'int');
  }

  min(minimum: number, params?: Params, origin = this.definition.expected): Schema {
    const flaw = { code: 'too_small', minimum, inclusive: true, origin };
    return this.refine((value) => toSize(value) >= minimum, params, flaw);
  }

  max(maximum: number, params?: Params, origin = this.definition.expected): Schema {
    // A later check reads no part of an array that is too long, as in zod.
    const aborts = origin === 'array' ? { continue: false } : {};
    const flaw = { code: 'too_big', maximum, inclusive: true, origin, ...aborts };
    return this.refine((value) => toSize(value) <= maximum, params, flaw);
  }

  extend(shape: Shape): Schema | undefined {
    return this.#reshape({ ...this.definition.shape, ...shape });
  }

  pick(mask: Readonly<Record<string, unknown>>): Schema | undefined {
    const { shape = {} } = this.definition;
    const isKnown = Object.entries(mask).every(([key, kept]) => kept === true && Object.hasOwn(shape, key));
    supports(isKnown, `a mask of ${JSON.stringify(mask)}`);
    return this.#reshape(Object.fromEntries(Object.entries(shape).filter(([key]) => key in mask)));
  }

  #reshape(shape: Shape): Schema | undefined {
    supports(this.#checks.length === 0, 'extend and pick of objects that have checks');
    return this.definition.reshape?.(shape);
  }

  optional(): Schema {
    supports(this.definition.absent !== 'default', 'optional() after default()');
    const read = (input: unknown, _: Fail, issues: Issue[]) =>
      input === undefined ? input : this.run(input, issues);
    return new Schema({ absent: 'nothing', read });
  }

  default(value: unknown): Schema {
    supports(typeof value !== 'function', 'a default that is a function');
    // A copy, because callers may change what they get.
    const read = (input: unknown, _: Fail, issues: Issue[]) =>
      input === undefined ? structuredClone(value) : this.run(input, issues);
    return new Schema({ absent: 'default', read });
  }

  /** Only the admin contract shows descriptions. */
  describe(): this {
    return this;
  }
}

/** zod measures text in code points. */
function toSize(value: number | string | unknown[]): number {
  return typeof value === 'number' ? value : [...value].length;
}
