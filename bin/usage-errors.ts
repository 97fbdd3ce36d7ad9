import type { Argv } from 'yargs';
import { CliError } from './cli-error.ts';
import { commandName } from './command-hint.ts';
import { findNearestWord } from './nearest-word.ts';

export interface CommandWords {
  positionals?: readonly string[];
  options: object;
}

/** Everything that can be typed: nouns with their verbs, or a noun that is a command itself. */
export interface Vocabulary {
  nouns: Record<string, { verbs: Record<string, CommandWords> } | CommandWords>;
  sharedOptions: string[];
}

/** No argument can contain it, so it separates the parts of yargs's messages. */
const separator = '\0';
type UsageErrorCode =
  | 'unknown'
  | 'missing-option'
  | 'missing-value'
  | 'missing-words'
  | 'choices'
  | 'command';

function template(code: UsageErrorCode, ...values: string[]): string {
  return [code, ...values].join(separator);
}

/** For yargs's `demandCommand`, which takes a message of its own. */
export const missingCommand = template('command');

function countable(text: string) {
  return { one: text, other: text };
}

/** yargs's English messages, replaced by codes and values. */
const templates = {
  'Unknown argument: %s': countable(template('unknown', '%s')),
  'Unknown command: %s': countable(template('unknown', '%s')),
  'Missing required argument: %s': countable(template('missing-option', '%s')),
  'Not enough arguments following: %s': template('missing-value', '%s'),
  'Not enough non-option arguments: got %s, need at least %s': countable(
    template('missing-words', '%s', '%s'),
  ),
  'Invalid values:': 'choices',
  'Argument: %s, Given: %s, Choices: %s': `${separator}%s${separator}%s${separator}%s${separator}`,
};

/** Makes yargs report usage errors in the form that toUsageError reads. */
export function withStructuredErrors<Arguments>(yargs: Argv<Arguments>): Argv<Arguments> {
  // Its types know no countable message.
  return yargs.updateStrings(templates as unknown as Record<string, string>);
}

function toOption(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}

interface KnownCommand {
  /** The command as far as it is known: `['positions', 'list']`. */
  path: string[];
  /** The words of which one must follow. */
  next: string[];
  positionals: readonly string[];
  options: string[];
}

function findCommand(argv: string[], { nouns, sharedOptions }: Vocabulary): KnownCommand {
  const incomplete = { positionals: [], options: sharedOptions };
  const complete = (path: string[], { positionals = [], options }: CommandWords): KnownCommand => ({
    ...{ path, next: [], positionals },
    options: [...sharedOptions, ...Object.keys(options)],
  });
  const noun = argv.find((word) => Object.hasOwn(nouns, word));
  const words = noun === undefined ? undefined : nouns[noun];
  if (noun === undefined || words === undefined) return { path: [], next: Object.keys(nouns), ...incomplete };
  if (!('verbs' in words)) return complete([noun], words);
  const verb = argv.slice(argv.indexOf(noun) + 1).find((word) => Object.hasOwn(words.verbs, word));
  const found = verb === undefined ? undefined : words.verbs[verb];
  if (verb === undefined || found === undefined)
    return { path: [noun], next: Object.keys(words.verbs), ...incomplete };
  return complete([noun, verb], found);
}

function didYouMean(word: string | undefined): string {
  return word === undefined ? '' : ` Did you mean ${word}?`;
}

/** Repeats only an option, or the word in the place of a command: any other word may be a secret. */
function describeUnknown(unknown: string[], argv: string[], { path, next, options }: KnownCommand): string {
  const option = unknown
    .map(toOption)
    .find((name) => argv.some((word) => word === name || word.startsWith(`${name}=`)));
  if (option !== undefined)
    return `There is no option ${option}.${didYouMean(findNearestWord(option, options.map(toOption)))}`;
  if (next.length === 0) return `There are more words than ${path.join(' ')} takes.`;
  const word = argv.find((given) => unknown.includes(given)) ?? '';
  return `There is no command ${[...path, word].join(' ')}.${didYouMean(findNearestWord(word, next))}`;
}

function describeMissingCommand({ path, next }: KnownCommand): string {
  if (path.length === 0) return `Missing command. Try: ${commandName} positions list`;
  return `Missing command after ${path.join(' ')}. Expected one of ${next.join(', ')}.`;
}

function describeMissingWords(got: number, { positionals }: KnownCommand): string {
  const missing = positionals.slice(got);
  return `Missing: ${missing.length === 0 ? 'an argument' : missing.join(' and ')}.`;
}

/** @param values for each option: its name, the values given and allowed as JSON, and a line break. */
function describeChoices(values: string[], { options }: KnownCommand): string {
  const sentences: string[] = [];
  for (let index = 0; index + 2 < values.length; index += 4) {
    const [name = '', , allowed = ''] = values.slice(index);
    const choices = (JSON.parse(`[${allowed}]`) as string[]).join(', ');
    const option = options.includes(name) ? toOption(name) : `<${name}>`;
    sentences.push(`${option}: expected one of ${choices}.`);
  }
  return sentences.join(' ');
}

function splitNames(names = ''): string[] {
  return names.split(', ');
}

function describe(message: string, argv: string[], command: KnownCommand): string {
  const [code = '', ...values] = message.split(separator);
  const [first = ''] = values;
  const descriptions: Record<UsageErrorCode, () => string> = {
    unknown: () => describeUnknown(splitNames(first), argv, command),
    'missing-option': () => `Missing: ${splitNames(first).map(toOption).join(', ')}.`,
    'missing-value': () => `${toOption(first)} needs a value.`,
    'missing-words': () => describeMissingWords(Number(first), command),
    choices: () => describeChoices(values, command),
    command: () => describeMissingCommand(command),
  };
  const known = Object.hasOwn(descriptions, code.trim()) ? (code.trim() as UsageErrorCode) : undefined;
  return known === undefined ? message : descriptions[known]();
}

/** @returns yargs's usage error in sentences, without any value that was given. */
export function toUsageError(message: string, argv: string[], vocabulary: Vocabulary): CliError {
  const command = findCommand(argv, vocabulary);
  const help = `See ${[commandName, ...command.path, '--help'].join(' ')}`;
  return new CliError('invalid-input', `${describe(message, argv, command)}\n${help}`);
}
