import type { Stack } from '@aws-sdk/client-cloudformation';
import { isSettingName } from '../../infra/stack/setting-definitions.ts';
import type { SettingValues } from './plan-deployment.ts';

/** There is only a change set, or the first deployment failed: CDK then creates the stack, without any earlier parameter. */
const notCreated = new Set<Stack['StackStatus']>([
  'REVIEW_IN_PROGRESS',
  'ROLLBACK_COMPLETE',
  'ROLLBACK_FAILED',
]);

/** @returns the settings of the stack; undefined if there is none that a deployment would update. */
export function toSettings(stack: Stack | undefined): SettingValues | undefined {
  if (stack === undefined || notCreated.has(stack.StackStatus)) return undefined;
  return Object.fromEntries(
    (stack.Parameters ?? []).flatMap(({ ParameterKey: name = '', ParameterValue: value = '' }) =>
      isSettingName(name) ? [[name, value]] : [],
    ),
  );
}
