import { z } from 'zod';

/** The part of JSON Schema that the contract uses. */
export interface JsonSchema {
  type?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: JsonSchema[] | undefined;
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  minimum?: number;
  maximum?: number;
  description?: string;
}

export interface Field {
  /** Nested fields have a path, such as `account.apiKey`. */
  path: string;
  schema: JsonSchema;
  required: boolean;
}

/** @param io what a caller sends, or what it gets: a default makes a field optional only in the input. */
export function toJsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  return z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as JsonSchema;
}

/** @returns the fields of an object, followed by the fields of the objects in it, in lists of it too. */
export function listFields(schema: JsonSchema, parent = ''): Field[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const path = `${parent}${name}`;
    const required = schema.required?.includes(name) ?? false;
    const inner = withoutNull(field);
    const nested =
      inner.type === 'array' ? listFields(inner.items ?? {}, `${path}[].`) : listFields(inner, `${path}.`);
    return [{ path, schema: field, required }, ...nested];
  });
}

/** @returns what a nullable value is when it is not null. */
export function withoutNull(schema: JsonSchema): JsonSchema {
  const others = schema.anyOf?.filter(({ type }) => type !== 'null') ?? [];
  const [only] = others;
  return only !== undefined && others.length === 1 ? { ...schema, anyOf: undefined, ...only } : schema;
}

/** @returns a type in words: `text`, `list of text`, `whole number from 1 to 500`, `"close"` or `"keep"`. */
export function describeType(schema: JsonSchema): string {
  if (schema.enum !== undefined) return schema.enum.map(toCode).join(', ');
  if (schema.const !== undefined) return toCode(schema.const);
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(describeType))].join(' or ');
  switch (schema.type) {
    case 'array':
      return `list of ${describeType(schema.items ?? {})}`;
    case 'integer':
      return `whole number${describeRange(schema)}`;
    case 'string':
      return 'text';
    case 'boolean':
      return 'true or false';
    default:
      return schema.type ?? 'any value';
  }
}

function toCode(value: unknown): string {
  return `\`${JSON.stringify(value)}\``;
}

function describeRange({ minimum, maximum }: JsonSchema): string {
  return minimum !== undefined && maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER
    ? ` from ${minimum} to ${maximum}`
    : '';
}
