import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { functionNames } from '../../infra/bundle.ts';
import { RipcordStack, stackName } from '../../infra/ripcord-stack.ts';
import { parseSettings } from '../../infra/settings.ts';
import { readPolicies } from './policies.ts';

let functionsFolder: string;

/** The template for a context; the functions are empty, since none of them is in the template. */
function templateFor(context: Record<string, unknown> = {}): Template {
  const settings = parseSettings((name) => context[name]);
  return Template.fromStack(
    new RipcordStack(new App(), stackName(settings.prefix), { ...settings, functionsFolder }),
  );
}

beforeAll(async () => {
  functionsFolder = await mkdtemp(join(tmpdir(), 'ripcord-functions-'));
  for (const name of functionNames) {
    await mkdir(join(functionsFolder, name));
    await writeFile(join(functionsFolder, name, 'index.mjs'), `// ${name}\n`);
  }
});
afterAll(() => rm(functionsFolder, { recursive: true }));

describe('the API', () => {
  test('has two routes, so that no other method or path reaches a function', () => {
    const routes = Object.values(templateFor().findResources('AWS::ApiGatewayV2::Route'));
    expect(routes.map((route) => route.Properties.RouteKey).sort()).toEqual([
      'GET /l/{token}',
      'POST /l/{token}',
    ]);
  });

  test('sends both routes to the trigger and to nothing else', () => {
    const template = templateFor();
    const [integration, ...others] = Object.values(template.findResources('AWS::ApiGatewayV2::Integration'));
    expect(others).toEqual([]);
    const [trigger] = Object.keys(
      template.findResources('AWS::Lambda::Function', { Properties: { FunctionName: 'ripcord-trigger' } }),
    );
    expect(integration?.Properties).toMatchObject({
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: { 'Fn::GetAtt': [trigger, 'Arn'] },
      PayloadFormatVersion: '2.0',
    });
  });

  test('throttles its default stage as the context says', () => {
    templateFor({ throttleRate: '3', throttleBurst: '7' }).hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 3, ThrottlingBurstLimit: 7 },
    });
  });

  test('logs who asked for which route, and nothing that could hold a token', () => {
    const [stage] = Object.values(templateFor().findResources('AWS::ApiGatewayV2::Stage'));
    const format: string = stage?.Properties.AccessLogSettings.Format;
    const variables = [...format.matchAll(/\$context\.([\w.]+)/g)].map(([, name]) => name);
    expect(variables.sort()).toEqual([
      'identity.sourceIp',
      'integrationLatency',
      'integrationStatus',
      'requestId',
      'requestTime',
      'responseLatency',
      'routeKey',
      'status',
    ]);
  });
});

describe('the functions', () => {
  test('are three, by name, on one runtime and architecture', () => {
    const found = Object.values(templateFor().findResources('AWS::Lambda::Function'));
    const settings = found.map(({ Properties: properties }) => [
      properties.FunctionName,
      properties.Runtime,
      properties.Architectures,
      properties.MemorySize,
      properties.Timeout,
      properties.ReservedConcurrentExecutions,
    ]);
    expect(settings).toEqual([
      ['ripcord-trigger', 'nodejs24.x', ['arm64'], 1769, 10, undefined],
      ['ripcord-admin', 'nodejs24.x', ['arm64'], 1024, 29, undefined],
      ['ripcord-sweep', 'nodejs24.x', ['arm64'], 1024, 50, 1],
    ]);
  });

  test('are told where the table and the accounts are, and only the admin function what links start with', () => {
    const found = Object.values(templateFor().findResources('AWS::Lambda::Function'));
    const variables = found.map(({ Properties: properties }) => properties.Environment.Variables);
    const [table] = Object.keys(templateFor().findResources('AWS::DynamoDB::Table'));
    const common = { RIPCORD_TABLE: { Ref: table }, RIPCORD_ACCOUNTS: 'ssm:/ripcord/accounts' };
    expect(variables).toEqual([
      common,
      { ...common, RIPCORD_BASE_URL: { 'Fn::GetAtt': [expect.any(String), 'ApiEndpoint'] } },
      common,
    ]);
  });

  test('log to groups of their own, which end with the days of the context', () => {
    const groups = Object.values(templateFor({ logRetentionDays: 7 }).findResources('AWS::Logs::LogGroup'));
    expect(
      groups
        .map(({ Properties: properties }) => [properties.LogGroupName, properties.RetentionInDays])
        .sort(),
    ).toEqual([
      ['/aws/lambda/ripcord-admin', 7],
      ['/aws/lambda/ripcord-sweep', 7],
      ['/aws/lambda/ripcord-trigger', 7],
      ['/aws/vendedlogs/ripcord-access', 7],
    ]);
  });

  test('run the sweep every minute, and a failed run is not run again', () => {
    const template = templateFor();
    const retries = { MaximumEventAgeInSeconds: 60 };
    template.resourceCountIs('AWS::Events::Rule', 1);
    template.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(1 minute)',
      State: 'ENABLED',
      Targets: [Match.objectLike({ RetryPolicy: { ...retries, MaximumRetryAttempts: 0 } })],
    });
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      ...retries,
      MaximumRetryAttempts: 0,
    });
  });

  test('reserve nothing for the sweep where the account has nothing to reserve', () => {
    const found = templateFor({ reserveSweep: 'false' }).findResources('AWS::Lambda::Function');
    for (const { Properties: properties } of Object.values(found)) {
      expect(properties).not.toHaveProperty('ReservedConcurrentExecutions');
    }
  });
});

test('the table is on demand, recoverable, and outlives the stack', () => {
  const template = templateFor();
  template.resourceCountIs('AWS::DynamoDB::Table', 1);
  template.hasResource('AWS::DynamoDB::Table', {
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: ['pk', 'sk', 'shelf', 'shelvedAt'].map((name) => ({
        AttributeName: name,
        AttributeType: 'S',
      })),
      BillingMode: 'PAY_PER_REQUEST',
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      GlobalSecondaryIndexes: [
        {
          IndexName: 'shelf',
          KeySchema: [
            { AttributeName: 'shelf', KeyType: 'HASH' },
            { AttributeName: 'shelvedAt', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    },
  });
});

describe('the rights', () => {
  const shelf = 'table/index/shelf';
  const account = 'arn:ssm:parameter/ripcord/accounts/*';

  test('are these, and not one more', () => {
    expect(readPolicies(templateFor())).toEqual({
      trigger: [
        'dynamodb:GetItem table',
        'dynamodb:UpdateItem table',
        'logs:CreateLogStream log of trigger',
        'logs:PutLogEvents log of trigger',
        `ssm:GetParameter ${account}`,
      ],
      admin: [
        'dynamodb:BatchGetItem table',
        'dynamodb:DeleteItem table',
        'dynamodb:GetItem table',
        'dynamodb:PutItem table',
        `dynamodb:Query ${shelf}`,
        'dynamodb:UpdateItem table',
        'logs:CreateLogStream log of admin',
        'logs:PutLogEvents log of admin',
        `ssm:DeleteParameter ${account}`,
        `ssm:GetParameter ${account}`,
        'ssm:GetParametersByPath arn:ssm:parameter/ripcord/accounts',
        `ssm:GetParametersByPath ${account}`,
        `ssm:PutParameter ${account}`,
      ],
      sweep: [
        'dynamodb:BatchGetItem table',
        'dynamodb:GetItem table',
        `dynamodb:Query ${shelf}`,
        'dynamodb:UpdateItem table',
        'logs:CreateLogStream log of sweep',
        'logs:PutLogEvents log of sweep',
        `ssm:GetParameter ${account}`,
      ],
    });
  });

  test('come from no managed policy, and no role but the three exists', () => {
    const roles = Object.values(templateFor().findResources('AWS::IAM::Role'));
    expect(roles).toHaveLength(3);
    for (const { Properties: properties } of roles) {
      expect(Object.keys(properties)).toEqual(['AssumeRolePolicyDocument']);
      expect(properties.AssumeRolePolicyDocument.Statement).toEqual([
        { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } },
      ]);
    }
  });

  test('to call a function have the two routes and the schedule, nobody else', () => {
    const permissions = Object.values(templateFor().findResources('AWS::Lambda::Permission'));
    const callers = permissions.map(({ Properties: properties }) => properties.Principal);
    expect(callers.sort()).toEqual([
      'apigateway.amazonaws.com',
      'apigateway.amazonaws.com',
      'events.amazonaws.com',
    ]);
    for (const { Properties: properties } of permissions) expect(properties.SourceArn).toBeDefined();
  });
});

describe('the outputs', () => {
  const outputSchema = z.record(z.string(), z.looseObject({ Value: z.unknown() }));
  const outputsOf = (template: Template) => outputSchema.parse(template.findOutputs('*'));

  test('say what the command line needs to know', () => {
    expect(Object.keys(outputsOf(templateFor())).sort()).toEqual([
      'AdminFunctionName',
      'BaseUrl',
      'TableName',
    ]);
  });

  test("name a domain of one's own where the context has one", () => {
    const template = templateFor({ baseUrl: 'https://links.example.org' });
    expect(outputsOf(template).BaseUrl?.Value).toBe('https://links.example.org');
    template.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'ripcord-admin',
      Environment: { Variables: Match.objectLike({ RIPCORD_BASE_URL: 'https://links.example.org' }) },
    });
  });
});

describe('another prefix', () => {
  test('leaves no name that the first stack has', () => {
    expect(stackName('ripcord-test')).toBe('Ripcord-test');
    const json = JSON.stringify(templateFor({ prefix: 'other' }).toJSON().Resources);
    expect(json).toContain('other-trigger');
    expect(json).toContain('ssm:/other/accounts');
    expect(json).not.toMatch(/"ripcord-|\/ripcord/);
  });
});

describe('a wrong context', () => {
  test.each([
    ['prefix', 'Rip Cord', 'lower-case'],
    ['throttleRate', 'fast', 'a whole number from 1 to 10000'],
    ['throttleBurst', 0, 'a whole number from 1 to 5000'],
    ['logRetentionDays', '31', 'one of 1, 3, 5'],
    ['baseUrl', 'http://example.org/', 'https://'],
    ['reserveSweep', 'perhaps', 'true or false'],
  ])('%s = %j says what was expected', (name, value, expected) => {
    const parse = () => parseSettings((asked) => (asked === name ? value : undefined));
    expect(parse).toThrow(`context "${name}" is ${JSON.stringify(value)}`);
    expect(parse).toThrow(expected);
  });

  test('names every wrong value at once', () => {
    const parse = () => parseSettings((name) => ({ prefix: 'X', throttleRate: -1 })[name]);
    expect(parse).toThrow(/"prefix"[\s\S]*"throttleRate"/);
  });
});
