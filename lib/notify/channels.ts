import { z } from 'zod';
import { Fault } from '../fault.ts';
import { safeUrlSchema } from '../safe-url.ts';
import { topicArnSchema } from './topic-arn.ts';

/** The name of the stack's own topic as a channel. */
export const stackTopic = 'topic';

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'expected 1 to 32 lowercase letters, digits or -')
  .refine((given) => given !== stackTopic, { error: `"${stackTopic}" is the stack's own topic` })
  .describe('Identifies the channel. Default: its kind.')
  .optional();

const telegramSchema = z.strictObject({
  kind: z.literal('telegram'),
  name,
  token: z
    .string()
    .regex(/^\d{1,20}:[\w-]{10,100}$/, 'expected a bot token such as "123456:ABC-DEF…"')
    .describe("The bot's token, from BotFather."),
  chatId: z.union([z.string().min(1), z.number().int()]).transform(String),
  baseUrl: safeUrlSchema.default('https://api.telegram.org').describe('Another host of the Bot API.'),
});
const webhookUrl = safeUrlSchema.describe("The webhook's URL.");
const otherSchemas = [
  z.strictObject({ kind: z.literal('discord'), name, url: webhookUrl }),
  z.strictObject({ kind: z.literal('slack'), name, url: webhookUrl }),
  z.strictObject({
    kind: z.literal('heartbeat'),
    name,
    url: safeUrlSchema.describe('Fetched after each sweep. It gets no notices.'),
  }),
  z.strictObject({
    kind: z.literal('sns'),
    name,
    topicArn: topicArnSchema.describe('A standard topic.'),
    endpoint: safeUrlSchema.describe('An endpoint that is not AWS.').optional(),
  }),
] as const;

const channelSchema = z.discriminatedUnion('kind', [telegramSchema, ...otherSchemas]);
export type Channel = z.infer<typeof channelSchema>;

/** As Telegram's Bot API takes it: https://core.telegram.org/bots/api#sendmessage */
const chatIdSchema = z
  .string()
  .regex(
    /^(-?\d{1,20}|@\w{5,32})$/,
    'expected a number such as "-1001234567890", or "@" and a channel\'s name',
  )
  .describe('The chat id, or `@` and the name of a public channel.');

/** A channel to be added. It is stricter than what is read, so that channels stored earlier stay readable. */
export const newChannelSchema = z.discriminatedUnion('kind', [
  telegramSchema.extend({ chatId: chatIdSchema }),
  ...otherSchemas,
]);

export function channelName({ name, kind }: Channel): string {
  return name ?? kind;
}

/** The shortest last part of a webhook's URL of which 4 characters give nothing away. */
const minSecretLength = 16;

/** @returns where a channel sends to, without a secret: enough to distinguish two channels. */
export function describeTarget(channel: Channel): string {
  switch (channel.kind) {
    case 'telegram': {
      const { chatId, token } = channel;
      const chat = chatIdSchema.safeParse(chatId).success ? chatId : 'unknown';
      return `chat ${chat}, bot ${token.split(':')[0]}`;
    }
    case 'sns':
      return channel.topicArn;
    default: {
      const { host, href } = new URL(channel.url);
      const end = /\w*$/.exec(href)?.[0] ?? '';
      return end.length < minSecretLength ? host : `${host} …${end.slice(-4)}`;
    }
  }
}

/** The port to the stored list of channels. Every method may throw `channels-unreadable`. */
export interface ChannelStore {
  /** A missing list is empty. `fresh` bypasses the cache. */
  read(options?: { fresh?: boolean }): Promise<Channel[]>;
  /** Replaces the list by an edited one. Throws `conflict` if other programs change it too, and what `edit` throws. */
  change(edit: (channels: Channel[]) => Channel[]): Promise<void>;
}

/** A longer list stays readable: a list that can't be read would silence every channel. */
export const maxChannels = 20;

const channelsSchema = z
  .array(channelSchema)
  .refine((channels) => new Set(channels.map(channelName)).size === channels.length, {
    error: 'expected a different "name" for each channel of the same kind',
  });

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

export function nameTaken(name: string): Fault {
  return new Fault('conflict', `Channel "${name}" already exists. Nothing was changed.`, {
    hint: { text: 'Choose another name for the new one, or remove the other one first.' },
  });
}
