import { Fault } from './fault.ts';

/** Every event that a log line can have. Alarms and saved queries filter by them. */
export const logEvents = [
  /** A hit was answered. */
  'hit',
  /** A hit met an unexpected error, or DynamoDB did not respond. */
  'hit-failed',
  /** A command of the admin function was answered. */
  'command',
  'command-failed',
  /** A sweep completed a claim whose owner had died. */
  'recovered',
  /** One position that a sweep could not process. */
  'position-failed',
  /** The record of a hit could not be written, and the process keeps it; or a sweep got one that it can't read. */
  'record-failed',
  /** A channel, or reading the list of channels, failed. `ripcord notify test` reports why. */
  'notify-failed',
  /** A sweep could not check the accounts, because the table did not respond. */
  'accounts-unwatched',
  /** A sweep ran while links are halted, and acted on nothing. */
  'sweep-halted',
  /** A sweep left positions to the next one: its time or an exchange's limits were used up. */
  'sweep-deferred',
  /** A sweep could not start. */
  'sweep-failed',
  /** The minute rule could not prepare the trigger for the next hit. Links work. */
  'warm-up-failed',
  /** An alarm has yet to reach a channel. */
  'alarm-failed',
] as const;
export type LogEvent = (typeof logEvents)[number];

/** All that a line can hold beside its event. Never a token, a key, a header, a body or a message. */
export interface LogFields {
  positionId?: string | undefined;
  linkId?: string | undefined;
  /** What Ripcord decided about a hit. */
  decision?: string | undefined;
  /** The HTTP status of the response. */
  status?: number | undefined;
  /** The recorded outcome of an action, or the result of a command. */
  outcome?: string | undefined;
  /** The whole duration in milliseconds. */
  ms?: number | undefined;
  /** Milliseconds from the first request to the exchange until its last answer. */
  exchangeMs?: number | undefined;
  /** Lambda's request id, the same as in its own lines. */
  requestId?: string | undefined;
  /** A fault's code, a response's status, a command's name, or the class of any other error. */
  code?: string | undefined;
  /** The name that the owner gave to a notification channel. */
  channel?: string | undefined;
  /** An exchange's id, such as `binance`. */
  exchange?: string | undefined;
  /** How many positions a sweep left to the next one. */
  deferred?: number | undefined;
  /** Those of them that lack exits. */
  deferredUrgent?: number | undefined;
  /** Positions whose fees and funding it left. */
  deferredFigures?: number | undefined;
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
  'exchange',
  'deferred',
  'deferredUrgent',
  'deferredFigures',
] as const satisfies (keyof LogFields)[];

/** The metrics, each with its unit and the field of its line that it is counted by. */
export const metrics = {
  Hits: { unit: 'Count', by: 'decision' },
  Outcomes: { unit: 'Count', by: 'outcome' },
  /** Duration of hits that acted. */
  Latency: { unit: 'Milliseconds' },
  ExchangeTime: { unit: 'Milliseconds' },
  /** Hits that acted without an outcome, and hits that Ripcord could not handle. Not those while links are halted. */
  Failures: { unit: 'Count' },
  /** Records of hits that could not be written at once. */
  UnwrittenHits: { unit: 'Count' },
  /** Positions that need attention, as each sweep finds them. */
  NeedsAttention: { unit: 'Count' },
  SweepRecovered: { unit: 'Count' },
  /** Positions that a sweep could not process. */
  SweepFailed: { unit: 'Count' },
  /** Channels that a sweep could not deliver to, or a list of them that it could not read; each counts once in a sweep. */
  NotifyFailed: { unit: 'Count' },
} as const satisfies Record<string, { unit: 'Count' | 'Milliseconds'; by?: keyof LogFields }>;
export type MetricName = keyof typeof metrics;
export type MetricValues = Partial<Record<MetricName, number | undefined>>;

export interface Log {
  event(event: LogEvent, fields: LogFields, values?: MetricValues): void;
  /** Writes metrics without an event. Without a namespace it writes nothing. */
  metrics(values: MetricValues): void;
}

/**
 * One word that can be an id, a code or a class. The longest is a request id, of 36 characters. A token has 52; the keys
 * and secrets of exchanges have 18, 36 or 64, so this alone would not stop all of them: no field is made from one.
 */
const printableWord = /^(?!rc_)[A-Za-z0-9][\w.:-]{0,39}$/;

export interface LogOptions {
  /** The CloudWatch namespace of the metrics. Absent: no metrics are written. */
  namespace?: string | undefined;
  write?: (line: string) => void;
  now?: () => number;
}

/**
 * Writes lines of JSON to stdout. `console` would not do: on Lambda the runtime wraps its lines, and CloudWatch reads
 * metrics only from the top level of a line.
 */
export function createLog({ namespace, write = toStdout, now = Date.now }: LogOptions): Log {
  const line = (event: LogEvent | undefined, fields: LogFields, values: MetricValues): void => {
    const at = now();
    const printed = Object.fromEntries(fieldNames.flatMap((name) => toEntry(name, fields[name])));
    const measured = namespace === undefined ? {} : toEmbeddedMetrics(namespace, at, printed, values);
    if (event === undefined && Object.keys(measured).length === 0) return;
    const level = event?.endsWith('-failed') === true ? 'ERROR' : 'INFO';
    write(JSON.stringify({ timestamp: new Date(at).toISOString(), level, event, ...printed, ...measured }));
  };
  return {
    event: (event, fields, values = {}) => line(event, fields, values),
    metrics: (values) => line(undefined, {}, values),
  };
}

function toStdout(line: string): void {
  process.stdout.write(`${line}\n`);
}

function toEntry(name: keyof LogFields, value: string | number | undefined): [string, string | number][] {
  if (value === undefined) return [];
  if (typeof value === 'number') return [[name, Math.round(value)]];
  return [[name, printableWord.test(value) ? value : 'unprintable']];
}

/**
 * CloudWatch's embedded metric format: `_aws` names which fields of the same line are metrics.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
function toEmbeddedMetrics(
  namespace: string,
  at: number,
  printed: Record<string, string | number>,
  values: MetricValues,
): Record<string, unknown> {
  const directives = [];
  const measured: Record<string, number> = {};
  for (const [name, { unit, ...metric }] of Object.entries(metrics)) {
    const value = values[name as MetricName];
    const by = 'by' in metric ? [metric.by] : [];
    if (value === undefined || by.some((field) => printed[field] === undefined)) continue;
    measured[name] = Math.round(value);
    directives.push({ Namespace: namespace, Dimensions: [by], Metrics: [{ Name: name, Unit: unit }] });
  }
  return directives.length === 0
    ? {}
    : { ...measured, _aws: { Timestamp: at, CloudWatchMetrics: directives } };
}

/** @returns what the log calls an error: a fault's code, the class of any other error. Never its message. */
export function toErrorCode(thrown: unknown): string {
  if (!(thrown instanceof Error)) return typeof thrown;
  if (thrown instanceof Fault) {
    if (thrown.code !== 'internal') return thrown.code;
    return thrown.cause === undefined ? 'internal' : toErrorCode(thrown.cause);
  }
  // A class name has letters only. A name with anything else may carry a value, so it is not printed.
  return /^[A-Za-z]{1,40}$/.test(thrown.name) ? thrown.name : 'Error';
}
