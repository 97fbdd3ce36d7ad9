import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { StartFailure } from '../loopback/start-failure.ts';

/** Makes the folder that keeps everything; nobody but its owner may look into it, for it holds credentials. */
export async function prepareDataFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (thrown) {
    throw new StartFailure(
      `The data folder ${folder} can't be written. Make it writable, or choose another with --data.`,
      { cause: thrown },
    );
  }
}
