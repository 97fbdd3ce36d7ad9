import { CliError } from './cli-error.ts';
import { nearest } from './command-hint.ts';
import { commandName } from './terminal.ts';

/**
 * All there is to type: nouns with their verbs with their options, and the options of every verb. A noun that is
 * a command by itself has its options under the verb `''`.
 */
export interface Vocabulary {
  nouns: Record<string, Record<string, object>>;
  everywhere: string[];
}

function optionName(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}

/** The command as far as it is known, `['positions', 'list']`, the words it lacks and the options it has. */
function knownCommand(argv: string[], { nouns, everywhere }: Vocabulary) {
  const noun = argv.find((word) => Object.hasOwn(nouns, word));
  if (noun === undefined) return { path: [], next: Object.keys(nouns), options: everywhere };
  const verbs = nouns[noun] ?? {};
  const own = verbs[''];
  if (own !== undefined) return { path: [noun], next: [], options: [...everywhere, ...Object.keys(own)] };
  const verb = argv.slice(argv.indexOf(noun) + 1).find((word) => Object.hasOwn(verbs, word));
  if (verb === undefined) return { path: [noun], next: Object.keys(verbs), options: everywhere };
  return { path: [noun, verb], next: [], options: [...everywhere, ...Object.keys(verbs[verb] ?? {})] };
}

function didYouMean(word: string | undefined): string {
  return word === undefined ? '' : ` Did you mean ${word}?`;
}

/** Only what looks like an option or stands where a command stands is repeated: other words may be secrets. */
function describeUnknown(unknown: string[], argv: string[], vocabulary: Vocabulary): string {
  const { path, next, options } = knownCommand(argv, vocabulary);
  const option = unknown
    .map(optionName)
    .find((name) => argv.some((word) => word === name || word.startsWith(`${name}=`)));
  if (option !== undefined) {
    return `There is no option ${option}.${didYouMean(nearest(option, options.map(optionName)))}`;
  }
  if (next.length === 0) return `There are more words than ${path.join(' ')} takes.`;
  const word = argv.find((given) => unknown.includes(given)) ?? '';
  return `There is no command ${[...path, word].join(' ')}.${didYouMean(nearest(word, next))}`;
}

function listed(names: string | undefined): string[] {
  return (names ?? '').split(', ');
}

/** What a verb takes that is no option. */
const wordsOfNouns: Record<string, string[]> = {
  positions: ['<positionId>'],
  links: ['<linkId>'],
  accounts: ['<name>'],
};

/** @param counted yargs's own `got 0, need at least 1`. */
function missingWords(path: string[], counted: string | undefined): string[] {
  const isCreate = path.join(' ') === 'links create';
  const takes = isCreate ? ['<positionId>', '<action>'] : (wordsOfNouns[path[0] ?? ''] ?? []);
  const got = Number(/got (\d+)/.exec(counted ?? '')?.[1] ?? 0);
  const missing = takes.slice(got);
  return missing.length === 0 ? ['a word'] : missing;
}

/** @returns what yargs finds wrong, in our words and never with a value that was given. */
export function describeMisuse(message: string, argv: string[], vocabulary: Vocabulary): CliError {
  const [, kind, names] = /^([A-Za-z -]+): *(.*)$/s.exec(message) ?? [];
  const { path, options } = knownCommand(argv, vocabulary);
  const help = `See ${[commandName, ...path, '--help'].join(' ')}`;
  const named = (name: string) => (options.includes(name) ? optionName(name) : `<${name}>`);
  const refuse = (words: string, issues: string[] = []) =>
    new CliError('invalid-input', `${words}\n${help}`, { issues });
  if (kind?.startsWith('Unknown')) return refuse(describeUnknown(listed(names), argv, vocabulary));
  if (kind?.startsWith('Missing required'))
    return refuse(`Missing: ${listed(names).map(optionName).join(', ')}.`);
  if (kind === 'Not enough arguments following') return refuse(`${optionName(names ?? '')} needs a value.`);
  if (kind === 'Not enough non-option arguments')
    return refuse(`Missing: ${missingWords(path, names).join(' and ')}.`);
  if (kind === 'Invalid values') {
    const choices = [...message.matchAll(/Argument: (.+?), Given: .*?, Choices: (.*)/g)];
    const words = choices.map(
      ([, name, values]) => `${named(name ?? '')}: expected one of ${values?.replaceAll('"', '')}.`,
    );
    return refuse(words.join(' '));
  }
  return refuse(message);
}
