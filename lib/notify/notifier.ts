import type { Notice } from '../position/notice.ts';

/** The port to one channel: one topic, one chat. */
export interface Notifier {
  /** Its name, by which notices remember it. */
  channel: string;
  /** Never throws, and ends within `sendMs`. Sends once: no tries of its own. */
  send(message: Message): Promise<Sent>;
}

export interface Message {
  /** One line, where the channel has a place for it. */
  subject: string;
  /** One line. */
  text: string;
}

/** `why` holds nothing secret. */
export type Sent =
  | { kind: 'sent' }
  /**
   * It certainly did not arrive. `down`: nor would the next one, by the look of it.
   */
  | { kind: 'refused'; why: string; down: boolean }
  /** It may have arrived. */
  | { kind: 'unknown'; why: string };

/** The port to the list of channels. */
export interface Notifiers {
  /** `problem`: why some of them could not be read, in words and with nothing secret. */
  all(): Promise<{ notifiers: Notifier[]; problem?: string }>;
}

/** A channel that does not answer within this does not hold up the sweep any longer. */
export const sendMs = 5_000;

export const noNotifiers: Notifiers = { all: async () => ({ notifiers: [] }) };

/** E-mail subjects are printable ASCII, at most 100 characters. */
const subjectLength = 99;

export function toMessage({ text }: Pick<Notice, 'text'>): Message {
  return {
    subject: `Ripcord: ${text.split('. ')[0]}`.replaceAll(/[^ -~]/g, '?').slice(0, subjectLength),
    text,
  };
}
