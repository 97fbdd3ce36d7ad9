import { Fault } from '../../fault.ts';
import { channelName, stackTopic } from '../../notify/channels.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';
import { channelNotFound } from './list.ts';

/** Throws `channel-not-found`, `conflict` for the stack's own topic, and `channels-unreadable`. */
export async function removeChannel(
  { channels }: Pick<AdminServices, 'channels'>,
  { name }: CommandInput<'notify.remove'>,
): Promise<CommandResult<'notify.remove'>> {
  if (name === stackTopic)
    throw new Fault('conflict', "The stack's own topic is part of the deployment. Nothing was removed.", {
      hint: { text: 'Unsubscribe the e-mail address from it, or deploy without notifyEmail.' },
    });
  await channels.store.change((stored) => {
    const others = stored.filter((channel) => channelName(channel) !== name);
    if (others.length === stored.length) throw channelNotFound(name);
    return others;
  });
  return { name };
}
