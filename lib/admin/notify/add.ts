import { Fault } from '../../fault.ts';
import { type Channel, channelName, maxChannels, nameTaken } from '../../notify/channels.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';
import { toChannelView } from './list.ts';
import { sendTest } from './test.ts';

/**
 * Throws `invalid-input` for one channel too many, `conflict` for a used name, `channel-refused` if a wanted test did not
 * arrive, and `channels-unreadable`.
 */
export async function addChannel(
  { channels }: Pick<AdminServices, 'channels'>,
  { channel, test = false }: CommandInput<'notify.add'>,
): Promise<CommandResult<'notify.add'>> {
  requireRoom(channel, await channels.store.read({ fresh: true }));
  if (test) {
    const { result, why = 'no reason given' } = await sendTest(channels, channel);
    if (result !== 'sent') throw testFailed(channel, result, why);
  }
  await channels.store.change((stored) => {
    requireRoom(channel, stored);
    return [...stored, channel];
  });
  return { channel: toChannelView(channel, channels), tested: test };
}

function requireRoom(channel: Channel, stored: Channel[]): void {
  const name = channelName(channel);
  if (stored.some((each) => channelName(each) === name)) throw nameTaken(name);
  if (stored.length >= maxChannels) throw tooMany();
}

function tooMany(): Fault {
  return new Fault('invalid-input', `Ripcord uses at most ${maxChannels} channels. Nothing was changed.`, {
    hint: { text: 'Remove one first:', command: 'notify list' },
  });
}

const remedies: Record<Channel['kind'], string> = {
  telegram:
    'Check the token and the chat id. In Telegram, start a chat with the bot, or add the bot to the group.',
  slack: 'Check the URL: Slack may have revoked it.',
  discord: 'Check the URL: the webhook may have been deleted.',
  heartbeat: 'Check the URL: a GET request to it has to get a response with a status of 2xx within 2 s.',
  sns: "Check the ARN, and that the topic's policy lets Ripcord's functions publish to it.",
};

function testFailed({ kind }: Channel, result: string, why: string): Fault {
  const arrived =
    result === 'refused' ? 'The test message was not accepted' : 'The test message may not have arrived';
  return new Fault('channel-refused', `${arrived}: ${why}. The channel was not stored.`, {
    hint: { text: `${remedies[kind]} Or add it without a test.` },
  });
}
