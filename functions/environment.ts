import { z } from 'zod';
import { Fault } from '../lib/fault.ts';
import { topicArnSchema } from '../lib/notify/topic-arn.ts';

const placeSchema = z.string().regex(/^(ssm|file):\/./s, 'expected ssm:/ or file:/ and a path');

/** The functions' environment variables; infra sets the same names. */
const environmentSchema = z.object({
  /** The table's name. */
  RIPCORD_TABLE: z.string().min(1),
  /** An endpoint other than AWS's: dynalite in the local stack. */
  RIPCORD_TABLE_ENDPOINT: z.url().optional(),
  /** Where the credentials are: `ssm:/ripcord/accounts` or `file:/path/to/accounts.json`. */
  RIPCORD_ACCOUNTS: placeSchema,
  /** The start of every link: `https://…`, without a slash at the end. The admin function and the sweep need it. */
  RIPCORD_BASE_URL: z.url().optional(),
  /** The KMS key that encrypts accounts and channels; the admin function writes them. Absent: the AWS managed key. */
  RIPCORD_KMS_KEY: z.string().min(1).optional(),
  /** The CloudWatch namespace of the metrics. Absent: no metrics are written. */
  RIPCORD_METRICS: z.string().min(1).optional(),
  /** Where the notification channels are: `ssm:/ripcord/notify` or `file:/path/to/notify.json`. Absent: none. */
  RIPCORD_NOTIFY: placeSchema.optional(),
  /** The sweep function's name: it is started when a close is pending. Absent: the next scheduled run does it. */
  RIPCORD_SWEEP_FUNCTION: z.string().min(1).optional(),
  /** An endpoint of Lambda's API other than AWS's: the invoke API of the local stack. */
  RIPCORD_SWEEP_ENDPOINT: z.url().optional(),
  /** `true`: links and the sweep act on nothing, and use no position of the table. */
  RIPCORD_LINKS_HALTED: z.enum(['true', 'false']).optional(),
  /** The stack's fixed addresses, separated by commas: IPv4, with a port if it is not the usual one. Absent: none. */
  RIPCORD_EGRESS_ADDRESSES: z.string().min(1).optional(),
  /** Where the credential of the stack's proxies is, as of accounts. */
  RIPCORD_EGRESS_SECRET: placeSchema.optional(),
  /** The stack's own SNS topic, for e-mail. */
  RIPCORD_TOPIC_ARN: topicArnSchema.optional(),
});
export type Environment = z.infer<typeof environmentSchema>;

const alarmEnvironmentSchema = environmentSchema.pick({
  RIPCORD_TABLE: true,
  RIPCORD_TABLE_ENDPOINT: true,
  RIPCORD_METRICS: true,
  RIPCORD_NOTIFY: true,
});
/** The alarm function gets only these: it can't read an account. */
export type AlarmEnvironment = z.infer<typeof alarmEnvironmentSchema>;

/** Where accounts or channels are stored: a path in Parameter Store, or a file. */
interface Place {
  kind: 'ssm' | 'file';
  path: string;
}

/** @returns the parts of a variable such as `ssm:/ripcord/accounts`. */
export function parsePlace(variable: Environment['RIPCORD_ACCOUNTS']): Place {
  const separator = variable.indexOf(':');
  return { kind: variable.startsWith('ssm:') ? 'ssm' : 'file', path: variable.slice(separator + 1) };
}

/** @returns the parsed environment; throws `internal` with an issue for each wrong variable. */
export function parseEnvironment(variables: Variables): Environment {
  return parse(environmentSchema, variables);
}

/** The same for the alarm function. */
export function parseAlarmEnvironment(variables: Variables): AlarmEnvironment {
  return parse(alarmEnvironmentSchema, variables);
}

type Variables = Record<string, string | undefined>;

function parse<Result>(schema: z.ZodType<Result>, variables: Variables): Result {
  const parsed = schema.safeParse(variables);
  if (parsed.success) return parsed.data;
  throw new Fault('internal', 'The function has a wrong environment. Nothing was done.', {
    hint: { text: 'Fix the variables listed in the issues, or deploy again.' },
    issues: parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`),
  });
}
