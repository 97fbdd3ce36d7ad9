import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { LinkApi } from './link-api.ts';
import { signal } from './metrics.ts';
import type { NoticeTopic } from './notice-topic.ts';

export interface AlarmsProps {
  readonly prefix: string;
  readonly namespace: string;
  readonly topic: NoticeTopic;
  readonly api: LinkApi;
  readonly trigger: IFunction;
  readonly admin: IFunction;
  readonly sweep: IFunction;
  readonly throttleRate: number;
}

interface AlarmKind {
  readonly metric: IMetric;
  /** What it means and what to do, for whoever gets the mail. */
  readonly meaning: string;
  readonly threshold?: number;
  readonly comparison?: ComparisonOperator;
  readonly periods?: number;
  /** How many of the periods have to be bad; all of them where it isn't said. */
  readonly bad?: number;
  readonly missing?: TreatMissingData;
}

const minute = Duration.minutes(1);
const fiveMinutes = Duration.minutes(5);
const hour = Duration.hours(1);
const atLeast = ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD;
/** The promise of the project: an answer before TradingView gives up after 3 s. */
const slowMs = 2_500;

/** One mail for each thing that a person has to know. What to do for each is in docs/operations/alarms.md. */
export class Alarms extends Construct {
  readonly all: Alarm[] = [];

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const { prefix, namespace, topic, api, throttleRate } = props;
    const add = (name: string, kind: AlarmKind): void => {
      const alarm = new Alarm(this, name, {
        alarmName: `${prefix}-${name}`,
        alarmDescription: `${kind.meaning} See docs/operations/alarms.md.`,
        metric: kind.metric,
        threshold: kind.threshold ?? 1,
        comparisonOperator: kind.comparison ?? atLeast,
        evaluationPeriods: kind.periods ?? 1,
        ...(kind.bad !== undefined && { datapointsToAlarm: kind.bad }),
        treatMissingData: kind.missing ?? TreatMissingData.NOT_BREACHING,
      });
      topic.takeAlarm(alarm);
      this.all.push(alarm);
    };

    add('needs-attention', {
      metric: signal(namespace, 'NeedsAttention', { statistic: 'Maximum', period: minute }),
      // Every sweep says the number anew; where none does, another alarm is for that.
      missing: TreatMissingData.IGNORE,
      meaning:
        'A position waits for a person: nobody knows what became of its order. Run "ripcord positions list".',
    });
    add('failed-closes', {
      metric: signal(namespace, 'Failures', { period: minute }),
      meaning:
        'A link that should have acted failed. Run "ripcord positions list"; firing the link again is safe.',
    });
    add('sweep-not-running', {
      // One run a minute that came to its end; five minutes without any are no accident.
      metric: signal(namespace, 'Sweeps', { period: minute }),
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      periods: 5,
      missing: TreatMissingData.BREACHING,
      meaning:
        'No sweep has come to its end for 5 minutes: what died halfway stays unsettled, and no notice is sent.',
    });
    add('sweep-failures', {
      // A dead key fails every minute; an exchange that stumbles is over it in less than three.
      metric: signal(namespace, 'SweepFailed', { period: minute }),
      periods: 5,
      bad: 3,
      meaning:
        'Positions can not be looked after: the exchange or its key refuses. Run "ripcord accounts check".',
    });
    add('notify-failures', {
      // Once is enough: what was sent without an answer is not sent again. What was refused is tried at most an
      // hour apart, so that two hours keep the alarm from going on and off while a channel is dead.
      metric: signal(namespace, 'NotifyFailed', { period: hour }),
      periods: 2,
      bad: 1,
      meaning: 'A notice did not reach its channel, and may be lost. Run "ripcord notify test".',
    });
    add('slow-answers', {
      metric: api.latency('p99'),
      threshold: slowMs,
      comparison: ComparisonOperator.GREATER_THAN_THRESHOLD,
      meaning: 'One answer in a hundred took more than 2.5 s; TradingView gives up after 3.',
    });
    add('flood', {
      // Half of what the API lets through of both methods: alerts are not refused yet.
      metric: api.count(minute),
      threshold: throttleRate * 60,
      meaning:
        'The API gets half of the requests that it lets through. From twice as many on, alerts may be refused.',
    });
    for (const [name, lambda] of Object.entries({
      trigger: props.trigger,
      admin: props.admin,
      sweep: props.sweep,
    })) {
      // One failed sweep is made good by the next; two of five may be an event that came twice.
      const threshold = name === 'sweep' ? 3 : 1;
      add(`${name}-errors`, {
        metric: lambda.metricErrors({ period: fiveMinutes }),
        threshold,
        meaning: `The function ${prefix}-${name} crashed or ran over its time.`,
      });
      add(`${name}-throttles`, {
        metric: lambda.metricThrottles({ period: fiveMinutes }),
        threshold,
        meaning: `The function ${prefix}-${name} was called more often at once than it may run.`,
      });
    }
  }
}
