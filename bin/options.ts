import type { InferredOptionTypes, Options } from 'yargs';
import { CliError } from './cli-error.ts';

export const localDefault = 'http://127.0.0.1:8787';
const defaultPrefix = 'ripcord';
const targetGroup = 'Target:';

/** Every command has these options. */
export const sharedOptions = {
  json: { type: 'boolean', default: false, describe: 'Print only the result, as JSON' },
  region: { type: 'string', requiresArg: true, group: targetGroup, describe: 'AWS region' },
  profile: { type: 'string', requiresArg: true, group: targetGroup, describe: 'AWS profile' },
  prefix: {
    type: 'string',
    requiresArg: true,
    group: targetGroup,
    describe: `Prefix of the deployment [default: ${defaultPrefix}]`,
  },
  local: {
    type: 'string',
    group: targetGroup,
    describe: `The local stack, at ${localDefault} or the URL given (also RIPCORD_LOCAL=1 or =URL)`,
  },
} as const satisfies Record<string, Options>;
export type SharedArguments = InferredOptionTypes<typeof sharedOptions>;

export const yesOption = {
  yes: { alias: 'y', type: 'boolean', default: false, describe: 'Skip the confirmation' },
} as const satisfies Record<string, Options>;

/** @returns an option whose value stays text: "0.10" is never turned into a number. */
export function textOption<Rest extends Options>(describe: string, rest: Rest) {
  return { type: 'string', requiresArg: true, describe, ...rest } as const;
}

/** @returns an option that collects its values. */
export function listOption(describe: string) {
  return { type: 'string', array: true, requiresArg: true, describe: `${describe}; repeatable` } as const;
}

/** @returns an option that takes one value each time, so that a word after the value is not a second one. */
export function pairsOption(describe: string) {
  return { ...listOption(describe), nargs: 1 } as const;
}

/** @returns a whole number as a number; anything else as typed, so that the contract rejects it. */
export function parseWholeNumber(typed: string | undefined): number | string | undefined {
  return typed !== undefined && /^\d{1,9}$/.test(typed) ? Number(typed) : typed;
}

/** Options that may be given more than once. */
export const repeatable: ReadonlySet<string> = new Set([
  'entry',
  'exit',
  'take-profit',
  'option',
  'egress',
  'sources',
  'set',
  'unset',
  'parameters',
  'context',
  'c',
  '_',
]);

export interface AwsDestination {
  kind: 'aws';
  region: string | undefined;
  profile: string | undefined;
  functionName: string;
}
export type Destination = { kind: 'local'; url: string; functionName: string } | AwsDestination;

/** @returns scheme, host and port. Throws a CliError if there is no http URL. */
export function parseLocalUrl(value: string): string {
  const url = URL.parse(value.includes('://') ? value : `http://${value}`);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new CliError('invalid-input', `--local: expected an http URL such as ${localDefault}`);
  return url.origin;
}

function toLocalDestination(value: string): Destination {
  return { kind: 'local', url: parseLocalUrl(value), functionName: `${defaultPrefix}-admin` };
}

/** @returns where to send commands. Options win over the environment. */
export function parseDestination(args: SharedArguments, environment: NodeJS.ProcessEnv): Destination {
  const { local, region, profile, prefix } = args;
  const hasAwsOption = [region, profile, prefix].some((option) => option !== undefined);
  if (local !== undefined) {
    if (hasAwsOption)
      throw new CliError(
        'invalid-input',
        'Use either --local or the AWS options --region, --profile and --prefix.',
      );
    return toLocalDestination(local || localDefault);
  }
  const wanted = environment.RIPCORD_LOCAL ?? '';
  if (!hasAwsOption && wanted !== '' && wanted !== '0')
    return toLocalDestination(wanted === '1' ? localDefault : wanted);
  return { kind: 'aws', region, profile, functionName: `${prefix ?? defaultPrefix}-admin` };
}

/** @returns the arguments with a value for a bare `--local`, which would take the next word for its URL. */
export function completeLocalOption(argv: string[]): string[] {
  return argv.map((word, index) =>
    word === '--local' && !/^(https?:\/\/\S+|[\w.-]+:\d+)$/.test(argv[index + 1] ?? '')
      ? `--local=${localDefault}`
      : word,
  );
}

/** @returns the arguments with `-c name=value` for `-cname=value`, which yargs would read as several short options. */
export function splitContextOption(argv: string[]): string[] {
  return argv.flatMap((word) => (/^-c[^=]+=/.test(word) ? ['-c', word.slice('-c'.length)] : [word]));
}

/** The argument of every verb that acts on one position. */
export const positionArgument = {
  type: 'string',
  describe: 'Id of the position, pos_…',
  demandOption: true,
} as const;
