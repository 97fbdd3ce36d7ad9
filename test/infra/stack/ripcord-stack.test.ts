import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { withCode } from '../../../bin/stack/with-code.ts';
import { functionNames } from '../../../infra/bundle/bundle.ts';
import type { RipcordFunction } from '../../../infra/stack/ripcord-function.ts';
import { RipcordStack } from '../../../infra/stack/ripcord-stack.ts';
import { stackName } from '../../../infra/stack/setting-definitions.ts';
import { metrics } from '../../../lib/log.ts';
import { deployed, type Values } from './deployed.ts';
import { writeEmptyFunctions } from './empty-functions.ts';
import { readPolicies } from './policies.ts';

let functionsFolder: string;

function createStack(prefix = 'ripcord'): RipcordStack {
  return new RipcordStack(new App(), stackName(prefix), { prefix, functionsFolder });
}

const stacks = new Map<string, Template>();

/** What is deployed with these settings. The functions are empty files, because templates do not contain their code. */
function templateFor(values: Values = {}, prefix = 'ripcord'): Template {
  const template = stacks.get(prefix) ?? Template.fromStack(createStack(prefix));
  stacks.set(prefix, template);
  return deployed(template, values);
}

beforeAll(async () => {
  functionsFolder = await mkdtemp(join(tmpdir(), 'ripcord-functions-'));
  await writeEmptyFunctions(functionsFolder);
  // Loading CDK takes longer than any test.
  templateFor();
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

  test('throttles its default stage by the settings', () => {
    templateFor({ throttleRate: 3, throttleBurst: 7 }).hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 3, ThrottlingBurstLimit: 7 },
    });
  });

  test('limits POST separately, so that a flood of GET does not use up the limit of alerts', () => {
    const template = templateFor();
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      RouteSettings: { 'POST /l/{token}': { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 50 } },
    });
    // CloudFormation rejects settings of a route that does not exist yet.
    const routes = Object.keys(template.findResources('AWS::ApiGatewayV2::Route'));
    const [stage] = Object.values(template.findResources('AWS::ApiGatewayV2::Stage'));
    expect(stage?.DependsOn).toEqual(expect.arrayContaining(routes));
  });

  test('logs source and route of a request, and nothing that could contain a token', () => {
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
  test('are four on one runtime and architecture', () => {
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
      ['ripcord-trigger', 'nodejs24.x', ['arm64'], 1769, 10, '200'],
      ['ripcord-admin', 'nodejs24.x', ['arm64'], 1024, 29, undefined],
      ['ripcord-sweep', 'nodejs24.x', ['arm64'], 1024, 58, 5],
      ['ripcord-alarm', 'nodejs24.x', ['arm64'], 512, 30, undefined],
    ]);
  });

  test('get the environment variables that they need, and no others', () => {
    const template = templateFor({ notifyEmail: 'me@example.org' });
    const found = Object.values(template.findResources('AWS::Lambda::Function'));
    const variables = found.map(({ Properties: properties }) => properties.Environment.Variables);
    const [table] = Object.keys(template.findResources('AWS::DynamoDB::Table'));
    const [topic] = Object.keys(template.findResources('AWS::SNS::Topic'));
    const common = {
      RIPCORD_TABLE: { Ref: table },
      RIPCORD_ACCOUNTS: 'ssm:/ripcord/accounts',
      RIPCORD_METRICS: 'Ripcord',
      RIPCORD_LINKS_HALTED: 'false',
    };
    const notices = { RIPCORD_NOTIFY: 'ssm:/ripcord/notify', RIPCORD_TOPIC_ARN: { Ref: topic } };
    expect(variables).toEqual([
      { ...common, RIPCORD_SWEEP_FUNCTION: 'ripcord-sweep' },
      {
        ...common,
        ...notices,
        RIPCORD_KMS_KEY: { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] },
        RIPCORD_BASE_URL: { 'Fn::GetAtt': [expect.any(String), 'ApiEndpoint'] },
        RIPCORD_SWEEP_FUNCTION: 'ripcord-sweep',
      },
      {
        ...common,
        ...notices,
        RIPCORD_BASE_URL: { 'Fn::GetAtt': [expect.any(String), 'ApiEndpoint'] },
      },
      {
        RIPCORD_TABLE: { Ref: table },
        RIPCORD_METRICS: 'Ripcord',
        RIPCORD_LINKS_HALTED: 'false',
        RIPCORD_NOTIFY: 'ssm:/ripcord/notify',
      },
    ]);
  });

  test.each([
    [90, 90],
    // A restore replays the functions' logs over a backup, which goes back 35 days.
    [7, 60],
  ])('log to their own groups for %i days, and at least for %i', (logRetentionDays, days) => {
    const groups = Object.values(templateFor({ logRetentionDays }).findResources('AWS::Logs::LogGroup'));
    expect(
      groups
        .map(({ Properties: properties }) => [properties.LogGroupName, properties.RetentionInDays])
        .sort(),
    ).toEqual([
      ['/aws/lambda/ripcord-admin', days],
      ['/aws/lambda/ripcord-alarm', days],
      ['/aws/lambda/ripcord-sweep', days],
      ['/aws/lambda/ripcord-trigger', days],
      ['/aws/vendedlogs/ripcord-access', logRetentionDays],
    ]);
  });

  test('run the sweep at every full minute and do not retry a failed run', () => {
    const template = templateFor();
    const retries = { MaximumEventAgeInSeconds: 60 };
    template.resourceCountIs('AWS::Events::Rule', 1);
    template.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'cron(* * * * ? *)',
      State: 'ENABLED',
      Targets: Match.arrayWith([
        Match.objectLike({
          Arn: Match.objectLike({ 'Fn::GetAtt': Match.arrayWith([Match.stringLikeRegexp('^Sweep')]) }),
          RetryPolicy: { ...retries, MaximumRetryAttempts: 0 },
        }),
      ]),
    });
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      ...retries,
      MaximumRetryAttempts: 0,
    });
  });

  test.each([
    ['true', '200', 1],
    ['true', '0', 1],
    ['false', '200', 0],
    // The warm-up would take the only execution from an alert.
    ['true', '1', 0],
  ])(
    'prepare the trigger at every full minute, once, if warmUp is %s and triggerConcurrency %s: %s target',
    (warmUp, triggerConcurrency, count) => {
      const template = templateFor({ warmUp, triggerConcurrency });
      const [rule] = Object.values(template.findResources('AWS::Events::Rule'));
      const trigger = { 'Fn::GetAtt': ['TriggerFunction', 'Arn'] };
      const target = {
        Id: 'Target1',
        Arn: trigger,
        Input: '{"warmUp":true}',
        RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 },
      };
      const { Targets: targets } = rule?.Properties ?? {};
      expect(targets.slice(1)).toEqual(Array(count).fill(target));
      const permissions = { FunctionName: trigger, Principal: 'events.amazonaws.com' };
      template.resourcePropertiesCountIs('AWS::Lambda::Permission', permissions, count);
      template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
        FunctionName: { Ref: 'TriggerFunction' },
        MaximumEventAgeInSeconds: 60,
        MaximumRetryAttempts: 0,
      });
    },
  );

  test('reserve no executions if the settings turn reservations off', () => {
    const context = { reserveSweep: 'false', triggerConcurrency: 0 };
    const found = templateFor(context).findResources('AWS::Lambda::Function');
    for (const { Properties: properties } of Object.values(found)) {
      expect(properties).not.toHaveProperty('ReservedConcurrentExecutions');
    }
  });
});

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

test('halting links is an environment variable of each function, so that no read of a table can lift it', () => {
  const functions = Object.values(
    templateFor({ linksHalted: 'true' }).findResources('AWS::Lambda::Function'),
  );
  const halted = functions.map(
    ({ Properties: properties }) => properties.Environment.Variables.RIPCORD_LINKS_HALTED,
  );
  expect(halted).toEqual(['true', 'true', 'true', 'true']);
});

test("the dashboard's name contains the region, because names of dashboards belong to all regions", () => {
  templateFor({ dashboard: 'true' }).hasResourceProperties('AWS::CloudWatch::Dashboard', {
    DashboardName: { 'Fn::Join': ['', ['Ripcord-', { Ref: 'AWS::Region' }]] },
  });
});

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
        'dynamodb:PutItem table with hits#*',
        'dynamodb:UpdateItem table with position#*',
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
        'dynamodb:PutItem table with hits#* or sweep or health',
        `dynamodb:Query ${list}`,
        'dynamodb:UpdateItem table with position#*',
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

describe('the outputs', () => {
  const outputSchema = z.record(z.string(), z.looseObject({ Value: z.unknown() }));
  const outputsOf = (template: Template) => outputSchema.parse(template.findOutputs('*'));

  test('are those that the command line reads', () => {
    expect(Object.keys(outputsOf(templateFor())).sort()).toEqual([
      'AdminFunctionName',
      'BaseUrl',
      'TableName',
      'TopicArn',
    ]);
  });
});

describe('a custom domain', () => {
  const domain = {
    domainName: 'links.example.org',
    certificateArn: 'arn:aws:acm:eu-west-1:123456789012:certificate/0-1',
  };

  test("is the base URL of links, and the API's own address stays enabled for older links", () => {
    const template = templateFor(domain);
    template.hasResourceProperties('AWS::ApiGatewayV2::Api', { DisableExecuteApiEndpoint: Match.absent() });
    template.hasResourceProperties('AWS::ApiGatewayV2::DomainName', {
      DomainName: 'links.example.org',
      DomainNameConfigurations: [
        { CertificateArn: domain.certificateArn, EndpointType: 'REGIONAL', SecurityPolicy: 'TLS_1_2' },
      ],
    });
    template.hasResourceProperties('AWS::ApiGatewayV2::ApiMapping', { Stage: '$default' });
    const [domainId] = Object.keys(template.findResources('AWS::ApiGatewayV2::DomainName'));
    // A reference, so that a function gets the address only once API Gateway has the domain.
    const url = { 'Fn::Join': ['', ['https://', { Ref: domainId }]] };
    template.hasOutput('BaseUrl', { Value: 'https://links.example.org' });
    template.hasOutput('DomainTarget', {});
    template.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'ripcord-admin',
      Environment: { Variables: Match.objectLike({ RIPCORD_BASE_URL: url }) },
    });
    template.resourceCountIs('AWS::Route53::RecordSet', 0);
  });

  test('gets a DNS record if the settings have a zone', () => {
    templateFor({ ...domain, hostedZoneId: 'Z0123' }).hasResourceProperties('AWS::Route53::RecordSet', {
      Name: 'links.example.org.',
      Type: 'A',
      HostedZoneId: 'Z0123',
    });
  });

  test('is absent by default', () => {
    const template = templateFor();
    template.resourceCountIs('AWS::ApiGatewayV2::DomainName', 0);
    template.resourceCountIs('AWS::ApiGatewayV2::ApiMapping', 0);
  });
});

describe('alarms', () => {
  const alarmsOf = (template: Template) =>
    Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(
      ({ Properties: properties }) => properties,
    );

  type Alarm = ReturnType<typeof alarmsOf>[number];
  function describeMetric(alarm: Alarm): string {
    const { Namespace: namespace, MetricName: name } = alarm;
    if (namespace !== undefined) return `${namespace} ${name} ${alarm.Statistic ?? alarm.ExtendedStatistic}`;
    const [expression, { MetricStat: of }] = alarm.Metrics;
    return `${expression.Expression} of ${of.Metric.Namespace} ${of.Metric.MetricName} ${of.Stat}`;
  }

  test('are exactly these, and each is published when it goes off and when it ends', () => {
    const template = templateFor();
    const [topic] = Object.keys(template.findResources('AWS::SNS::Topic'));
    const found = alarmsOf(template);
    expect(
      found.map((alarm) => [
        alarm.AlarmName,
        describeMetric(alarm),
        (alarm.Period ?? 60) * alarm.EvaluationPeriods,
        alarm.Threshold,
        alarm.TreatMissingData,
      ]),
    ).toEqual([
      ['ripcord-needs-attention', 'Ripcord NeedsAttention Maximum', 300, 1, 'notBreaching'],
      ['ripcord-failed-closes', 'Ripcord Failures Sum', 60, 1, 'notBreaching'],
      ['ripcord-unwritten-hits', 'Ripcord UnwrittenHits Sum', 300, 1, 'notBreaching'],
      ['ripcord-sweep-not-running', 'AWS/Lambda Invocations Sum', 300, 1, 'breaching'],
      ['ripcord-sweep-failures', 'Ripcord SweepFailed Sum', 300, 1, 'notBreaching'],
      ['ripcord-notify-failures', 'Ripcord NotifyFailed Sum', 7200, 1, 'notBreaching'],
      ['ripcord-slow-answers', 'AWS/ApiGateway Latency p99', 300, 2500, 'notBreaching'],
      ['ripcord-flood', 'requests / 100 of AWS/ApiGateway Count Sum', 60, 60, 'notBreaching'],
      ['ripcord-refused-requests', 'Ripcord RefusedRequests Sum', 300, 1, 'notBreaching'],
      ['ripcord-server-errors', 'AWS/ApiGateway 5xx Sum', 300, 1, 'notBreaching'],
      ['ripcord-trigger-errors', 'AWS/Lambda Errors Sum', 300, 1, 'notBreaching'],
      ['ripcord-trigger-throttles', 'AWS/Lambda Throttles Sum', 300, 1, 'notBreaching'],
      ['ripcord-sweep-errors', 'AWS/Lambda Errors Sum', 300, 3, 'notBreaching'],
    ]);
    for (const alarm of found) {
      expect(alarm.AlarmActions).toEqual([{ Ref: topic }]);
      expect(alarm.OKActions).toEqual([{ Ref: topic }]);
      expect(alarm.AlarmDescription).toMatch(/ See docs\/operations\/alarms\.md\.$/);
    }
  });

  test('quote what fails while their function fails', () => {
    const stack = createStack();
    const alarms = alarmsOf(deployed(Template.fromStack(stack)));
    for (const [id, name] of [
      ['Trigger', 'trigger-errors'],
      ['Trigger', 'trigger-throttles'],
      ['Sweep', 'sweep-errors'],
      ['Sweep', 'sweep-not-running'],
    ] as const) {
      const { errorImpact } = stack.node.findChild(id) as RipcordFunction;
      expect(errorImpact).toMatch(/^[A-Z].+\.$/);
      const alarm = alarms.find(({ AlarmName }) => AlarmName === `ripcord-${name}`);
      expect(alarm?.AlarmDescription).toContain(errorImpact);
    }
  });

  test('fire on the third failed sweep of five, and stay active while a broken channel is retried once an hour', () => {
    const patience = alarmsOf(templateFor())
      .filter((alarm) => alarm.DatapointsToAlarm !== undefined)
      .map((alarm) => [alarm.AlarmName, alarm.Period, alarm.EvaluationPeriods, alarm.DatapointsToAlarm]);
    expect(patience).toEqual([
      ['ripcord-needs-attention', 60, 5, 1],
      ['ripcord-sweep-failures', 60, 5, 3],
      ['ripcord-notify-failures', 3600, 2, 1],
    ]);
  });

  test('and graphs use metrics that the functions write', () => {
    const template = templateFor({ dashboard: 'true' }, 'other');
    const [dashboard] = Object.values(template.findResources('AWS::CloudWatch::Dashboard'));
    const body = JSON.stringify(dashboard?.Properties.DashboardBody);
    for (const name of Object.keys(metrics)) expect(body).toContain(`\\"Other\\",\\"${name}\\"`);
    for (const alarm of alarmsOf(template))
      if (alarm.Namespace === 'Other')
        expect([...Object.keys(metrics), 'RefusedRequests']).toContain(alarm.MetricName);
  });

  test('count requests that the API refused with 429, which no function sees', () => {
    const template = templateFor({}, 'other');
    const [accessLog] = Object.keys(
      template.findResources('AWS::Logs::LogGroup', {
        Properties: { LogGroupName: '/aws/vendedlogs/other-access' },
      }),
    );
    template.hasResourceProperties('AWS::Logs::MetricFilter', {
      LogGroupName: { Ref: accessLog },
      FilterPattern: '{ $.status = "429" }',
      MetricTransformations: [{ MetricName: 'RefusedRequests', MetricNamespace: 'Other', MetricValue: '1' }],
    });
  });

  test('need no dashboard, which exists only if the settings ask for it', () => {
    templateFor().resourceCountIs('AWS::CloudWatch::Dashboard', 0);
    templateFor({ dashboard: 'true' }).resourceCountIs('AWS::CloudWatch::Dashboard', 1);
  });

  test('also invoke the function that sends them to chats, with or without an e-mail address', () => {
    const template = templateFor();
    const [topic] = Object.keys(template.findResources('AWS::SNS::Topic'));
    const [alarm] = Object.keys(
      template.findResources('AWS::Lambda::Function', { Properties: { FunctionName: 'ripcord-alarm' } }),
    );
    const endpoint = { 'Fn::GetAtt': [alarm, 'Arn'] };
    template.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'lambda',
      TopicArn: { Ref: topic },
      Endpoint: endpoint,
    });
    template.hasResourceProperties('AWS::Lambda::Permission', {
      FunctionName: endpoint,
      Principal: 'sns.amazonaws.com',
      SourceArn: { Ref: topic },
    });
  });

  test('reach only the configured address, through a topic that is encrypted at rest and in transit', () => {
    const template = templateFor({ notifyEmail: 'me@example.org' });
    template.resourceCountIs('AWS::SNS::Subscription', 2);
    template.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'me@example.org',
    });
    const [key] = Object.keys(template.findResources('AWS::KMS::Key'));
    template.hasResourceProperties('AWS::SNS::Topic', {
      KmsMasterKeyId: { 'Fn::GetAtt': [key, 'Arn'] },
    });
    const cloudWatch = {
      Effect: 'Allow',
      Principal: { Service: 'cloudwatch.amazonaws.com' },
      Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
    };
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: [
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
          Match.objectLike({ ...cloudWatch, Action: 'sns:Publish' }),
        ],
      },
    });
    template.hasResourceProperties('AWS::KMS::Key', {
      EnableKeyRotation: true,
      KeyPolicy: {
        Statement: Match.arrayWith([
          Match.objectLike({ ...cloudWatch, Action: ['kms:Decrypt', 'kms:GenerateDataKey'] }),
        ]),
      },
    });
    templateFor().resourceCountIs('AWS::SNS::Subscription', 1);
  });

  test("share the stack's only key with accounts and channels, and it stays when the stack is deleted", () => {
    const template = templateFor();
    template.resourceCountIs('AWS::KMS::Key', 1);
    template.hasResource('AWS::KMS::Key', {
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    });
  });
});

test('the template fits into a request to CloudFormation, also with the longest names', () => {
  const prefix = 'a'.repeat(24);
  const places = functionNames.map((name) => {
    const key = `${'0'.repeat(64)}.zip`;
    return [name, { bucket: 'b'.repeat(63), key }] as const;
  });
  const { Resources, ...rest } = Template.fromStack(createStack(prefix)).toJSON();
  const template = withCode({ ...rest, Resources }, prefix, new Map(places));
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html
  expect(JSON.stringify(template).length).toBeLessThanOrEqual(51_200);
});

describe('another prefix', () => {
  test('shares no name with the first stack', () => {
    expect(stackName('ripcord-test')).toBe('Ripcord-test');
    const json = JSON.stringify(templateFor({}, 'other').toJSON().Resources);
    expect(json).toContain('other-trigger');
    expect(json).toContain('ssm:/other/accounts');
    expect(json).not.toMatch(/"ripcord-|\/ripcord/);
  });
});

describe('the parameters', () => {
  test('have the same limits, which CloudFormation checks before anything changes', () => {
    const { Parameters: parameters } = Template.fromStack(createStack()).toJSON();
    expect(parameters.notifyEmail).not.toHaveProperty('Default');
    expect(parameters.domainName).toMatchObject({ Type: 'String', Default: 'none' });
    expect(parameters.domainName.AllowedPattern).toMatch(/^\^\(none\|/);
    expect(parameters.throttleRate).toMatchObject({
      Type: 'Number',
      Default: 100,
      MinValue: 1,
      MaxValue: 5000,
    });
  });

  test('are refused for half of a custom domain, by a rule of the template', () => {
    const { Rules: rules } = Template.fromStack(createStack()).toJSON();
    const isSet = (name: string) => ({ 'Fn::Not': [{ 'Fn::Equals': [{ Ref: name }, 'none'] }] });
    const needs = (given: string, needed: string) => ({
      RuleCondition: isSet(given),
      Assertions: [{ Assert: isSet(needed), AssertDescription: `${given} needs ${needed}` }],
    });
    expect(rules).toEqual({
      DomainNeedsCertificate: needs('domainName', 'certificateArn'),
      CertificateNeedsDomain: needs('certificateArn', 'domainName'),
      ZoneNeedsDomain: needs('hostedZoneId', 'domainName'),
    });
  });
});
