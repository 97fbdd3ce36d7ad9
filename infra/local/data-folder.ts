import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { StartFailure } from '../loopback/start-failure.ts';

/** Creates the data folder. It holds credentials, so only its owner may read it. Throws a StartFailure. */
export async function prepareDataFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (thrown) {
    throw new StartFailure(
      `The data folder ${folder} can't be written. Make it writable, or choose another folder with --data.`,
      { cause: thrown },
    );
  }
}
