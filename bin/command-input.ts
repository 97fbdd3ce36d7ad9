import type { z } from 'zod';
import { type CommandInput, type CommandName, commands } from '../lib/admin/contract/commands.ts';
import { CliError } from './cli-error.ts';
import { toOptionName } from './option-names.ts';

function isNumber({ origin }: { origin: string }): boolean {
  return origin === 'number' || origin === 'int';
}

/** Messages for issues to which the contract gives none of its own. */
const describeIssue: z.core.$ZodErrorMap = (issue) => {
  if (issue.input === undefined) return 'is missing';
  if (issue.code === 'invalid_type' && issue.expected === 'number') return 'expected a whole number';
  if (issue.code === 'invalid_value') return `expected one of ${issue.values.join(', ')}`;
  if (issue.code === 'too_small' && issue.origin === 'string') return 'expected some text';
  if (issue.code === 'too_small' && isNumber(issue)) return `expected at least ${issue.minimum}`;
  if (issue.code === 'too_big' && isNumber(issue)) return `expected at most ${issue.maximum}`;
  return undefined;
};

interface Wording<Fields> {
  /** Fields that this command sets with another option than other commands do. */
  names?: Record<string, string>;
  /** Sentences for the contract's refinements of several fields, by the field at which it reports them. */
  rules?: Record<string, (fields: Fields) => string | undefined>;
}

/** @returns the input for a command. Throws a CliError that names options, before anything is sent. */
export function parseInput<Name extends CommandName, Fields extends object>(
  name: Name,
  fields: Fields,
  { names = {}, rules = {} }: Wording<Fields> = {},
): CommandInput<Name> {
  const definitions: { [Key in CommandName]: { input: z.ZodType<CommandInput<Key>> } } = commands;
  const parsed = definitions[name].input.safeParse(fields, { error: describeIssue });
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ code, path, message }) => {
    const field = String(path[0]);
    const sentence = code === 'custom' ? rules[field]?.(fields) : undefined;
    return sentence ?? `${names[field] ?? toOptionName(path)}: ${message}`;
  });
  throw new CliError('invalid-input', 'Nothing was sent. Fix this first:', { issues });
}
