import { type Channel, channelName } from './channels.ts';
import type { Notifier } from './notifier.ts';
import { sendRequest } from './send-request.ts';

/** The sweep's own time ends 5 s before the next run's, and a function is stopped 3 s after that. */
export const heartbeatMs = 2_000;

/** An outside monitor: it gets no text, but one GET after each sweep, and notices itself if none comes. */
export function heartbeatNotifier(channel: Extract<Channel, { kind: 'heartbeat' }>): Notifier {
  return {
    channel: channelName(channel),
    send: () => sendRequest(channel.url, { method: 'GET', timeoutMs: heartbeatMs }),
  };
}
