import { Fault } from '../../fault.ts';
import { type Channel, channelName, describeTarget } from '../../notify/channels.ts';
import { type Delivery, deliveryTo, type Notice } from '../../position/notice.ts';
import type { AdminServices, NoticeChannels } from '../admin-services.ts';
import type { CommandResult } from '../contract/commands.ts';

type ChannelView = CommandResult<'notify.list'>['channels'][number];

/** Throws `channels-unreadable`. */
export async function listChannels({
  services,
  channels,
}: Pick<AdminServices, 'services' | 'channels'>): Promise<CommandResult<'notify.list'>> {
  const { store } = services;
  const [all, positions, health] = await Promise.all([
    listAll(channels),
    store.listPositions('all'),
    store.readAccountHealth(),
  ]);
  const notices = [...health.notices, ...positions.flatMap(({ notices = [] }) => notices)];
  return {
    channels: all.map((channel) => ({
      ...toChannelView(channel, channels),
      lastDelivery: findLastDelivery(channelName(channel), notices),
    })),
  };
}

/** @returns the built-in channels and the stored ones. */
export async function listAll({ builtIn, store }: NoticeChannels): Promise<Channel[]> {
  return [...builtIn, ...(await store.read({ fresh: true }))];
}

/** @returns the channel without its secret. */
export function toChannelView(channel: Channel, { builtIn }: NoticeChannels): ChannelView {
  return {
    name: channelName(channel),
    kind: channel.kind,
    target: describeTarget(channel),
    builtIn: builtIn.includes(channel),
  };
}

function findLastDelivery(name: string, notices: Notice[]): ChannelView['lastDelivery'] {
  const deliveries = notices.flatMap((notice) => deliveryTo(name, notice) ?? []);
  const [last] = deliveries.toSorted((a, b) => b.at - a.at);
  return last === undefined ? undefined : toView(last);
}

function toView(delivery: Delivery): ChannelView['lastDelivery'] {
  const { state, at } = delivery;
  const why = 'why' in delivery ? delivery.why : undefined;
  return { state, at: new Date(at).toISOString(), why };
}

export function channelNotFound(name: string): Fault {
  return new Fault('channel-not-found', `There is no channel "${name}".`, {
    hint: { text: 'List them:', command: 'notify list' },
  });
}
