import { z } from 'zod';

/** A value from the command line (`-c name=value`) is text, one from cdk.json may be a number. */
const number = (low: number, high: number) =>
  z.coerce.number(`expected a whole number from ${low} to ${high}`).int().min(low).max(high);

/** The retentions that CloudWatch Logs knows, in days. */
const retentions = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653];

/** The context that the app reads. The table at the head of app.ts says the same for people. */
const settingsSchema = z.strictObject({
  prefix: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,23}$/, 'expected 1 to 24 lower-case letters, digits or -, a letter first')
    .default('ripcord'),
  baseUrl: z
    .string()
    .regex(/^https:\/\/[^/?#\s]+$/, 'expected https:// and a host, without a path or a slash at the end')
    .optional(),
  throttleRate: number(1, 10_000).default(10),
  throttleBurst: number(1, 5_000).default(20),
  logRetentionDays: z.coerce
    .number()
    .refine((days) => retentions.includes(days), `expected one of ${retentions.join(', ')}`)
    .default(30),
  reserveSweep: z.union([z.boolean(), z.stringbool()], 'expected true or false').default(true),
});

export type Settings = z.infer<typeof settingsSchema>;
const settingNames = Object.keys(settingsSchema.shape) as ReadonlyArray<keyof Settings>;

/**
 * @param read gives the context value of a name, undefined where there is none: `app.node.tryGetContext`.
 * @throws Error with one line for each wrong value: where it stands, what it is, what was expected.
 */
export function parseSettings(read: (name: string) => unknown): Settings {
  const context = Object.fromEntries(
    settingNames.map((name) => [name, read(name)]).filter(([, value]) => value !== undefined),
  );
  const parsed = settingsSchema.safeParse(context);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(({ path, message }) => {
    const name = String(path[0]);
    return `  context "${name}" is ${JSON.stringify(context[name])}: ${message}`;
  });
  throw new Error(
    `The stack's settings are wrong:\n${lines.join('\n')}\nSet them with -c name=value or in cdk.json.`,
  );
}
