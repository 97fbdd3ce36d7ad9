import type { Stack } from '@aws-sdk/client-cloudformation';
import { isSettingName } from '../../infra/stack/setting-definitions.ts';
import type { SettingValues } from './plan-deployment.ts';
import { toStackState } from './stack-state.ts';

/** @returns the settings of the stack; undefined if there is none that a deployment would update. */
export function toSettings(stack: Stack | undefined): SettingValues | undefined {
  if (stack === undefined || /^(missing|unfinished)$/.test(toStackState(stack.StackStatus))) return undefined;
  return Object.fromEntries(
    (stack.Parameters ?? []).flatMap(({ ParameterKey: name = '', ParameterValue: value = '' }) =>
      isSettingName(name) ? [[name, value]] : [],
    ),
  );
}
