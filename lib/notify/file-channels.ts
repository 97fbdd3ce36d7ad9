import { readFile } from 'node:fs/promises';
import { parseChannels, type ReadChannels, unreadableChannels } from './channels.ts';

/** Channels on this machine: one JSON file. Read anew each time, so that a change needs no restart. */
export function fileChannels(path: string): ReadChannels {
  return async () => {
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw unreadableChannels(path, 'it can not be read');
    }
    return parseChannels(text, path);
  };
}
