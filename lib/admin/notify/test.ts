import { type Channel, channelName } from '../../notify/channels.ts';
import { toMessage } from '../../notify/notifier.ts';
import { inParallel } from '../../parallel.ts';
import type { AdminServices, NoticeChannels } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';
import { channelNotFound, listAll } from './list.ts';

type Report = CommandResult<'notify.test'>['reports'][number];

/** Sends to all channels at the same time, or to one. Throws `channels-unreadable` and `channel-not-found`. */
export async function testChannels(
  { channels }: Pick<AdminServices, 'channels'>,
  { channel: name }: CommandInput<'notify.test'>,
): Promise<CommandResult<'notify.test'>> {
  const all = await listAll(channels);
  const chosen = name === undefined ? all : all.filter((each) => channelName(each) === name);
  if (name !== undefined && chosen.length === 0) throw channelNotFound(name);
  return { reports: await inParallel(chosen, chosen.length, (channel) => sendTest(channels, channel)) };
}

/** Sends one test message. */
export async function sendTest({ toNotifier }: NoticeChannels, channel: Channel): Promise<Report> {
  const sent = await toNotifier(channel).send(
    toMessage({ text: 'Test: this channel receives notices from Ripcord. No position changed.' }),
  );
  return { channel: channelName(channel), result: sent.kind, why: 'why' in sent ? sent.why : undefined };
}
