import type { JSX } from 'preact';
import type { ChannelView } from './channels.ts';

/**
 * Where to find what a form asks for, as the services describe it:
 * https://core.telegram.org/bots/features#botfather, https://core.telegram.org/bots/api#getupdates,
 * https://api.slack.com/messaging/webhooks,
 * https://support.discord.com/hc/en-us/articles/228383668-Intro-to-Webhooks
 */
const steps: Record<ChannelView['kind'], JSX.Element[]> = {
  telegram: [
    <>
      In Telegram, send <code>/newbot</code> to <b>@BotFather</b>. It answers with the bot's token.
    </>,
    <>
      Open a chat with your bot and select <b>Start</b>. Or add the bot to a group and send{' '}
      <code>/start</code> there.
    </>,
    <>
      In a private window, open <code>https://api.telegram.org/botTOKEN/getUpdates</code> with your token. It
      shows the chat id as <code>message.chat.id</code>. The chat id of a group is negative.
    </>,
  ],
  slack: [
    <>
      At <b>api.slack.com/apps</b>, create an app for your workspace.
    </>,
    <>
      Select <b>Incoming Webhooks</b> and turn on <b>Activate Incoming Webhooks</b>.
    </>,
    <>
      Select <b>Add New Webhook to Workspace</b>, choose a channel, and copy the webhook's URL.
    </>,
  ],
  discord: [
    <>
      In Discord, open <b>Server Settings › Integrations › Webhooks</b>.
    </>,
    <>
      Select <b>New Webhook</b> and its channel.
    </>,
    <>
      Select <b>Copy Webhook URL</b>.
    </>,
  ],
  sns: [
    <>Create a standard topic in Amazon SNS, subscribe to it, and confirm the subscription.</>,
    <>
      In the topic's access policy, allow <code>sns:Publish</code> to the roles of Ripcord's admin, sweep and
      alarm functions.
    </>,
    <>Copy the topic's ARN.</>,
  ],
  heartbeat: [
    <>
      At a monitoring service, create a check that expects a request every minute and reports when none comes.
    </>,
    <>Copy the check's URL. Ripcord fetches it after each finished sweep.</>,
  ],
};

export function ChannelSteps({ kind }: { kind: ChannelView['kind'] }) {
  return (
    <section class="steps">
      <h3>Where to find this</h3>
      <ol>
        {steps[kind].map((step, index) => (
          <li key={`${kind} ${index}`}>{step}</li>
        ))}
      </ol>
    </section>
  );
}
