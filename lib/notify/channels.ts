import { z } from 'zod';
import { Fault } from '../fault.ts';
import { safeUrlSchema } from '../safe-url.ts';
import { topicArnSchema } from './topic-arn.ts';

/** The name of the stack's own topic as a channel. */
export const stackTopic = 'topic';

/** Identifies the channel in the deliveries of notices. Required if two channels have the same kind. */
const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'expected 1 to 32 lowercase letters, digits or -')
  .refine((given) => given !== stackTopic, { error: `"${stackTopic}" is the stack's own topic` })
  .optional();

const channelSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('telegram'),
    name,
    /** The bot's token, from BotFather. */
    token: z.string().regex(/^\d{1,20}:[\w-]{10,100}$/, 'expected a bot token such as "123456:ABC-DEF…"'),
    chatId: z.union([z.string().min(1), z.number().int()]).transform(String),
    baseUrl: safeUrlSchema.default('https://api.telegram.org'),
  }),
  z.strictObject({ kind: z.literal('discord'), name, url: safeUrlSchema }),
  z.strictObject({ kind: z.literal('slack'), name, url: safeUrlSchema }),
  z.strictObject({
    kind: z.literal('sns'),
    name,
    topicArn: topicArnSchema,
    /** Another endpoint than AWS. */
    endpoint: safeUrlSchema.optional(),
  }),
]);
export type Channel = z.infer<typeof channelSchema>;

export function channelName({ name, kind }: Channel): string {
  return name ?? kind;
}

const channelsSchema = z
  .array(channelSchema)
  .max(20)
  .refine((channels) => new Set(channels.map(channelName)).size === channels.length, {
    error: 'expected a different "name" for each channel of the same kind',
  });

/** Reads the list of channels, possibly from a cache. A missing list is empty. Throws `channels-unreadable`. */
export type ReadChannels = () => Promise<Channel[]>;

/** @param place where the text comes from, for the error message. The text itself is secret. */
export function parseChannels(text: string, place: string): Channel[] {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    // Without the cause: the parser's message quotes the text.
    throw unreadableChannels(place, 'it is not JSON');
  }
  const parsed = channelsSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'list'}: ${issue.message}`);
  throw unreadableChannels(place, issues.join('; '), issues);
}

export function unreadableChannels(place: string, why: string, issues: string[] = []): Fault {
  return new Fault(
    'channels-unreadable',
    `The notification channels in ${place} cannot be used: ${why}. No notice was sent to them.`,
    { hint: { text: 'Expected a JSON list such as [{"kind":"slack","url":"https://…"}].' }, issues },
  );
}
