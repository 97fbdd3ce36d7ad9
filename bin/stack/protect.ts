import type { CloudFormationClient, Stack } from '@aws-sdk/client-cloudformation';
import { printRemark } from '../terminal.ts';
import { describeAwsFailure } from './aws-failure.ts';
import { setTerminationProtection } from './cloud-formation.ts';
import { createTables, setDeletionProtection } from './dynamo-tables.ts';
import type { Stage } from './stage.ts';

/** Protects the stack and its table from deletion. A template can set neither without blocking a first deployment's rollback. */
export async function protect(client: CloudFormationClient, stage: Stage, stack: Stack): Promise<void> {
  const table = (stack.Outputs ?? []).find(({ OutputKey }) => OutputKey === 'TableName')?.OutputValue;
  await warn(`The stack ${stage.stackName}`, async () => {
    if (stack.EnableTerminationProtection !== true)
      await setTerminationProtection(client, stage.stackName, 'on');
  });
  if (table !== undefined)
    await warn(`The table ${table}`, () => setDeletionProtection(createTables(stage.target), table, 'on'));
}

/** The deployment itself has ended well, so a failure is a warning, and the next deployment tries again. */
async function warn(what: string, change: () => Promise<void>): Promise<void> {
  await change().catch((thrown: unknown) => {
    printRemark(
      `${what} is not protected from deletion (${describeAwsFailure(thrown)}). The next deployment tries again.`,
    );
  });
}
