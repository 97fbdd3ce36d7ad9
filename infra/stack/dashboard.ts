import { Aws, type CfnCondition, Fn, Stack } from 'aws-cdk-lib';
import { type Alarm, type CfnAlarm, CfnDashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { hitSchema } from '../../lib/link/hit.ts';
import { type MetricName, metrics } from '../../lib/log.ts';
import { outcomeSchema } from '../../lib/position/position.ts';
import type { LinkApi } from './link-api.ts';
import type { RipcordFunction } from './ripcord-function.ts';

export interface LinkDashboardProps {
  readonly namespace: string;
  readonly api: LinkApi;
  readonly functions: readonly RipcordFunction[];
  readonly alarms: readonly Alarm[];
  /** It exists only if this is true. */
  readonly condition: CfnCondition;
}

/** Namespace, name and dimensions. */
type Metric = readonly string[];
interface Line {
  readonly metric: Metric;
  readonly options?: { readonly label?: string; readonly stat?: string };
}

/**
 * Alarms, hits, outcomes, response times and failures. The body is written here and not by CDK, whose text is twice as long:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
export class LinkDashboard extends CfnDashboard {
  constructor(scope: Construct, id: string, props: LinkDashboardProps) {
    const { namespace, api, functions, alarms, condition } = props;
    const widgets = [
      alarmWidget(alarms),
      ...hitGraphs(namespace),
      ...latencyGraphs(namespace),
      failureGraph(namespace, functions),
      sweepGraph(namespace, functions),
    ];
    const body = JSON.stringify({ start: '-P1D', widgets });
    super(scope, id, {
      // The names of dashboards are those of all regions together.
      dashboardName: `${namespace}-${Aws.REGION}`,
      dashboardBody: Fn.sub(body.replaceAll(startOfGraph, `\${Graph}`), { Api: api.id, Graph: startOfGraph }),
    });
    this.cfnOptions.condition = condition;
  }
}

function alarmWidget(alarms: readonly Alarm[]) {
  const toArn = (alarm: Alarm) =>
    `\${${Stack.of(alarm).getLogicalId(alarm.node.defaultChild as CfnAlarm)}.Arn}`;
  const properties = { title: 'Alarms', alarms: alarms.map(toArn) };
  return { type: 'alarm', width: 24, height: 3, properties };
}

/** What all graphs start with. The template contains it once. */
const startOfGraph = '{"type":"metric","width":12,"properties":{"stat":"Sum","yAxis":{"left":{"min":0';

/** By default the sum over 5 minutes. CloudWatch places widgets without a position one after the other. */
function createGraph(title: string, lines: readonly Line[], unit?: string) {
  const left = { min: 0, ...(unit && { label: unit }) };
  const properties = {
    ...{ stat: 'Sum', yAxis: { left }, title, region: `\${AWS::Region}` },
    metrics: lines.map((line, index) => shorten(line, lines[index - 1])),
  };
  return { type: 'metric', width: 12, properties };
}

/** A dot repeats the part of the line before. */
function shorten({ metric, options }: Line, before: Line | undefined) {
  const isSame = metric[1] === before?.metric[1];
  const parts = metric.map((part, index) => (isSame && part === before?.metric[index] ? '.' : part));
  return options === undefined ? parts : [...parts, options];
}

/** A metric that the functions write to their logs. */
function logLine(namespace: string, name: MetricName, options?: Line['options']): Line {
  return { metric: [namespace, name], ...(options && { options }) };
}

/** One line for each value of the metric's dimension. */
function linesBy(namespace: string, name: 'Hits' | 'Outcomes', values: readonly string[]): Line[] {
  return values.map((value) => ({ metric: [namespace, name, metrics[name].by, value] }));
}

function apiLine(name: string, options: Line['options']): Line {
  return {
    metric: ['AWS/ApiGateway', name, 'ApiId', `\${Api}`, 'Stage', '$default'],
    ...(options && { options }),
  };
}

function functionLines(name: string, functions: readonly RipcordFunction[]): Line[] {
  return functions.map(({ functionName }) => ({
    metric: ['AWS/Lambda', name, 'FunctionName', functionName],
  }));
}

function hitGraphs(namespace: string) {
  const decisions = hitSchema.shape.decision.exclude(['recovered']).options;
  return [
    createGraph('Hits by decision', linesBy(namespace, 'Hits', decisions)),
    createGraph('Outcomes', linesBy(namespace, 'Outcomes', outcomeSchema.shape.outcome.options)),
  ];
}

function latencyGraphs(namespace: string) {
  const percentiles = (label: string, create: (options: Line['options']) => Line) =>
    ['p50', 'p99'].map((stat) => create({ label: `${label} ${stat}`, stat }));
  return [
    createGraph(
      'Response time for senders',
      percentiles('response', (options) => apiLine('Latency', options)),
      'ms',
    ),
    createGraph(
      'Hits that acted: total time and exchange time',
      [
        ...percentiles('hit', (options) => logLine(namespace, 'Latency', options)),
        ...percentiles('exchange', (options) => logLine(namespace, 'ExchangeTime', options)),
      ],
      'ms',
    ),
  ];
}

function failureGraph(namespace: string, functions: readonly RipcordFunction[]) {
  return createGraph('Failures', [
    logLine(namespace, 'Failures'),
    logLine(namespace, 'UnwrittenHits'),
    apiLine('4xx', { label: 'API 4xx' }),
    apiLine('5xx', { label: 'API 5xx' }),
    ...functionLines('Errors', functions),
    ...functionLines('Throttles', functions),
  ]);
}

function sweepGraph(namespace: string, functions: readonly RipcordFunction[]) {
  const sweeps = functions.filter(({ name }) => name === 'sweep');
  return createGraph('Sweep', [
    ...functionLines('Invocations', sweeps),
    logLine(namespace, 'SweepRecovered'),
    logLine(namespace, 'SweepFailed'),
    logLine(namespace, 'NotifyFailed'),
    logLine(namespace, 'NeedsAttention', { stat: 'Maximum' }),
  ]);
}
