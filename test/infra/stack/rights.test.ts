import { describe, expect, test } from 'vitest';
import { readPolicies } from './policies.ts';
import { prepareStacks, templateFor } from './stacks.ts';

prepareStacks();

describe('the rights', () => {
  const list = 'table/index/list';
  const account = 'arn:ssm:parameter/ripcord/accounts/*';
  const channels = 'arn:ssm:parameter/ripcord/notify';
  /** Parameters outlive the stack and its key. */
  const anyKey = 'arn:kms:key/*';

  test('are exactly these', () => {
    expect(readPolicies(templateFor({ notifyEmail: 'me@example.org' }))).toEqual({
      trigger: [
        'dynamodb:BatchGetItem table',
        'dynamodb:GetItem table',
        'dynamodb:PutItem table with hits#* or link-state#* or position#* or market#* or name#held#*',
        'dynamodb:Query table with position-open or market#* or hits#*',
        `dynamodb:Query ${list} with position-open or market#* or hits#*`,
        'dynamodb:UpdateItem table with hits#* or link-state#* or position#* or market#* or name#held#*',
        `kms:Decrypt ${anyKey} with ${account}`,
        'lambda:InvokeFunction function sweep',
        'logs:CreateLogStream log of trigger',
        'logs:PutLogEvents log of trigger',
        `ssm:GetParameter ${account}`,
      ],
      admin: [
        'dynamodb:BatchGetItem table',
        'dynamodb:DeleteItem table',
        'dynamodb:GetItem table',
        'dynamodb:PutItem table',
        'dynamodb:Query table',
        `dynamodb:Query ${list}`,
        'dynamodb:UpdateItem table',
        `kms:Decrypt ${anyKey} with ${account} or ${channels}`,
        "kms:Decrypt stack's key",
        `kms:Encrypt stack's key with ${account} or ${channels}`,
        "kms:GenerateDataKey stack's key",
        `kms:GenerateDataKey stack's key with ${account} or ${channels}`,
        'lambda:InvokeFunction function sweep',
        'logs:CreateLogStream log of admin',
        'logs:PutLogEvents log of admin',
        'sns:ListSubscriptionsByTopic topic',
        'sns:Publish topic',
        `ssm:DeleteParameter ${account}`,
        `ssm:GetParameter ${account}`,
        `ssm:GetParameter ${channels}`,
        'ssm:GetParametersByPath arn:ssm:parameter/ripcord/accounts',
        `ssm:PutParameter ${account}`,
        `ssm:PutParameter ${channels}`,
      ],
      sweep: [
        'dynamodb:BatchGetItem table',
        'dynamodb:GetItem table',
        'dynamodb:PutItem table with hits#* or link-state#* or position#* or sweep or health or market#* or name#held#*',
        'dynamodb:Query table',
        `dynamodb:Query ${list}`,
        'dynamodb:UpdateItem table with hits#* or link-state#* or position#* or sweep or health or market#* or name#held#*',
        `kms:Decrypt ${anyKey} with ${account} or ${channels}`,
        "kms:Decrypt stack's key",
        "kms:GenerateDataKey stack's key",
        'logs:CreateLogStream log of sweep',
        'logs:PutLogEvents log of sweep',
        'sns:Publish topic',
        `ssm:GetParameter ${account}`,
        `ssm:GetParameter ${channels}`,
        'ssm:GetParametersByPath arn:ssm:parameter/ripcord/accounts',
      ],
      alarm: [
        'dynamodb:GetItem table with health',
        'dynamodb:PutItem table with health',
        `kms:Decrypt ${anyKey} with ${channels}`,
        'logs:CreateLogStream log of alarm',
        'logs:PutLogEvents log of alarm',
        `ssm:GetParameter ${channels}`,
      ],
    });
  });

  test('do not include a topic without a subscriber, which would accept notices and deliver none', () => {
    const template = templateFor();
    expect(
      Object.values(readPolicies(template))
        .flat()
        .filter((right) => /sns|kms/.test(right) && !right.includes('parameter/')),
    ).toEqual([]);
    for (const { Properties: properties } of Object.values(template.findResources('AWS::Lambda::Function')))
      expect(properties.Environment.Variables).not.toHaveProperty('RIPCORD_TOPIC_ARN');
  });

  test('come from no managed policy, and each function has its own role', () => {
    const roles = Object.values(templateFor().findResources('AWS::IAM::Role'));
    expect(roles).toHaveLength(4);
    for (const { Properties: properties } of roles) {
      expect(Object.keys(properties)).toEqual(['AssumeRolePolicyDocument']);
      expect(properties.AssumeRolePolicyDocument.Statement).toEqual([
        { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } },
      ]);
    }
  });

  test('to invoke a function belong to the two routes, the schedule of two functions and the topic only', () => {
    const permissions = Object.values(templateFor().findResources('AWS::Lambda::Permission'));
    const callers = permissions.map(({ Properties: properties }) => properties.Principal);
    const events = 'events.amazonaws.com';
    expect(callers.sort()).toEqual(['apigateway.amazonaws.com', events, events, 'sns.amazonaws.com']);
    for (const { Properties: properties } of permissions) expect(properties.SourceArn).toBeDefined();
    // Any method, of which the API has two, and one path.
    expect(JSON.stringify(permissions)).toContain('"/*/*/l/{token}"');
  });
});
