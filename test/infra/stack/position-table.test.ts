import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { readPolicies } from './policies.ts';
import { prepareStacks, templateFor } from './stacks.ts';

prepareStacks();

test('the table is on demand and recoverable, stays when the stack is deleted, and goes with a failed first deployment', () => {
  const template = templateFor();
  template.resourceCountIs('AWS::DynamoDB::Table', 1);
  template.hasResource('AWS::DynamoDB::Table', {
    DeletionPolicy: 'RetainExceptOnCreate',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: ['pk', 'sk', 'listKey', 'listSort'].map((name) => ({
        AttributeName: name,
        AttributeType: 'S',
      })),
      BillingMode: 'PAY_PER_REQUEST',
      // It would stop the rollback of a failed first deployment.
      DeletionProtectionEnabled: Match.absent(),
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      GlobalSecondaryIndexes: [
        {
          IndexName: 'list',
          KeySchema: [
            { AttributeName: 'listKey', KeyType: 'HASH' },
            { AttributeName: 'listSort', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    },
  });
});

describe('an existing table', () => {
  const table = 'Ripcord-Table-1AB2CD3EF4G5';

  test('is used by every function instead of one of the stack', () => {
    const template = templateFor({ table });
    template.resourceCountIs('AWS::DynamoDB::Table', 0);
    const functions = Object.values(template.findResources('AWS::Lambda::Function'));
    expect(
      functions.map(({ Properties: properties }) => properties.Environment.Variables.RIPCORD_TABLE),
    ).toEqual([table, table, table, table]);
    template.hasOutput('TableName', { Value: table });
  });

  test("gets the same rights as the stack's own, and nothing else", () => {
    const own = readPolicies(templateFor());
    const attached = readPolicies(templateFor({ table }));
    const named = JSON.stringify(attached).replaceAll(`arn:dynamodb:table/${table}`, 'table');
    expect(JSON.parse(named)).toEqual(own);
  });
});
