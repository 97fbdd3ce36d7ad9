import { Template } from 'aws-cdk-lib/assertions';
import { z } from 'zod';
import { isSettingName, type SettingName, settings } from '../../../infra/stack/setting-definitions.ts';

export type Values = Partial<Record<SettingName, string | number>>;

const rawSchema = z.looseObject({
  Conditions: z.record(z.string(), z.unknown()),
  Resources: z.record(z.string(), z.looseObject({ Condition: z.string().optional() })),
  Outputs: z.record(z.string(), z.looseObject({ Condition: z.string().optional() })),
});

const removed = Symbol('AWS::NoValue');

/**
 * @returns the template as CloudFormation deploys it with these parameters: conditions decided, values in their places, and
 * nothing left of what a false condition leaves out. Parameters that are not named have their defaults, `notifyEmail` has none.
 */
export function deployed(template: Template, values: Values = {}): Template {
  const { Parameters: _, Rules: __, Conditions: conditions, ...rest } = rawSchema.parse(template.toJSON());
  const resolve = createResolver({ notifyEmail: 'none', ...values }, conditions);
  const existing = (parts: Record<string, { Condition?: string | undefined }>) =>
    Object.fromEntries(
      Object.entries(parts).filter(([, { Condition: id }]) => id === undefined || resolve(conditions[id])),
    );
  const { Resources: resources, Outputs: outputs } = rest;
  return Template.fromJSON(
    resolve({ ...rest, Resources: existing(resources), Outputs: existing(outputs) }) as object,
  );
}

type Resolve = (value: unknown) => unknown;

function createResolver(values: Values, conditions: Record<string, unknown>): Resolve {
  const decide = (id: unknown) => resolve(conditions[String(id)]) === true;
  const functions: Record<string, (argument: unknown) => unknown> = {
    'Fn::Equals': (pair) => new Set((resolve(pair) as unknown[]).map(String)).size === 1,
    'Fn::Not': (list) => resolve((list as unknown[])[0]) !== true,
    'Fn::And': (list) => (list as unknown[]).every((one) => resolve(one) === true),
    'Fn::Or': (list) => (list as unknown[]).some((one) => resolve(one) === true),
    'Fn::If': (triple) => {
      const [id, yes, no] = triple as unknown[];
      return resolve(decide(id) ? yes : no);
    },
    'Fn::Join': (pair) => {
      const [separator, parts] = resolve(pair) as [string, unknown[]];
      const isText = parts.every((part) => typeof part !== 'object');
      return isText ? parts.join(separator) : { 'Fn::Join': [separator, parts] };
    },
    Ref: (name) => resolveReference(String(name), values),
    Condition: decide,
  };
  function resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(resolve).filter((each) => each !== removed);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [name = '', argument] = entries[0] ?? [];
    const evaluate = entries.length === 1 ? functions[name] : undefined;
    if (evaluate !== undefined) return evaluate(argument);
    return Object.fromEntries(
      entries
        .filter(([key, each]) => !(key === 'Condition' && typeof each === 'string'))
        .map(([key, each]) => [key, resolve(each)] as const)
        .filter(([, each]) => each !== removed),
    );
  }
  return resolve;
}

function resolveReference(name: string, values: Values): unknown {
  if (name === 'AWS::NoValue') return removed;
  if (!isSettingName(name)) return { Ref: name };
  const { type, default: initial }: { type: string; default?: unknown } = settings[name];
  const value = values[name] ?? initial;
  return type === 'Number' ? Number(value) : value;
}
