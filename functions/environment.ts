import { z } from 'zod';
import { Fault } from '../lib/fault.ts';
import { topicArnSchema } from '../lib/notify/topic-arn.ts';

/** What the functions take from their environment; infra sets the same names. */
const environmentSchema = z.object({
  /** The table's name. */
  RIPCORD_TABLE: z.string().min(1),
  /** Another endpoint than AWS's own: dynalite on this machine. */
  RIPCORD_TABLE_ENDPOINT: z.url().optional(),
  /** Where credentials are: `ssm:/ripcord/accounts` or `file:/path/to/accounts.json`. */
  RIPCORD_ACCOUNTS: z.templateLiteral([z.enum(['ssm', 'file']), ':/', z.string().min(1)]),
  /** What links start with: `https://…`, without a slash at the end. Only the admin function needs it. */
  RIPCORD_BASE_URL: z.url().optional(),
  /** CloudWatch's namespace for the metrics. Absent: none are written. */
  RIPCORD_METRICS: z.string().min(1).optional(),
  /** Where the notification channels are: `ssm:/ripcord/notify` or `file:/path/to/notify.json`. Absent: none. */
  RIPCORD_NOTIFY: z.templateLiteral([z.enum(['ssm', 'file']), ':/', z.string().min(1)]).optional(),
  /** The stack's own topic, for e-mail. */
  RIPCORD_TOPIC_ARN: topicArnSchema.optional(),
});
export type Environment = z.infer<typeof environmentSchema>;

/** @returns the parsed environment; throws a Fault that names what is missing. */
export function parseEnvironment(variables: Record<string, string | undefined>): Environment {
  const parsed = environmentSchema.safeParse(variables);
  if (parsed.success) return parsed.data;
  throw new Fault('internal', 'The function is configured wrongly.', {
    issues: parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`),
  });
}
