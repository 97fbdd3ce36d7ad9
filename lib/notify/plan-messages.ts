import { deliveryTo, isDue, isUndelivered, type Notice } from '../position/notice.ts';
import { stackTopic } from './channels.ts';
import { type Message, type Notifier, toMessage } from './notifier.ts';

/** The notices that one channel gets in one message. */
export interface PlannedMessage {
  notifier: Notifier;
  notices: Notice[];
}

/** With this pause between two messages, a channel gets at most 6 in any 12 minutes. */
const spacingMs = (12 * 60_000) / 5;

/** @returns the messages to send now: at most one for each channel, with all that waits for the channel. */
export function planMessages(notices: Notice[], notifiers: Notifier[], now: number): PlannedMessage[] {
  return notifiers.flatMap((notifier) => {
    const { channel } = notifier;
    const due = notices.filter((notice) => reaches(notice, channel) && isDue(notice, channel, now));
    const lastTry = Math.max(0, ...notices.map((notice) => deliveryTo(channel, notice)?.at ?? 0));
    return due.length > 0 && now - lastTry >= spacingMs ? [{ notifier, notices: due }] : [];
  });
}

/** @returns whether a channel has yet to get one of the notices, now or later. */
export function isWaiting(notices: Notice[], notifiers: Notifier[], now: number): boolean {
  const names = notifiers.map(({ channel }) => channel);
  return notices.some((notice) =>
    isUndelivered(
      notice,
      names.filter((channel) => reaches(notice, channel)),
      now,
    ),
  );
}

/** CloudWatch itself publishes alarms to the stack's topic: its subscribers would get each of them twice. */
function reaches({ event }: Notice, channel: string): boolean {
  return event !== 'alarm' || channel !== stackTopic;
}

/** Below Discord's 2,000 characters, the lowest limit of all channels. */
const maxDigestLength = 1_900;

/** @returns the notice as a message, or one message with a line for each of several notices. */
export function toDigest(notices: Notice[]): Message {
  const [only, ...others] = notices;
  if (only !== undefined && others.length === 0) return toMessage(only);
  const title = `${notices.length} messages`;
  const maxLine = Math.floor((maxDigestLength - title.length) / notices.length) - 1;
  const lines = notices.map(({ text }) => (text.length > maxLine ? `${text.slice(0, maxLine - 1)}…` : text));
  return { subject: `Ripcord: ${title}`, text: [`${title}:`, ...lines].join('\n') };
}
