import { readFile } from 'node:fs/promises';
import { createFileChanger } from '../replace-file.ts';
import { type Channel, type ChannelStore, parseChannels, unreadableChannels } from './channels.ts';

/** Channels in a JSON file. Read each time, so that a change needs no restart. */
export function fileChannels(path: string): ChannelStore {
  const read = async (): Promise<Channel[]> => {
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw unreadableChannels(path, 'the file cannot be read');
    }
    return parseChannels(text, path);
  };
  return { read, change: createFileChanger(path, read) };
}
