import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { printRemark } from '../terminal.ts';
import { toClientSettings } from './aws-client-settings.ts';
import { describeAwsFailure } from './aws-failure.ts';
import type { ConcurrencyQuota } from './concurrency.ts';
import type { Stage } from './stage.ts';

/** @returns undefined, after a remark, if Lambda does not answer. A deployment then decides without the quota. */
export async function readQuota({ target }: Stage): Promise<ConcurrencyQuota | undefined> {
  const lambda = new LambdaClient(toClientSettings(target));
  try {
    const { AccountLimit: found } = await lambda.send(new GetAccountSettingsCommand({}));
    const { ConcurrentExecutions: limit, UnreservedConcurrentExecutions: unreserved } = found ?? {};
    return limit === undefined || unreserved === undefined ? undefined : { limit, unreserved };
  } catch (thrown) {
    printRemark(`The quota of concurrent executions can't be read: ${describeAwsFailure(thrown)}`);
    return undefined;
  }
}
