import type { InferredOptionTypes } from 'yargs';
import {
  findExpectation,
  isSettingName,
  type SettingName,
  settingNames,
  settings,
  unset,
} from '../../infra/stack/setting-definitions.ts';
import type { CommandInput } from '../../lib/admin/contract/commands.ts';
import { CliError } from '../cli-error.ts';
import { commandName } from '../command-hint.ts';
import { pairsOption, type SharedArguments, textOption, yesOption } from '../options.ts';
import { checkPrefix } from './prefix.ts';

/** Holds the token or URL of the channel that --notify names. */
export const notifySecretVariable = 'RIPCORD_NOTIFY_SECRET';

export const deployOptions = {
  set: pairsOption('name=value: the new value of a setting'),
  unset: pairsOption('Name of a setting to reset to its default'),
  parameters: pairsOption('The same as --set'),
  context: { ...pairsOption('The same as --set'), alias: 'c' },
  notify: textOption(
    `none, email:ADDRESS, telegram:CHAT_ID, or another kind of channel; its secret comes from stdin, a prompt or ${notifySecretVariable}`,
    {},
  ),
  'require-approval': {
    type: 'string',
    choices: ['never', 'broadening', 'any-change'],
    describe: 'When to ask [default: any-change at a terminal, else broadening]; never is --yes',
  },
  ...yesOption,
} as const;

/** What the command line passes to `deploy`. */
export type DeployOptions = SharedArguments & InferredOptionTypes<typeof deployOptions>;

/** Where notices go: nowhere, to an e-mail address, which is a setting of the stack, or to a channel. */
export interface NoticeChoice {
  /** The setting `notifyEmail`; undefined leaves it. */
  notifyEmail?: string;
  /** Added and tested after the deployment. */
  channel?: CommandInput<'notify.add'>;
}

/** What a command line asks for. */
export interface DeployArguments {
  prefix: string;
  profile: string | undefined;
  region: string | undefined;
  /** Settings with a new value. */
  set: Partial<Record<SettingName, string>>;
  /** Settings to be removed, or returned to their defaults. */
  unset: SettingName[];
  /** Where notices go, as it is typed or as it was read. */
  notify: string | NoticeChoice | undefined;
  yes: boolean;
  /** When to ask, as `cdk deploy` names it. */
  requireApproval: string | undefined;
}

/** @throws CliError if a setting is unknown or has a wrong value. */
export function parseDeployArguments(options: DeployOptions): DeployArguments {
  const parsed: DeployArguments = {
    prefix: options.prefix ?? 'ripcord',
    profile: options.profile,
    region: options.region,
    set: {},
    unset: (options.unset ?? []).map(toSettingName),
    notify: options.notify,
    yes: options.yes || options['require-approval'] === 'never',
    requireApproval: options['require-approval'],
  };
  for (const pair of options.context ?? []) takeSetting(parsed, pair);
  for (const pair of [...(options.parameters ?? []), ...(options.set ?? [])]) takeSetting(parsed, pair);
  checkPrefix(parsed.prefix, 'Nothing was deployed.');
  if (options.local !== undefined)
    throw refuse(`--local is for commands of the local stack. Start it with ${commandName} start.`);
  return parsed;
}

function takeSetting(parsed: DeployArguments, pair: string): void {
  const [, name = '', value = ''] = /^([^=]*)=(.*)$/s.exec(pair) ?? [];
  if (name === 'prefix') {
    parsed.prefix = value;
    return;
  }
  if (/[:/]/.test(name)) throw refuse(`${name} is a setting of CDK. Use it with: npx cdk deploy -c ${pair}`);
  const known = toSettingName(name === '' ? pair : name);
  // The first deployment has to name notifyEmail, which has no default, and may name "none".
  const definition = settings[known];
  if (value === unset && 'default' in definition && definition.default === unset)
    throw refuse(`${known}=${unset} would remove the setting. Use --unset ${known}.`);
  const expectation = findExpectation(known, value);
  if (expectation !== undefined) throw refuse(`${known} is ${JSON.stringify(value)}: ${expectation}.`);
  parsed.set[known] = value;
}

function toSettingName(name: string): SettingName {
  if (isSettingName(name)) return name;
  throw refuse(`There is no setting "${name}". Settings: prefix, ${settingNames.join(', ')}.`);
}

function refuse(message: string): CliError {
  return new CliError('invalid-input', `${message} Nothing was deployed.`);
}
