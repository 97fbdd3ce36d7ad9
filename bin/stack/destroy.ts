import type { Argv } from 'yargs';
import { CliError } from '../cli-error.ts';
import type { SharedArguments } from '../options.ts';
import { describeAwsFailure } from './aws-failure.ts';
import { type DestroyOptions, destroyOptions, parseStage } from './destroy-arguments.ts';

export const destroySummary = 'Deletes the stack, the stored keys and the channels; the table stays';

export function buildDestroy(yargs: Argv<SharedArguments>) {
  return yargs
    .positional('stage', { type: 'string', describe: 'Name of the stage, its prefix: ripcord by default' })
    .options(destroyOptions)
    .example('$0 destroy', 'shows what would stop working, and asks for the name')
    .example('$0 destroy --yes ripcord', 'without a question, also while links are armed');
}

/** Loads the AWS clients. */
export async function runDestroy(options: DestroyOptions): Promise<void> {
  const named = parseStage(options);
  const { destroyStage } = await import('./destroy-stage.ts');
  await destroyStage(options, named).catch((thrown: unknown) => {
    if (thrown instanceof CliError) throw thrown;
    const next = 'What was not deleted yet is there. Run the command again.';
    throw new CliError('failed', `${describeAwsFailure(thrown)}. ${next}`, { cause: thrown });
  });
}
