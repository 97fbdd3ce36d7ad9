import { Duration } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IAlarm,
  type IMetric,
  type Metric,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { hitSchema } from '../../lib/link/hit.ts';
import type { MetricName } from '../../lib/log.ts';
import { outcomeSchema } from '../../lib/position/position.ts';
import type { LinkApi } from './link-api.ts';
import { logMetric, type MetricOptions } from './metrics.ts';

export interface LinkDashboardProps {
  readonly namespace: string;
  readonly api: LinkApi;
  readonly functions: readonly IFunction[];
  readonly alarms: IAlarm[];
}

type LogMetrics = (name: MetricName, options?: MetricOptions) => Metric;

/** Alarms, hits, outcomes, response times and failures. */
export class LinkDashboard extends Dashboard {
  constructor(scope: Construct, id: string, { namespace, api, functions, alarms }: LinkDashboardProps) {
    super(scope, id, { dashboardName: namespace, defaultInterval: Duration.days(1) });
    const metric: LogMetrics = (name, options) => logMetric(namespace, name, options);
    this.addWidgets(
      new AlarmStatusWidget({ title: 'Alarms', alarms, width: 24, height: 3 }),
      ...hitGraphs(metric),
      ...latencyGraphs(metric, api),
      createGraph('Failures', [
        metric('Failures'),
        metric('UnwrittenHits'),
        ...api.errorMetrics(),
        ...functions.flatMap((lambda) => [lambda.metricErrors(), lambda.metricThrottles()]),
      ]),
      sweepGraph(metric),
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

function sweepGraph(metric: LogMetrics): GraphWidget {
  return createGraph('Sweep', [
    metric('Sweeps'),
    metric('SweepRecovered'),
    metric('SweepFailed'),
    metric('NotifyFailed'),
    metric('NeedsAttention', { statistic: 'Maximum' }),
  ]);
}
