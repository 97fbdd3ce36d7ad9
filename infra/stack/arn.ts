import { Fn } from 'aws-cdk-lib';

/**
 * @param resource may contain `${Name}`, whose values are the parts.
 * @returns the ARN of a resource in the AWS account and the region of the stack. In the template, it is shorter than that of
 * Stack.formatArn: CloudFormation accepts 51,200 bytes without a bucket.
 */
export function toArn(service: string, resource: string, parts?: Record<string, string>): string {
  const ofStack = ['AWS::Region', 'AWS::AccountId'].map((name) => `\${${name}}`).join(':');
  return Fn.sub(`arn:\${AWS::Partition}:${service}:${ofStack}:${resource}`, parts);
}
