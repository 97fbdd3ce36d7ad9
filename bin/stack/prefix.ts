import { expectedPrefix, prefixPattern } from '../../infra/stack/setting-definitions.ts';
import { CliError } from '../cli-error.ts';

/**
 * @param unchanged what the command has not done, such as `Nothing was deployed.`
 * @throws CliError if the prefix can't name a stage.
 */
export function checkPrefix(prefix: string, unchanged: string): string {
  if (prefixPattern.test(prefix)) return prefix;
  throw new CliError(
    'invalid-input',
    `The prefix is ${JSON.stringify(prefix)}: ${expectedPrefix}. ${unchanged}`,
  );
}
