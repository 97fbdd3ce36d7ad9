import { isDeepStrictEqual } from 'node:util';
import { type Channel, channelName } from './channels.ts';

/** What changes in a list of channels, by name: the channel to add or replace, or undefined to remove it. */
export type ChannelEdits = Map<string, Channel | undefined>;

function byName(channels: Channel[]): Map<string, Channel> {
  return new Map(channels.map((channel) => [channelName(channel), channel]));
}

/** @returns the edits that lead from one list to the other. */
export function diffChannels(from: Channel[], to: Channel[]): ChannelEdits {
  const [before, after] = [byName(from), byName(to)];
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return new Map(
    names
      .filter((name) => !isDeepStrictEqual(before.get(name), after.get(name)))
      .map((name) => [name, after.get(name)]),
  );
}

export function applyEdits(channels: Channel[], edits: ChannelEdits): Channel[] {
  const edited: ChannelEdits = new Map([...byName(channels), ...edits]);
  return [...edited.values()].filter((channel) => channel !== undefined);
}
