import { Duration, Token } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { LinkApi } from './link-api.ts';
import { logMetric } from './metrics.ts';
import type { NoticeTopic } from './notice-topic.ts';
import type { RipcordFunction } from './ripcord-function.ts';

export interface AlarmsProps {
  readonly prefix: string;
  readonly namespace: string;
  readonly topic: NoticeTopic;
  readonly api: LinkApi;
  /** The functions that run unattended. Who runs a command sees that the admin function failed. */
  readonly trigger: RipcordFunction;
  readonly sweep: RipcordFunction;
  readonly throttleRate: number;
}

interface AlarmDefinition {
  readonly metric: IMetric;
  /** What happened and what to do next. The alarm's messages quote it. */
  readonly meaning: string;
  /** 1 by default. */
  readonly threshold?: number;
  /** Greater than or equal to the threshold by default. */
  readonly comparison?: ComparisonOperator;
  /** How many periods are evaluated; 1 by default. */
  readonly periods?: number;
  /** How many of these periods must breach the threshold; all by default. */
  readonly breachingPeriods?: number;
  /** Missing data does not breach by default. */
  readonly missing?: TreatMissingData;
}
type AlarmDefinitions = Record<string, AlarmDefinition>;

const minute = Duration.minutes(1);
const fiveMinutes = Duration.minutes(5);
const hour = Duration.hours(1);
const atLeast = ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD;
/** TradingView disconnects after 3 s, so a slower response is lost to the sender. */
const slowMs = 2_500;

/** One message per state that the owner must know about, and one when it ends. docs/operations/alarms.md describes what to do for each. */
export class Alarms extends Construct {
  readonly all: Alarm[];

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const { prefix, namespace, topic, api, trigger, sweep, throttleRate } = props;
    const definitions: AlarmDefinitions = {
      ...defineActionAlarms(namespace),
      ...defineSweepAlarms(namespace, sweep),
      ...defineApiAlarms(api, throttleRate),
      ...defineErrors(trigger),
      ...defineThrottles(trigger),
      ...defineErrors(sweep),
    };
    this.all = Object.entries(definitions).map(([name, definition]) => {
      const alarm = new Alarm(this, name, { alarmName: `${prefix}-${name}`, ...toAlarmProps(definition) });
      topic.addAlarm(alarm);
      return alarm;
    });
  }
}

function toAlarmProps(definition: AlarmDefinition) {
  const { metric, meaning, threshold = 1, comparison = atLeast, periods = 1 } = definition;
  const { breachingPeriods, missing = TreatMissingData.NOT_BREACHING } = definition;
  return {
    alarmDescription: `${meaning} See docs/operations/alarms.md.`,
    metric,
    threshold,
    comparisonOperator: comparison,
    evaluationPeriods: periods,
    ...(breachingPeriods !== undefined && { datapointsToAlarm: breachingPeriods }),
    treatMissingData: missing,
  };
}

function defineActionAlarms(namespace: string): AlarmDefinitions {
  return {
    'needs-attention': {
      // Each sweep that finds such a position reports the number, and no other sweep reports any: a metric costs nothing
      // in an hour without a value. If no sweep runs, sweep-not-running is the alarm for that.
      metric: logMetric(namespace, 'NeedsAttention', { statistic: 'Maximum', period: minute }),
      periods: 5,
      breachingPeriods: 1,
      meaning:
        'A position needs your attention: the result of its order is unknown. Run "ripcord positions list".',
    },
    'failed-closes': {
      metric: logMetric(namespace, 'Failures', { period: minute }),
      meaning:
        'A link should have acted but failed. Run "ripcord positions list". Firing the link again is safe.',
    },
    'unwritten-hits': {
      metric: logMetric(namespace, 'UnwrittenHits', { period: fiveMinutes }),
      meaning:
        'DynamoDB did not store the record of a hit. A sweep or a later hit writes it. Run "ripcord history".',
    },
  };
}

/** Lambda's own metric is free; one of Ripcord for each finished sweep would cost $0.30 a month. */
function defineNotRunning({ lambda, errorImpact }: RipcordFunction): AlarmDefinitions {
  return {
    'sweep-not-running': {
      // A sweep runs every minute, so 5 minutes without one are no coincidence. Lambda counts no run that it throttled; a
      // run that fails is sweep-errors. https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
      metric: lambda.metricInvocations({ period: minute }),
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      periods: 5,
      missing: TreatMissingData.BREACHING,
      meaning: `No sweep has run for 5 minutes. ${errorImpact}`,
    },
  };
}

function defineSweepAlarms(namespace: string, sweep: RipcordFunction): AlarmDefinitions {
  return {
    ...defineNotRunning(sweep),
    'sweep-failures': {
      // A revoked key fails every minute; most outages of an exchange are over in less than three.
      metric: logMetric(namespace, 'SweepFailed', { period: minute }),
      periods: 5,
      breachingPeriods: 3,
      meaning:
        'The sweep can\'t sync a position: the exchange is down or refuses the key. Run "ripcord accounts check".',
    },
    'notify-failures': {
      // One failure is enough, because a notice may be lost. Retries are at most an hour apart, so two hours keep
      // the alarm from flapping while a channel is down.
      metric: logMetric(namespace, 'NotifyFailed', { period: hour }),
      periods: 2,
      breachingPeriods: 1,
      meaning: 'A notice did not reach its channel and may be lost. Run "ripcord notify test".',
    },
  };
}

function defineApiAlarms(api: LinkApi, throttleRate: number): AlarmDefinitions {
  return {
    'slow-answers': {
      metric: api.latency('p99'),
      threshold: slowMs,
      comparison: ComparisonOperator.GREATER_THAN_THRESHOLD,
      meaning: '1 % of responses took longer than 2.5 s. TradingView disconnects after 3 s.',
    },
    flood: {
      // GET and POST have a limit each, so this is half of what the API accepts: no alert is refused yet.
      metric: new MathExpression({
        // A template can't multiply, so the limit is in the expression.
        expression: `requests / ${Token.asString(throttleRate)}`,
        usingMetrics: { requests: api.count(minute) },
        period: minute,
      }),
      threshold: 60,
      meaning:
        'The API receives half of the requests that it accepts. At twice this rate, it may refuse alerts.',
    },
    'refused-requests': {
      metric: api.refused(fiveMinutes),
      meaning:
        'The API refused requests with 429, which reached no link. Raise throttleRate and throttleBurst, or fire the link again.',
    },
    'server-errors': {
      metric: api.serverErrors(fiveMinutes),
      meaning:
        'The API responded with a 5xx status, so a link may not have acted. Run "ripcord positions list". Firing the link again is safe.',
    },
  };
}

function defineErrors({ name, lambda, errorImpact }: RipcordFunction): AlarmDefinitions {
  return {
    [`${name}-errors`]: {
      metric: lambda.metricErrors({ period: fiveMinutes }),
      // The next sweep repairs one failed run.
      threshold: name === 'sweep' ? 3 : 1,
      meaning: `The ${name} function crashed or timed out. ${errorImpact}`,
    },
  };
}

/** Of the trigger only: sweeps that AWS refuses to run are sweep-not-running. */
function defineThrottles({ name, lambda, errorImpact }: RipcordFunction): AlarmDefinitions {
  return {
    [`${name}-throttles`]: {
      metric: lambda.metricThrottles({ period: fiveMinutes }),
      meaning: `AWS refused to run the ${name} function: too many executions at once. ${errorImpact}`,
    },
  };
}
