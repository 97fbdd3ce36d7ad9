import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { type MetricName, metrics } from '../../lib/log.ts';

/**
 * A metric of those that the functions write into their log.
 * @param by the value of the field that it is counted by, where it has one.
 */
export function signal(
  namespace: string,
  name: MetricName,
  { statistic = 'Sum', period = Duration.minutes(5), by }: SignalOptions = {},
): Metric {
  const metric: { unit: string; by?: string } = metrics[name];
  const dimensions =
    metric.by === undefined || by === undefined ? {} : { dimensionsMap: { [metric.by]: by } };
  return new Metric({
    namespace,
    metricName: name,
    statistic,
    period,
    ...dimensions,
    ...(by && { label: by }),
  });
}

interface SignalOptions {
  readonly statistic?: string;
  readonly period?: Duration;
  readonly by?: string;
}
