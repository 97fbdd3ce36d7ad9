import type { Stack } from '@aws-sdk/client-cloudformation';
import { isSettingName } from '../../infra/stack/setting-definitions.ts';
import type { SettingValues } from './plan-deployment.ts';

/** There is only a change set, or the first deployment failed: CDK then creates the stack, without any earlier parameter. */
const notCreated = new Set<Stack['StackStatus']>([
  'REVIEW_IN_PROGRESS',
  'ROLLBACK_COMPLETE',
  'ROLLBACK_FAILED',
]);

const ownAddress = /\.execute-api\.[^.]+\.amazonaws\.com(\.cn)?$/;

/** @returns the settings of the stack; undefined if there is none that a deployment would update. */
export function toSettings(stack: Stack | undefined): SettingValues | undefined {
  if (stack === undefined || notCreated.has(stack.StackStatus)) return undefined;
  const { Parameters = [], Outputs = [] } = stack;
  const found: SettingValues = Object.fromEntries(
    Parameters.flatMap(({ ParameterKey: name = '', ParameterValue: value = '' }) =>
      isSettingName(name) ? [[name, value]] : [],
    ),
  );
  // A stack from before these parameters shows its domain only in what its links start with.
  const baseUrl = Outputs.find(({ OutputKey }) => OutputKey === 'BaseUrl')?.OutputValue ?? '';
  const host = URL.parse(baseUrl)?.hostname ?? '';
  const isDomain = host !== '' && !ownAddress.test(host);
  return found.domainName === undefined && isDomain ? { ...found, domainName: host } : found;
}
