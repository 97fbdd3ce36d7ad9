import {
  findExpectation,
  isSettingName,
  type SettingName,
  settingNames,
  settings,
  unset,
} from '../../infra/stack/setting-definitions.ts';
import { CliError } from '../cli-error.ts';

/** What a command line asks for. */
export interface DeployArguments {
  prefix: string;
  profile: string | undefined;
  /** Settings with a new value. */
  set: Partial<Record<SettingName, string>>;
  /** Settings to be removed, or returned to their defaults. */
  unset: SettingName[];
  yes: boolean;
  /** Everything that `cdk deploy` understands by itself. */
  others: string[];
}

const settingOptions = new Set(['-c', '--context', '--set', '--parameters']);

/** @throws CliError if a setting is unknown or has a wrong value. */
export function parseDeployArguments(argv: string[]): DeployArguments {
  const parsed: DeployArguments = {
    prefix: 'ripcord',
    profile: undefined,
    set: {},
    unset: [],
    yes: false,
    others: [],
  };
  const words = argv.flatMap(splitOption);
  while (words.length > 0) {
    const word = words.shift() ?? '';
    if (/^--(no-)?previous-parameters/.test(word))
      throw refuse(`${word} would return every setting to its default. Use --unset for single ones.`);
    if (word === '--yes') parsed.yes = true;
    else if (word === '--unset') parsed.unset.push(toSettingName(takeValue(word, words)));
    else if (settingOptions.has(word)) takeSetting(parsed, word, takeValue(word, words));
    else {
      if (word === '--profile') parsed.profile = words[0];
      parsed.others.push(word);
    }
  }
  return parsed;
}

/** `--set=name=value` is `--set name=value`, and `-cname=value` is `-c name=value`. */
function splitOption(word: string): string[] {
  if (/^-c[^=]/.test(word)) return ['-c', word.slice('-c'.length)];
  const [, option, value] = /^(-c|--context|--set|--unset|--parameters|--profile)=(.*)$/s.exec(word) ?? [];
  return option === undefined || value === undefined ? [word] : [option, value];
}

function takeValue(option: string, words: string[]): string {
  const value = words.shift();
  if (value === undefined) throw refuse(`${option} needs a value.`);
  return value;
}

function takeSetting(parsed: DeployArguments, option: string, pair: string): void {
  const [, name = '', value = ''] = /^([^=]*)=(.*)$/s.exec(pair) ?? [];
  const isContext = option === '-c' || option === '--context';
  if (name === 'prefix') {
    parsed.prefix = value;
    return;
  }
  if (isContext && /[:/]/.test(name)) {
    parsed.others.push('-c', pair);
    return;
  }
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
