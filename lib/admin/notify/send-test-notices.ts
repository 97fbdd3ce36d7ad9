import { Fault } from '../../fault.ts';
import { toMessage } from '../../notify/notifier.ts';
import { inParallel } from '../../parallel.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandResult } from '../contract/commands.ts';

/** Sends to all channels at the same time. Throws `channels-unreadable`. */
export async function sendTestNotices({
  notifiers: channels,
}: Pick<AdminServices, 'notifiers'>): Promise<CommandResult<'notify.test'>> {
  const { notifiers, problem } = await channels.all();
  if (problem !== undefined) throw new Fault('channels-unreadable', problem);
  const message = toMessage({
    text: 'Test: this channel receives notices from Ripcord. No position changed.',
  });
  const reports = await inParallel(notifiers, notifiers.length, async (notifier) => {
    const sent = await notifier.send(message);
    return { channel: notifier.channel, result: sent.kind, why: 'why' in sent ? sent.why : undefined };
  });
  return { reports };
}
