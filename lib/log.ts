import { Fault } from './fault.ts';

/** Every name that a line of the log may have. Alarms and saved queries go by them. */
export const logEvents = [
  /** A link was opened, and answered. */
  'hit',
  /** The same, but something of ours or below us broke: answered 500. */
  'hit-failed',
  /** A command of the admin function was answered. */
  'command',
  'command-failed',
  /** A sweep has brought a dead owner's claim to its end. */
  'recovered',
  /** One position that a sweep could not look after. */
  'position-failed',
  /** A channel, or the list of them, failed. `ripcord notify test` says why. */
  'notify-failed',
  /** A sweep could not even begin. */
  'sweep-failed',
] as const;
export type LogEvent = (typeof logEvents)[number];

/** All that a line can hold beside its event. Never a token, key, header, body or a message of anybody's. */
export interface LogFields {
  positionId?: string | undefined;
  linkId?: string | undefined;
  /** What was decided about a hit. */
  decision?: string | undefined;
  /** The HTTP status answered. */
  status?: number | undefined;
  /** What came of it at the exchange. */
  outcome?: string | undefined;
  /** Milliseconds of the whole. */
  ms?: number | undefined;
  /** Milliseconds from the first request to the exchange until its last answer. */
  exchangeMs?: number | undefined;
  /** Lambda's, the same as in its own lines. */
  requestId?: string | undefined;
  /** A fault's code, the word of a refusal, a command's name, or the class of an error that isn't ours. */
  code?: string | undefined;
  /** A notification channel's name, as its owner gave it. */
  channel?: string | undefined;
}

const fieldNames = [
  'positionId',
  'linkId',
  'decision',
  'status',
  'outcome',
  'ms',
  'exchangeMs',
  'requestId',
  'code',
  'channel',
] as const satisfies (keyof LogFields)[];

/** The metrics, each with its unit and with the field of its line that it is counted by. */
export const metrics = {
  Hits: { unit: 'Count', by: 'decision' },
  Outcomes: { unit: 'Count', by: 'outcome' },
  /** Of hits that acted. */
  Latency: { unit: 'Milliseconds' },
  ExchangeTime: { unit: 'Milliseconds' },
  /** Hits that should have acted and failed: refused, unreachable, broken. */
  Failures: { unit: 'Count' },
  /** Positions that wait for a person, as every sweep finds them. */
  NeedsAttention: { unit: 'Count' },
  Sweeps: { unit: 'Count' },
  SweepRecovered: { unit: 'Count' },
  /** Positions that a sweep could not look after. */
  SweepFailed: { unit: 'Count' },
  /** What kept a sweep from delivering notices; a channel counts once a sweep. */
  NotifyFailed: { unit: 'Count' },
} as const satisfies Record<string, { unit: 'Count' | 'Milliseconds'; by?: keyof LogFields }>;
export type MetricName = keyof typeof metrics;
export type Counts = Partial<Record<MetricName, number | undefined>>;

export interface Log {
  event(event: LogEvent, fields: LogFields, counts?: Counts): void;
  /** Metrics alone. Nothing is written where nobody reads them. */
  metrics(counts: Counts): void;
}

/**
 * One word that may be an id, a code or a class. The longest of ours is a request's, of 36; a token has 52, the
 * keys and secrets of exchanges 18, 36 or 64, which is why no field is ever made from one in the first place.
 */
const word = /^(?!rc_)[A-Za-z0-9][\w.:-]{0,39}$/;

export interface LogOptions {
  /** CloudWatch's namespace for the metrics; without one none are written. */
  namespace?: string | undefined;
  write?: (line: string) => void;
  now?: () => number;
}

/**
 * Lines of JSON. They go to stdout itself: `console` is the runtime's own on Lambda, which would wrap a line into
 * one of its own, and CloudWatch reads metrics only from a line that has them at its top.
 */
export function createLog({ namespace, write = toStdout, now = Date.now }: LogOptions): Log {
  const line = (event: LogEvent | undefined, fields: LogFields, counts: Counts): void => {
    const at = now();
    const told = Object.fromEntries(fieldNames.flatMap((name) => entryOf(name, fields[name])));
    const measured = namespace === undefined ? {} : metricsOf(namespace, at, told, counts);
    if (event === undefined && Object.keys(measured).length === 0) return;
    const level = event?.endsWith('-failed') === true ? 'ERROR' : 'INFO';
    write(JSON.stringify({ timestamp: new Date(at).toISOString(), level, event, ...told, ...measured }));
  };
  return {
    event: (event, fields, counts = {}) => line(event, fields, counts),
    metrics: (counts) => line(undefined, {}, counts),
  };
}

function toStdout(line: string): void {
  process.stdout.write(`${line}\n`);
}

function entryOf(name: keyof LogFields, value: string | number | undefined): [string, string | number][] {
  if (value === undefined) return [];
  if (typeof value === 'number') return [[name, Math.round(value)]];
  return [[name, word.test(value) ? value : 'unprintable']];
}

/**
 * CloudWatch's embedded metric format: what `_aws` names is read from the same line.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
function metricsOf(
  namespace: string,
  at: number,
  told: Record<string, string | number>,
  counts: Counts,
): Record<string, unknown> {
  const directives = [];
  const values: Record<string, number> = {};
  for (const [name, { unit, ...metric }] of Object.entries(metrics)) {
    const value = counts[name as MetricName];
    const by = 'by' in metric ? [metric.by] : [];
    if (value === undefined || by.some((field) => told[field] === undefined)) continue;
    values[name] = Math.round(value);
    directives.push({ Namespace: namespace, Dimensions: [by], Metrics: [{ Name: name, Unit: unit }] });
  }
  return directives.length === 0 ? {} : { ...values, _aws: { Timestamp: at, CloudWatchMetrics: directives } };
}

/** What an error is called in the log: its code where it is ours, its class where it is not. */
export function toErrorCode(thrown: unknown): string {
  if (!(thrown instanceof Error)) return typeof thrown;
  if (thrown instanceof Fault) {
    if (thrown.code !== 'internal') return thrown.code;
    return thrown.cause === undefined ? 'internal' : toErrorCode(thrown.cause);
  }
  // A class is letters only: what else somebody may have put into a name is not printed.
  return /^[A-Za-z]{1,40}$/.test(thrown.name) ? thrown.name : 'Error';
}
