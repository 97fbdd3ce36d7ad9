import { signal } from '@preact/signals';
import type { CommandResult } from '../../../lib/admin/contract/commands.ts';
import { call, errorMessage } from '../api.ts';

export type ChannelView = CommandResult<'notify.list'>['channels'][number];

/** Without tokens and URLs: the server never returns them. Undefined until they were read. */
export const channels = signal<ChannelView[] | undefined>(undefined);
/** Why the last read of them failed. */
export const channelsProblem = signal<string | undefined>(undefined);

export async function loadChannels(): Promise<void> {
  try {
    channels.value = (await call('notify.list', {})).channels;
    channelsProblem.value = undefined;
  } catch (thrown) {
    channelsProblem.value = errorMessage(thrown);
  }
}

export const kindNames: Record<ChannelView['kind'], string> = {
  telegram: 'Telegram',
  slack: 'Slack',
  discord: 'Discord',
  sns: 'SNS',
  heartbeat: 'Heartbeat',
};
