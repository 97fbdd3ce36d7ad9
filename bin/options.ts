import type { InferredOptionTypes, Options } from 'yargs';
import { CliError } from './cli-error.ts';
import { commandName } from './terminal.ts';

export const localDefault = 'http://127.0.0.1:8787';
export const localFunctionName = 'ripcord-admin';
const place = 'Where the admin function is:';

/** On every command. */
export const sharedOptions = {
  json: { type: 'boolean', default: false, describe: 'Print the result as JSON and nothing else' },
  region: { type: 'string', requiresArg: true, group: place, describe: 'AWS region' },
  profile: { type: 'string', requiresArg: true, group: place, describe: 'AWS profile' },
  stack: {
    type: 'string',
    requiresArg: true,
    group: place,
    describe: 'Stack whose output AdminFunctionName names it [default: Ripcord]',
  },
  function: { type: 'string', requiresArg: true, group: place, describe: 'Its name, instead of a stack' },
  local: {
    type: 'string',
    group: place,
    describe: `The local stack, at ${localDefault} or the URL given (also RIPCORD_LOCAL=1 or =URL)`,
  },
} as const satisfies Record<string, Options>;
export type SharedArguments = InferredOptionTypes<typeof sharedOptions>;

export const yesOption = {
  yes: { alias: 'y', type: 'boolean', default: false, describe: "Don't ask, do it" },
} as const satisfies Record<string, Options>;

/** @returns an option of text: never turned into a number, so that "0.10" stays "0.10". */
export function text<Rest extends Options>(describe: string, rest: Rest) {
  return { type: 'string', requiresArg: true, describe, ...rest } as const;
}

/** @returns what stands for a whole number as one, and all else as it was typed, for the contract to refuse. */
export function wholeNumber(typed: string | undefined): number | string | undefined {
  return typed !== undefined && /^\d{1,9}$/.test(typed) ? Number(typed) : typed;
}

/** The options that may be given several times. */
export const repeatable: ReadonlySet<string> = new Set(['entry', 'exit', 'option', 'sources', '_']);

export type Place =
  | { kind: 'local'; url: string }
  | {
      kind: 'aws';
      region: string | undefined;
      profile: string | undefined;
      functionName: string | undefined;
      stack: string;
    };

function localUrlOf(value: string): string {
  const url = URL.parse(value.includes('://') ? value : `http://${value}`);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new CliError('invalid-input', `--local: expected an http URL such as ${localDefault}`);
  return url.origin;
}

/** @returns where to send commands. What is named on the line goes before the environment. */
export function placeOf(args: SharedArguments, environment: NodeJS.ProcessEnv): Place {
  const { region, profile } = args;
  const aws = [region, profile, args.function, args.stack].some((option) => option !== undefined);
  if (args.local !== undefined) {
    if (aws)
      throw new CliError(
        'invalid-input',
        '--local goes without --region, --profile, --stack and --function: it is this machine or AWS.',
      );
    return { kind: 'local', url: localUrlOf(args.local || localDefault) };
  }
  const wanted = environment.RIPCORD_LOCAL ?? '';
  if (!aws && wanted !== '' && wanted !== '0')
    return { kind: 'local', url: localUrlOf(wanted === '1' ? localDefault : wanted) };
  return { kind: 'aws', region, profile, functionName: args.function, stack: args.stack ?? 'Ripcord' };
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** Where a person said the admin function is. */
export type Target = Pick<SharedArguments, 'local' | 'region' | 'profile' | 'stack' | 'function'>;

/** @returns a command to copy, which goes where the one that suggests it went. */
export function suggested(words: string, { local, ...aws }: Target): string {
  const { region, profile, stack, function: functionName } = aws;
  const named = Object.entries({ region, profile, stack, function: functionName }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name} ${quoted(value)}`],
  );
  const url = local === undefined ? undefined : localUrlOf(local || localDefault);
  const here = url === undefined ? [] : [url === localDefault ? '--local' : `--local ${url}`];
  return [commandName, words, ...here, ...named].join(' ');
}

/** @returns the arguments with a bare `--local` made whole, so that it doesn't take the next word for its URL. */
export function withWholeLocal(argv: string[]): string[] {
  return argv.map((word, index) =>
    word === '--local' && !/^(https?:\/\/\S+|[\w.-]+:\d+)$/.test(argv[index + 1] ?? '')
      ? `--local=${localDefault}`
      : word,
  );
}
