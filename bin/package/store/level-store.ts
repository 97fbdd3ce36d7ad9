import { existsSync } from 'node:fs';
import { mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { MemoryLevel, type Operation } from 'memory-level';
import { type FolderLock, lockFolder } from './folder-lock.ts';
import { type Change, Journal } from './journal.ts';

/** A file that LevelDB, which a clone uses, has in each of its folders. */
export const foreignFile = 'CURRENT';
export const foreignName = 'npm start in a clone';
const journalFile = 'journal.jsonl';

/**
 * The store of the local table in the npm package: memory, with a journal of every write on disk. LevelDB is native
 * code, for which npm would run a script of that package. A write is in the journal before it is in memory. As LevelDB
 * does here, the journal leaves the moment of writing to the disk to the system: a killed process loses nothing, a power
 * failure may lose the last writes.
 */
export class Level extends MemoryLevel {
  readonly #folder: string;
  #open: { lock: FolderLock; journal: Journal } | undefined;

  constructor(folder: string, options: object = {}) {
    super(options);
    this.#folder = folder;
  }

  protected override async _open(options: object): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    if (existsSync(join(this.#folder, foreignFile))) throw refuse('LEVEL_FOREIGN', this.#folder);
    const lock = await lockFolder(await realpath(this.#folder));
    if (lock === undefined) throw refuse('LEVEL_LOCKED', this.#folder);
    try {
      const journal = new Journal(join(this.#folder, journalFile));
      await super._open(options);
      await super._batch([...journal.entries].map(toPut), {});
      this.#open = { lock, journal };
    } catch (thrown) {
      await lock.release();
      throw thrown;
    }
  }

  protected override async _close(): Promise<void> {
    this.#open?.journal.close();
    await this.#open?.lock.release();
    this.#open = undefined;
    await super._close();
  }

  protected override async _put(key: Buffer, value: Buffer): Promise<void> {
    await this._batch([{ type: 'put', key, value }], {});
  }

  protected override async _del(key: Buffer): Promise<void> {
    await this._batch([{ type: 'del', key }], {});
  }

  protected override async _batch(operations: readonly Operation[], options: object): Promise<void> {
    this.#open?.journal.append(operations.map(toChange));
    await super._batch(operations, options);
  }

  /** Dynalite never calls it. Without this, it would empty memory and leave the journal. */
  protected override async _clear(): Promise<void> {
    throw refuse('LEVEL_NOT_SUPPORTED', this.#folder);
  }
}

function refuse(code: string, folder: string): Error {
  return Object.assign(new Error(`The store in ${folder}: ${code}`), { code });
}

function toChange(operation: Operation): Change {
  const key = operation.key.toString();
  return operation.type === 'del' ? [key] : [key, operation.value.toString()];
}

function toPut([key, value]: [string, string]): Operation {
  return { type: 'put', key: Buffer.from(key), value: Buffer.from(value) };
}
