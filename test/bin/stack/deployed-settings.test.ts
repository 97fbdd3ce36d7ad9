import { expect, test } from 'vitest';
import { toSettings } from '../../../bin/stack/deployed-settings.ts';

const stack = {
  StackName: 'Ripcord',
  CreationTime: new Date(0),
  Parameters: [
    { ParameterKey: 'notifyEmail', ParameterValue: 'me@example.org' },
    { ParameterKey: 'BootstrapVersion', ParameterValue: '/cdk-bootstrap/version' },
  ],
};

test('The settings of a stack are its parameters, without those of CDK', () => {
  for (const StackStatus of ['UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE'] as const)
    expect(toSettings({ ...stack, StackStatus })).toEqual({ notifyEmail: 'me@example.org' });
});

test.each(['REVIEW_IN_PROGRESS', 'ROLLBACK_COMPLETE', 'ROLLBACK_FAILED'] as const)(
  'A stack in %s has no settings, because CDK creates it without them',
  (StackStatus) => {
    expect(toSettings({ ...stack, StackStatus })).toBeUndefined();
  },
);
