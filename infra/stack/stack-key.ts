import { RemovalPolicy } from 'aws-cdk-lib';
import { AccountRootPrincipal, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { Stage } from './settings.ts';

/**
 * What IAM policies of the AWS account may allow: all that is possible with a symmetric key of one region.
 * https://docs.aws.amazon.com/kms/latest/developerguide/kms-api-permissions-reference.html
 */
const ownerActions = [
  ...['CancelKeyDeletion', 'CreateAlias', 'CreateGrant', 'Decrypt', 'DeleteAlias', 'DescribeKey'],
  ...['DisableKey', 'DisableKeyRotation', 'EnableKey', 'EnableKeyRotation', 'Encrypt', 'GenerateDataKey'],
  ...['GenerateDataKeyWithoutPlaintext', 'GetKeyPolicy', 'GetKeyRotationStatus', 'ListGrants'],
  ...['ListKeyPolicies', 'ListKeyRotations', 'ListResourceTags', 'PutKeyPolicy', 'ReEncryptFrom'],
  ...['ReEncryptTo', 'RetireGrant', 'RevokeGrant', 'RotateKeyOnDemand', 'ScheduleKeyDeletion'],
  ...['TagResource', 'UntagResource', 'UpdateAlias', 'UpdateKeyDescription'],
];

/**
 * The stack's own key, for $1 a month. CloudWatch can't use the AWS managed key for SNS: its alarms would be dropped
 * silently. The AWS managed key for Parameter Store decrypts for any principal that may read a parameter.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/ps-restrict-decryption.html
 */
export class StackKey extends Key {
  constructor(scope: Construct, id: string, { prefix }: Stage) {
    super(scope, id, {
      description: `Encrypts accounts, channels and notices of ${prefix}`,
      enableKeyRotation: true,
      // Accounts and channels are no part of the stack. Without this key, nothing could read them again.
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      policy: new PolicyDocument({
        statements: [
          new PolicyStatement({
            principals: [new AccountRootPrincipal()],
            actions: ownerActions.map((action) => `kms:${action}`),
            // In a key policy, * is this key.
            resources: ['*'],
          }),
        ],
      }),
    });
  }
}
