import { describeAwsFailure } from '../../aws-error.ts';
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
  return { reports: await inParallel(chosen, chosen.length, (channel) => testChannel(channels, channel)) };
}

/** SNS accepts a message for an address that has not confirmed. Only the stack's own topic lists its subscribers to us. */
async function testChannel(channels: NoticeChannels, channel: Channel): Promise<Report> {
  const report = await sendTest(channels, channel);
  if (report.result !== 'sent' || !channels.builtIn.includes(channel)) return report;
  try {
    const why = await channels.findNoSubscriber(channel);
    return why === undefined ? report : { ...report, result: 'unconfirmed', why };
  } catch (thrown) {
    const why = describeAwsFailure('SNS', thrown);
    return { ...report, result: 'unknown', why: `the subscribers of the topic can't be read. ${why}` };
  }
}

/** Sends one test message. */
export async function sendTest({ toNotifier }: NoticeChannels, channel: Channel): Promise<Report> {
  const sent = await toNotifier(channel).send(
    toMessage({ text: 'Test: this channel receives notices from Ripcord. No position changed.' }),
  );
  return { channel: channelName(channel), result: sent.kind, why: 'why' in sent ? sent.why : undefined };
}
