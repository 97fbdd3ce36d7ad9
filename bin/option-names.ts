import type { z } from 'zod';
import { type CommandInput, type CommandName, commands } from '../lib/admin/contract/commands.ts';
import { CliError } from './cli-error.ts';
import { suggested, type Target } from './options.ts';

/** The contract's fields by what a person typed. */
const typed: Record<string, string> = {
  account: '--account',
  symbol: '--symbol',
  side: '--side',
  entryOrderIds: '--entry',
  exitOrderIds: '--exit',
  amount: '--amount',
  cost: '--cost',
  price: '--price',
  type: '--type',
  label: '--label',
  requestId: '--request-id',
  open: '--open',
  expiresIn: '--expires-in',
  maxUses: '--max-uses',
  confirm: '--confirm',
  methods: '--post-only',
  sources: '--sources',
  percent: '--percent',
  limit: '--limit',
  positionId: '<positionId>',
  linkId: '<linkId>',
  action: '<action>',
  name: '<name>',
  'account.exchange': '--exchange',
  'account.sandbox': '--sandbox',
  'account.baseUrl': '--base-url',
  'account.options': '--option',
  'account.apiKey': 'apiKey',
  'account.secret': 'secret',
  'account.password': 'password',
};

function typedField(path: string[]): string {
  return typed[path.slice(0, 2).join('.')] ?? typed[path[0] ?? ''] ?? path.join('.');
}

/** Field names inside a sentence: only those that nobody would take for an English word. */
function withTypedNames(sentence: string): string {
  return sentence.replaceAll(
    /\b(entryOrderIds|exitOrderIds|requestId|baseUrl|positionId|linkId|expiresIn|maxUses)\b/g,
    (name) => typed[name] ?? typed[`account.${name}`] ?? name,
  );
}

/** `positions.closeAll` and `history.list` as a person types them. */
function typedCommand(name: string, target: Target): string {
  const [noun = '', verb = ''] = name.split('.');
  const words = verb.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return suggested(noun === 'history' ? noun : `${noun} ${words}`, target);
}

/** What the contract spells out itself, as a person types it. */
const wholeCommand = /\bripcord (accounts add (?!--)[\w-]+(?: --exchange [a-z]+)?(?: --replace)?)/g;

/** @returns a sentence of the contract, which speaks of commands and fields, in the words of the command line. */
export function typedSentence(sentence: string, target: Target): string {
  return withTypedNames(sentence)
    .replaceAll(/\b[a-z]+\.[a-z]+\b/gi, (name) =>
      Object.hasOwn(commands, name) ? `"${typedCommand(name, target)}"` : name,
    )
    .replaceAll(wholeCommand, (_, words: string) => suggested(words, target));
}

/** @returns a finding of the contract, `field: expected …`, in the words of the command line. */
export function typedIssue(issue: string): string {
  const [, path, rest] = /^([A-Za-z][A-Za-z0-9.[\]]*): (.*)$/s.exec(issue) ?? [];
  if (path === undefined || rest === undefined) return withTypedNames(issue);
  return `${typedField(path.split(/[.[\]]+/).filter((part) => part !== ''))}: ${withTypedNames(rest)}`;
}

function isNumber({ origin }: { origin: string }): boolean {
  return origin === 'number' || origin === 'int';
}

/** The contract's words, where zod's own would not help a person. */
const words: z.core.$ZodErrorMap = (issue) => {
  if (issue.input === undefined) return 'is missing';
  if (issue.code === 'invalid_type' && issue.expected === 'number') return 'expected a whole number';
  if (issue.code === 'invalid_value') return `expected one of ${issue.values.join(', ')}`;
  if (issue.code === 'too_small' && issue.origin === 'string') return 'expected some text';
  if (issue.code === 'too_small' && isNumber(issue)) return `expected at least ${issue.minimum}`;
  if (issue.code === 'too_big' && isNumber(issue)) return `expected at most ${issue.maximum}`;
  return undefined;
};

/**
 * @param names what a person types for a field, where this command has another word for it than others have.
 * @returns the input as the contract takes it; throws a Refusal that names options, before anything is sent.
 */
export function check<Name extends CommandName>(
  name: Name,
  input: object,
  names: Record<string, string> = {},
): CommandInput<Name> {
  const definitions: { [Key in CommandName]: { input: z.ZodType<CommandInput<Key>> } } = commands;
  const parsed = definitions[name].input.safeParse(input, { error: words });
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(
    ({ path, message }) =>
      `${names[String(path[0])] ?? typedField(path.map(String))}: ${withTypedNames(message)}`,
  );
  throw new CliError('invalid-input', 'Nothing was sent: this has to be put right first.', { issues });
}
