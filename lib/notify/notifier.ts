import type { Notice } from '../position/notice.ts';

/** The port to one channel, such as a topic or a chat. */
export interface Notifier {
  /** The channel's name in the deliveries of notices. */
  channel: string;
  /** Sends once, without retries of its own. Ends within `sendTimeoutMs` and never throws. */
  send(message: Message): Promise<Sent>;
}

export interface Message {
  /** One line, for channels with a subject. */
  subject: string;
  /** One line for each notice. */
  text: string;
}

/** `why` holds no secrets. */
export type Sent =
  | { kind: 'sent' }
  /** The message did not arrive. `down`: the next message would most likely fail too. */
  | { kind: 'refused'; why: string; down: boolean }
  /** The response was lost, so the message may have arrived. */
  | { kind: 'unknown'; why: string };

/** The port to the list of channels. */
export interface Notifiers {
  /** `problem`: a sentence without secrets about why some channels could not be read. */
  all(): Promise<{ notifiers: Notifier[]; problem?: string }>;
  /** The outside monitors, which get no notices. None if they can't be read. */
  heartbeats?(): Promise<Notifier[]>;
}

/** A channel that does not respond within this time no longer delays the sweep. */
export const sendTimeoutMs = 5_000;

export const noNotifiers: Notifiers = { all: async () => ({ notifiers: [] }) };

/** SNS accepts e-mail subjects of printable ASCII with fewer than 100 characters. */
const maxSubjectLength = 99;

export function toMessage({ text }: Pick<Notice, 'text'>): Message {
  return {
    subject: `Ripcord: ${text.split('. ')[0]}`.replaceAll(/[^ -~]/g, '?').slice(0, maxSubjectLength),
    text,
  };
}
