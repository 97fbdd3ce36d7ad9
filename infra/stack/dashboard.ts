import { Aws, type CfnCondition, Duration } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  type CfnDashboard,
  Dashboard,
  GraphWidget,
  type IAlarm,
  type IMetric,
  type Metric,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { hitSchema } from '../../lib/link/hit.ts';
import type { MetricName } from '../../lib/log.ts';
import { outcomeSchema } from '../../lib/position/position.ts';
import type { LinkApi } from './link-api.ts';
import { logMetric, type MetricOptions } from './metrics.ts';
import type { RipcordFunction } from './ripcord-function.ts';

export interface LinkDashboardProps {
  readonly namespace: string;
  readonly api: LinkApi;
  readonly functions: readonly RipcordFunction[];
  readonly alarms: IAlarm[];
  /** It exists only if this is true. */
  readonly condition: CfnCondition;
}

type LogMetrics = (name: MetricName, options?: MetricOptions) => Metric;

/** Alarms, hits, outcomes, response times and failures. */
export class LinkDashboard extends Dashboard {
  constructor(scope: Construct, id: string, props: LinkDashboardProps) {
    const { namespace, api, functions, alarms, condition } = props;
    // The names of dashboards are those of all regions together.
    super(scope, id, { dashboardName: `${namespace}-${Aws.REGION}`, defaultInterval: Duration.days(1) });
    (this.node.defaultChild as CfnDashboard).cfnOptions.condition = condition;
    const metric: LogMetrics = (name, options) => logMetric(namespace, name, options);
    this.addWidgets(
      new AlarmStatusWidget({ title: 'Alarms', alarms, width: 24, height: 3 }),
      ...hitGraphs(metric),
      ...latencyGraphs(metric, api),
      createGraph('Failures', [
        metric('Failures'),
        metric('UnwrittenHits'),
        ...api.errorMetrics(),
        ...functions.flatMap(({ lambda }) => [lambda.metricErrors(), lambda.metricThrottles()]),
      ]),
      sweepGraph(metric, functions),
    );
  }
}

function createGraph(title: string, left: IMetric[], unit?: string): GraphWidget {
  return new GraphWidget({ title, left, width: 12, leftYAxis: { min: 0, ...(unit && { label: unit }) } });
}

function hitGraphs(metric: LogMetrics): GraphWidget[] {
  const decisions = hitSchema.shape.decision.exclude(['recovered']).options;
  const outcomes = outcomeSchema.shape.outcome.options;
  return [
    createGraph(
      'Hits by decision',
      decisions.map((by) => metric('Hits', { by })),
    ),
    createGraph(
      'Outcomes',
      outcomes.map((by) => metric('Outcomes', { by })),
    ),
  ];
}

function latencyGraphs(metric: LogMetrics, api: LinkApi): GraphWidget[] {
  const percentiles = (label: string, create: (statistic: string) => Metric) =>
    ['p50', 'p99'].map((statistic) => create(statistic).with({ label: `${label} ${statistic}` }));
  return [
    createGraph(
      'Response time for senders',
      percentiles('response', (statistic) => api.latency(statistic)),
      'ms',
    ),
    createGraph(
      'Hits that acted: total time and exchange time',
      [
        ...percentiles('hit', (statistic) => metric('Latency', { statistic })),
        ...percentiles('exchange', (statistic) => metric('ExchangeTime', { statistic })),
      ],
      'ms',
    ),
  ];
}

function sweepGraph(metric: LogMetrics, functions: readonly RipcordFunction[]): GraphWidget {
  const sweeps = functions.filter(({ name }) => name === 'sweep');
  return createGraph('Sweep', [
    ...sweeps.map(({ lambda }) => lambda.metricInvocations()),
    metric('SweepRecovered'),
    metric('SweepFailed'),
    metric('NotifyFailed'),
    metric('NeedsAttention', { statistic: 'Maximum' }),
  ]);
}
