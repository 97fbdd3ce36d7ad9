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
import { outcomeSchema } from '../../lib/position/position.ts';
import type { LinkApi } from './link-api.ts';
import { signal } from './metrics.ts';

export interface LinkDashboardProps {
  readonly namespace: string;
  readonly api: LinkApi;
  readonly functions: readonly IFunction[];
  readonly alarms: IAlarm[];
}

/** What a person looks at first: alarms, hits, outcomes, how long they took, what failed. */
export class LinkDashboard extends Dashboard {
  constructor(scope: Construct, id: string, { namespace, api, functions, alarms }: LinkDashboardProps) {
    super(scope, id, { dashboardName: namespace, defaultInterval: Duration.days(1) });
    const graph = (title: string, left: IMetric[], unit?: string) =>
      new GraphWidget({ title, left, width: 12, leftYAxis: { min: 0, ...(unit && { label: unit }) } });
    const percentiles = (label: string, metric: (statistic: string) => Metric) =>
      ['p50', 'p99'].map((statistic) => metric(statistic).with({ label: `${label} ${statistic}` }));
    const decisions = hitSchema.shape.decision.exclude(['recovered']).options;
    const outcomes = outcomeSchema.shape.outcome.options;

    this.addWidgets(
      new AlarmStatusWidget({ title: 'Alarms', alarms, width: 24, height: 3 }),
      graph(
        'Hits, by what was decided',
        decisions.map((by) => signal(namespace, 'Hits', { by })),
      ),
      graph(
        'Outcomes',
        outcomes.map((by) => signal(namespace, 'Outcomes', { by })),
      ),
      graph(
        'Answers, as the sender waits for them',
        percentiles('answer', (statistic) => api.latency(statistic)),
        'ms',
      ),
      graph(
        'Hits that acted: the whole, and the exchange',
        [
          ...percentiles('hit', (statistic) => signal(namespace, 'Latency', { statistic })),
          ...percentiles('exchange', (statistic) => signal(namespace, 'ExchangeTime', { statistic })),
        ],
        'ms',
      ),
      graph('Failed', [
        signal(namespace, 'Failures'),
        ...api.refusals(),
        ...functions.flatMap((lambda) => [lambda.metricErrors(), lambda.metricThrottles()]),
      ]),
      graph('Sweep', [
        signal(namespace, 'Sweeps'),
        signal(namespace, 'SweepRecovered'),
        signal(namespace, 'SweepFailed'),
        signal(namespace, 'NotifyFailed'),
        signal(namespace, 'NeedsAttention', { statistic: 'Maximum' }),
      ]),
    );
  }
}
