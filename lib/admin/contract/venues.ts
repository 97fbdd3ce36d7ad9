import { z } from 'zod';
import { accountNameSchema } from '../../account/account.ts';
import type { CommandDefinition } from './command-definition.ts';

const stepSchema = z.object({
  afterMs: z.number(),
  request: z.string(),
  /** How long before it was sent the request states that it was made. Absent: then. */
  ageMs: z.number().optional(),
  /** Absent: no response came. */
  status: z.number().optional(),
  answer: z.string(),
});

const experimentResultSchema = z.object({
  experiment: z.string(),
  answer: z.enum(['holds', 'does-not-hold', 'unknown']),
  why: z.string(),
  /** What could not be undone on the test network. */
  left: z.array(z.string()),
  /** What was sent and answered, without keys and signatures. */
  steps: z.array(stepSchema),
});

const verifyResult = z.object({
  account: accountNameSchema,
  exchange: z.string(),
  market: z.string(),
  /** The test network, or this machine. No request goes to another host. */
  host: z.string(),
  /** Their names: docs/reference/exchanges.md has what each one shows. */
  experiments: z.array(z.string()),
  /** Of the experiment that was run. */
  result: experimentResultSchema.optional(),
});
export type ExperimentResultView = z.infer<typeof experimentResultSchema>;

export const venuesCommands = {
  'venues.verify': {
    summary: 'Tests what is not proven about an exchange, by small orders on its test network.',
    details:
      'Without an experiment, it lists the experiments and sends nothing. Refuses an account that is not on a test network, and an exchange without experiments.',
    input: z.strictObject({
      account: accountNameSchema.describe('An account on the test network, stored with `sandbox`.'),
      experiment: z.string().describe('The experiment to run: a name from the list.').optional(),
    }),
    result: verifyResult,
  },
} as const satisfies Record<string, CommandDefinition>;
