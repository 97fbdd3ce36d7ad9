import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { type MetricName, metrics } from '../../lib/log.ts';

export interface MetricOptions {
  readonly statistic?: string;
  readonly period?: Duration;
  /** One value of the metric's dimension, such as the outcome `closed`; ignored if the metric has no dimension. */
  readonly by?: string;
}

/** @returns a metric that the functions write to their logs: by default its sum over 5 minutes. */
export function logMetric(
  namespace: string,
  name: MetricName,
  { statistic = 'Sum', period = Duration.minutes(5), by }: MetricOptions = {},
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
