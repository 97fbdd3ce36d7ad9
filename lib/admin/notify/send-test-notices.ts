import { Fault } from '../../fault.ts';
import { type Notifiers, toMessage } from '../../notify/notifier.ts';
import { inParallel } from '../../parallel.ts';
import type { CommandResult } from '../contract/commands.ts';

/** Sends a test message to every channel at once. Throws `channels-unreadable`. */
export async function tryChannels(channels: Notifiers): Promise<CommandResult<'notify.test'>> {
  const { notifiers, problem } = await channels.all();
  if (problem !== undefined) throw new Fault('channels-unreadable', problem);
  const message = toMessage({ text: 'Test: Ripcord can reach you here. Nothing has happened.' });
  const reports = await inParallel(notifiers, notifiers.length, async (notifier) => {
    const sent = await notifier.send(message);
    return { channel: notifier.channel, result: sent.kind, why: 'why' in sent ? sent.why : undefined };
  });
  return { reports };
}
