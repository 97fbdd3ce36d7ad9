import { z } from 'zod';
import { Fault } from '../fault.ts';
import { safeUrlSchema } from '../safe-url.ts';
import { topicArnSchema } from './topic-arn.ts';

/** The name of the topic that the stack itself makes. */
export const stackTopic = 'topic';

/** How notices remember it; needed where two channels are of one kind. */
const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'expected 1 to 32 lower-case letters, digits or -')
  .refine((given) => given !== stackTopic, { error: `"${stackTopic}" is the stack's own topic` })
  .optional();

const channelSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('telegram'),
    name,
    /** The bot's, as BotFather gives it. */
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
    /** Instead of AWS's own. */
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
    error: 'expected a "name" of its own for each of several channels of one kind',
  });

/** Reads the list anew, or what is known of it. No list is an empty one. Throws `channels-unreadable`. */
export type ReadChannels = () => Promise<Channel[]>;

/** @param place where the text is from, for the person who has to mend it; the text itself is secret. */
export function parseChannels(text: string, place: string): Channel[] {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    // No cause: the parser's own message quotes what it read.
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
    `The notification channels in ${place} can not be used: ${why}. Expected a JSON list such as [{"kind":"slack","url":"https://…"}].`,
    { issues },
  );
}
