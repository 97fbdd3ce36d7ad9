import type { Argv, InferredOptionTypes } from 'yargs';
import { commands } from '../lib/admin/contract/commands.ts';
import { createAdminClient } from './admin-client.ts';
import { parseInput } from './command-input.ts';
import { positionArgument, type SharedArguments, textOption } from './options.ts';
import { describePosition } from './position-text.ts';
import { printResult } from './terminal.ts';

export const editOptions = {
  tag: textOption('Its new tag; "" removes it', { requiresArg: false }),
  label: textOption('Your new name for the position; "" removes it', { requiresArg: false }),
  'naked-watch': {
    type: 'boolean',
    describe: 'Send a notice if its stop is missing at the exchange; --no-naked-watch turns this off',
  },
} as const;

type EditArguments = SharedArguments & InferredOptionTypes<typeof editOptions> & { positionId: string };

async function editPosition(args: EditArguments): Promise<void> {
  const { positionId, tag, label, 'naked-watch': nakedWatch } = args;
  const fields = {
    positionId,
    tag: tag === '' ? null : tag,
    label: label === '' ? null : label,
    nakedWatch,
  };
  const isEmpty = tag === undefined && label === undefined && nakedWatch === undefined;
  const input = parseInput('positions.edit', fields, {
    rules: { tag: () => (isEmpty ? 'Use --tag, --label or --no-naked-watch.' : undefined) },
  });
  const result = await createAdminClient(args).call('positions.edit', input);
  printResult(args, result, () => describePosition(result.position));
}

export function editCommand(yargs: Argv<SharedArguments>) {
  return yargs.command(
    'edit <positionId>',
    commands['positions.edit'].summary,
    (y) =>
      y
        .positional('positionId', positionArgument)
        .options(editOptions)
        .example('$0 positions edit pos_4k1z09qj3m2x --tag trend', 'links for the tag match it from now on')
        .example('$0 positions edit pos_4k1z09qj3m2x --tag ""', 'removes the tag')
        .example('$0 positions edit pos_4k1z09qj3m2x --no-naked-watch', 'no notice about a missing stop'),
    (args) => editPosition(args),
  );
}
