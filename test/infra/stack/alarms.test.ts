import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import type { RipcordFunction } from '../../../infra/stack/ripcord-function.ts';
import { metrics } from '../../../lib/log.ts';
import { deployed } from './deployed.ts';
import { createStack, prepareStacks, templateFor } from './stacks.ts';

prepareStacks();

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

test("the dashboard's name contains the region, because names of dashboards belong to all regions", () => {
  templateFor({ dashboard: 'true' }).hasResourceProperties('AWS::CloudWatch::Dashboard', {
    DashboardName: { 'Fn::Join': ['', ['Ripcord-', { Ref: 'AWS::Region' }]] },
  });
});
