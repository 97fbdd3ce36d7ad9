import type { InferredOptionTypes } from 'yargs';
import { CliError } from '../cli-error.ts';
import { type SharedArguments, yesOption } from '../options.ts';
import { checkPrefix } from './prefix.ts';

export const destroyOptions = {
  yes: { ...yesOption.yes, describe: 'Skip the questions; needs the name of the stage' },
  'keep-keys': { type: 'boolean', default: false, describe: 'Keep the stored API keys and channels' },
  'delete-table': { type: 'string', describe: 'Delete the table too, for good; its name confirms it' },
} as const;

export type DestroyOptions = SharedArguments &
  InferredOptionTypes<typeof destroyOptions> & { stage?: string | undefined };

/** A stage, and whether the command line names it, which confirms the destruction together with --yes. */
export interface NamedStage {
  prefix: string;
  isNamed: boolean;
}

export function parseStage({ stage, prefix, local }: DestroyOptions): NamedStage {
  if (local !== undefined)
    throw refuse('The local stack has nothing in AWS: delete its folder .ripcord/ instead.');
  // The name of the stack is accepted too.
  const named = stage === undefined ? undefined : stage.charAt(0).toLowerCase() + stage.slice(1);
  if (named !== undefined && prefix !== undefined && named !== prefix)
    throw refuse(`The command names two stages, ${stage} and ${prefix}.`);
  return {
    prefix: checkPrefix(named ?? prefix ?? 'ripcord', 'Nothing was destroyed.'),
    isNamed: (named ?? prefix) !== undefined,
  };
}

export function refuse(message: string): CliError {
  return new CliError('refused', `Nothing was destroyed: ${message}`);
}
