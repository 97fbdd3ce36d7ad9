import { RemovalPolicy } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { Stage } from './settings.ts';

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
    });
  }
}
