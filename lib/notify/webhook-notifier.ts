import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { type Channel, channelName } from './channels.ts';
import { type Notifier, type Sent, sendMs } from './notifier.ts';

type Webhook = Exclude<Channel, { kind: 'sns' }>;

/** A channel that takes a message as JSON over HTTP. */
export function webhookNotifier(webhook: Webhook): Notifier {
  return {
    channel: channelName(webhook),
    send: ({ text }) => postJson(addressOf(webhook), bodyOf(webhook, text)),
  };
}

function addressOf(webhook: Webhook): string {
  return webhook.kind === 'telegram'
    ? `${webhook.baseUrl.replace(/\/$/, '')}/bot${webhook.token}/sendMessage`
    : webhook.url;
}

/** SUPPRESS_EMBEDS, the third bit: Discord draws no preview of an address in the text. */
const suppressEmbeds = 1 << 2;

/** Text that others have written must not ring anybody or draw a preview. */
function bodyOf(webhook: Webhook, text: string): object {
  switch (webhook.kind) {
    case 'telegram':
      return { chat_id: webhook.chatId, text, link_preview_options: { is_disabled: true } };
    case 'discord':
      return { content: text, allowed_mentions: { parse: [] }, flags: suppressEmbeds };
    case 'slack':
      return { text: escapeForSlack(text), unfurl_links: false, unfurl_media: false };
  }
}

/** The three characters that Slack takes for its own: `<!channel>` would ring everybody. */
function escapeForSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/**
 * One POST on a connection of its own: one that was kept open may be dead without knowing, after Lambda has frozen
 * it, and what was sent down it would be neither here nor there.
 */
function postJson(address: string, body: object): Promise<Sent> {
  return new Promise((resolve) => {
    const url = new URL(address);
    const payload = Buffer.from(JSON.stringify(body));
    let connected = false;
    const end = (sent: Sent): void => {
      clearTimeout(timer);
      resolve(sent);
      request.destroy();
    };
    const fail = (why: string): void =>
      end(connected ? { kind: 'unknown', why } : { kind: 'refused', why, down: true });
    const secure = url.protocol === 'https:';
    const request = (secure ? httpsRequest : httpRequest)(url, {
      method: 'POST',
      agent: false,
      headers: { 'content-type': 'application/json', 'content-length': payload.length },
    });
    const timer = setTimeout(
      () => fail(connected ? `no answer within ${sendMs / 1_000} s` : 'no connection'),
      sendMs,
    );
    request.on('socket', (socket) => {
      // Before it, nothing of the request has left.
      socket.once(secure ? 'secureConnect' : 'connect', () => {
        connected = true;
      });
    });
    request.on('error', (error: NodeJS.ErrnoException) => fail(connected ? 'no answer' : reasonOf(error)));
    request.on('response', (response) => {
      response.resume();
      end(judge(response.statusCode ?? 0));
    });
    request.end(payload);
  });
}

/** The code and never the message, which may name the address. */
function reasonOf({ code }: NodeJS.ErrnoException): string {
  return code === undefined ? 'no connection' : `no connection (${code})`;
}

/** Too many requests, and the service's own trouble, would meet the next one too. */
function judge(status: number): Sent {
  return status >= 200 && status < 300
    ? { kind: 'sent' }
    : { kind: 'refused', why: `answered ${status}`, down: status === 429 || status >= 500 };
}
