import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { prepareStacks, templateFor } from './stacks.ts';

prepareStacks();

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

test('halting links is an environment variable of each function, so that no read of a table can lift it', () => {
  const functions = Object.values(
    templateFor({ linksHalted: 'true' }).findResources('AWS::Lambda::Function'),
  );
  const halted = functions.map(
    ({ Properties: properties }) => properties.Environment.Variables.RIPCORD_LINKS_HALTED,
  );
  expect(halted).toEqual(['true', 'true', 'true', 'true']);
});
