import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { describeIssues } from '../../console/app/field-names.ts';
import { isAllowed } from '../../console/server/allowed-commands.ts';
import { commands } from '../../lib/admin/contract/commands.ts';

interface Definition {
  type: string;
  shape?: Record<string, z.core.$ZodType>;
  element?: z.core.$ZodType;
  innerType?: z.core.$ZodType;
  options?: z.core.$ZodType[];
}

/** @returns the paths of all fields of an input, as the admin function names them in issues. */
function listPaths(schema: z.core.$ZodType, path: string[] = []): string[] {
  const { shape, element, innerType, options } = schema._zod.def as Definition;
  const own = path.length === 0 ? [] : [path.join('.')];
  return [
    ...own,
    ...Object.entries(shape ?? {}).flatMap(([key, field]) => listPaths(field, [...path, key])),
    ...(element === undefined ? [] : listPaths(element, [...path, '0'])),
    ...(innerType === undefined ? [] : listPaths(innerType, path)),
    ...(options ?? []).flatMap((option) => listPaths(option, path)),
  ];
}

const sent = Object.entries(commands)
  .filter(([name]) => isAllowed(name))
  .flatMap(([name, { input }]) => [...new Set(listPaths(input))].map((path) => [name, path] as const));

describe('an error at a field of a command that the page sends', () => {
  it.each(sent)('of %s names %s in the words of the page', (_name, path) => {
    const words = describeIssues([`${path}: expected something else`]);
    expect(words).toMatch(/^[A-Z][^:]+: expected [^:]+\. Nothing was done\.$/);
    const key = path.split('.').findLast((part) => !/^\d+$/.test(part)) ?? path;
    if (/[A-Z]/.test(key)) expect(words).not.toContain(key);
  });

  it('is about the target or the stop that it is in', () => {
    expect(describeIssues(['takeProfits.1.price: expected more than zero'])).toBe(
      'Target 2 price: expected more than zero. Nothing was done.',
    );
    expect(describeIssues(['stopLoss.limitPrice: expected more than zero'])).toBe(
      'Stop LIMIT price: expected more than zero. Nothing was done.',
    );
  });
});
