import { z } from 'zod';
import { newChannelSchema } from '../../notify/channels.ts';
import type { CommandDefinition } from './command-definition.ts';

const channelReportSchema = z.object({
  channel: z.string(),
  /**
   * `unknown`: it was sent and no answer came. `unconfirmed`: the topic accepted it, and no e-mail address has confirmed its
   * subscription.
   */
  result: z.enum(['sent', 'refused', 'unknown', 'unconfirmed']),
  why: z.string().optional(),
});

/** A channel without its token or URL. */
const channelViewSchema = z.object({
  name: z.string(),
  kind: z.enum(['telegram', 'discord', 'slack', 'sns', 'heartbeat']),
  /** Where it sends to, without a secret. */
  target: z.string(),
  /** The stack's own topic: it can't be removed. */
  builtIn: z.boolean(),
  /** The latest attempt to deliver a notice. Tests don't count. */
  lastDelivery: z
    .object({ state: z.enum(['sent', 'failed']), at: z.string(), why: z.string().optional() })
    .optional(),
});

export const notifyCommands = {
  'notify.list': {
    summary: 'Lists the notification channels, without tokens and URLs.',
    input: z.strictObject({}),
    result: z.object({ channels: z.array(channelViewSchema) }),
  },
  'notify.add': {
    summary: 'Stores a notification channel. Refuses a name that is used.',
    details: 'The sweep uses it within five minutes.',
    input: z.strictObject({
      channel: newChannelSchema.describe('The channel, as in notify.json.'),
      test: z
        .boolean()
        .describe('Sends a test message first, and stores the channel only if it is accepted.')
        .optional(),
    }),
    result: z.object({ channel: channelViewSchema, tested: z.boolean() }),
  },
  'notify.remove': {
    summary: 'Removes a notification channel.',
    details: 'The sweep may use it for another five minutes.',
    input: z.strictObject({ name: z.string().min(1).max(32).describe('Name of the channel.') }),
    result: z.object({ name: z.string() }),
  },
  'notify.test': {
    summary: 'Sends a test message to every notification channel, or to one, and reports on each.',
    input: z.strictObject({
      channel: z.string().min(1).max(32).describe('Name of one channel. Default: all channels.').optional(),
    }),
    result: z.object({ reports: z.array(channelReportSchema) }),
  },
} as const satisfies Record<string, CommandDefinition>;
