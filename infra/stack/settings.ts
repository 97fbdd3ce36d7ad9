import { z } from 'zod';

/** Accepts text, because `-c name=value` sets text, and numbers, as cdk.json may have them. */
function number(low: number, high: number) {
  return z.coerce.number(`expected a whole number from ${low} to ${high}`).int().min(low).max(high);
}

/** The retention periods that CloudWatch Logs offers, in days. */
const retentions = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653];

/** The CDK context of the app. app.ts documents the same settings as a table. */
const settingsSchema = z
  .strictObject({
    prefix: z
      .string()
      .regex(
        /^[a-z][a-z0-9-]{0,23}$/,
        'expected 1 to 24 lowercase letters, digits or -, starting with a letter',
      )
      .default('ripcord'),
    notifyEmail: z.email('expected an e-mail address').optional(),
    domainName: z
      .string()
      .regex(
        /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
        'expected a host such as links.example.org',
      )
      .optional(),
    certificateArn: z
      .string()
      .regex(
        /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/,
        'expected the ARN of an ACM certificate',
      )
      .optional(),
    hostedZoneId: z
      .string()
      .regex(/^Z[A-Z0-9]{1,31}$/, 'expected the id of a Route 53 zone, such as Z0123456789ABC')
      .optional(),
    throttleRate: number(1, 5_000).default(100),
    throttleBurst: number(1, 2_500).default(50),
    triggerConcurrency: number(0, 10_000).default(200),
    reserveSweep: z.union([z.boolean(), z.stringbool()], 'expected true or false').default(true),
    logRetentionDays: z.coerce
      .number()
      .refine((days) => retentions.includes(days), `expected one of ${retentions.join(', ')}`)
      .default(30),
  })
  .superRefine(({ domainName, certificateArn, hostedZoneId }, refinement) => {
    const addIssue = (name: string, message: string) =>
      refinement.addIssue({ code: 'custom', path: [name], message });
    if (domainName !== undefined && certificateArn === undefined)
      addIssue('certificateArn', 'expected the ACM certificate of domainName, in the region of the stack');
    if (domainName === undefined && (certificateArn ?? hostedZoneId) !== undefined)
      addIssue('domainName', 'expected the host of certificateArn and hostedZoneId');
  });

export type Settings = z.infer<typeof settingsSchema>;
const settingNames = Object.keys(settingsSchema.shape);

/** CDK's own names contain a colon or a slash, except the one that `cdk cli-telemetry` writes. */
function isCdkName(name: string): boolean {
  return /[:/]/.test(name) || name === 'cli-telemetry';
}

/**
 * @param context the whole context: `app.node.getAllContext()`. An unknown name is an error: a misspelled one would
 * silently leave a default in effect.
 * @throws Error with one line for each invalid value: its name, its value and what was expected.
 */
export function parseSettings(context: Readonly<Record<string, unknown>>): Settings {
  const own = Object.fromEntries(Object.entries(context).filter(([name]) => !isCdkName(name)));
  const parsed = settingsSchema.safeParse(own);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map(
        (name) => `  context "${name}" is unknown: expected one of ${settingNames.join(', ')}`,
      );
    const name = String(issue.path[0]);
    return [`  context "${name}" is ${JSON.stringify(own[name]) ?? 'missing'}: ${issue.message}`];
  });
  throw new Error(
    `The stack's settings are invalid. Nothing was synthesized.\n${lines.join('\n')}\nSet them with -c name=value or in cdk.json.`,
  );
}
