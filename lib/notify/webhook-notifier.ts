import { type Channel, channelName } from './channels.ts';
import type { Notifier } from './notifier.ts';
import { sendRequest } from './send-request.ts';

type Webhook = Exclude<Channel, { kind: 'sns' | 'heartbeat' }>;

/** A channel that accepts a message as JSON over HTTP. */
export function webhookNotifier(webhook: Webhook): Notifier {
  return {
    channel: channelName(webhook),
    send: ({ text }) => sendRequest(toAddress(webhook), { method: 'POST', body: toBody(webhook, text) }),
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
