import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { type Channel, channelName } from './channels.ts';
import { type Notifier, type Sent, sendTimeoutMs } from './notifier.ts';

type Webhook = Exclude<Channel, { kind: 'sns' }>;

/** A channel that accepts a message as JSON over HTTP. */
export function webhookNotifier(webhook: Webhook): Notifier {
  return {
    channel: channelName(webhook),
    send: ({ text }) => postJson(toAddress(webhook), toBody(webhook, text)),
  };
}

function toAddress(webhook: Webhook): string {
  return webhook.kind === 'telegram'
    ? `${webhook.baseUrl.replace(/\/$/, '')}/bot${webhook.token}/sendMessage`
    : webhook.url;
}

/** SUPPRESS_EMBEDS, the third bit: Discord shows no preview of a URL in the text. */
const suppressEmbeds = 1 << 2;

/** Labels and exchange messages come from outside, so they must not mention a user or show a preview. */
function toBody(webhook: Webhook, text: string): object {
  switch (webhook.kind) {
    case 'telegram':
      return { chat_id: webhook.chatId, text, link_preview_options: { is_disabled: true } };
    case 'discord':
      return { content: text, allowed_mentions: { parse: [] }, flags: suppressEmbeds };
    case 'slack':
      return { text: escapeForSlack(text), unfurl_links: false, unfurl_media: false };
  }
}

/** Escapes Slack's three control characters: `<!channel>` would notify every member. */
function escapeForSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/**
 * Sends one POST on its own connection. A kept connection may be dead after Lambda has frozen and thawed the process,
 * and a message sent on it would have an unknown result.
 */
function postJson(address: string, body: object): Promise<Sent> {
  const { promise, resolve } = Promise.withResolvers<Sent>();
  const url = new URL(address);
  const payload = Buffer.from(JSON.stringify(body));
  const secure = url.protocol === 'https:';
  const request = (secure ? httpsRequest : httpRequest)(url, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json', 'content-length': payload.length },
  });
  let connected = false;
  const end = (sent: Sent): void => {
    clearTimeout(timer);
    resolve(sent);
    request.destroy();
  };
  const timer = setTimeout(
    () => end(connected ? noResponseInTime : notConnected('no connection')),
    sendTimeoutMs,
  );
  request.on('socket', (socket) => {
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      connected = true;
    });
  });
  request.on('error', (error: NodeJS.ErrnoException) =>
    end(connected ? noResponse : notConnected(toReason(error))),
  );
  request.on('response', (response) => {
    response.resume();
    end(toSent(response.statusCode ?? 0));
  });
  request.end(payload);
  return promise;
}

const noResponse: Sent = { kind: 'unknown', why: 'no response' };
const noResponseInTime: Sent = { kind: 'unknown', why: `no response within ${sendTimeoutMs / 1_000} s` };

/** Before the connection is established, no part of the message has left. */
function notConnected(why: string): Sent {
  return { kind: 'refused', why, down: true };
}

/** The code without the message, which may contain the URL and so a secret. */
function toReason({ code }: NodeJS.ErrnoException): string {
  return code === undefined ? 'no connection' : `no connection (${code})`;
}

/** The next message would most likely fail too after 429 or an error of the service itself. */
function toSent(status: number): Sent {
  return status >= 200 && status < 300
    ? { kind: 'sent' }
    : { kind: 'refused', why: `responded ${status}`, down: status === 429 || status >= 500 };
}
