import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { ExchangeState, StateSnapshot } from './core/state.ts';

// The exchange wrote the file itself, so checking the version is enough.
const snapshotFile = z.looseObject({ version: z.literal(1) });

// Changes arrive in bursts, so one write saves several of them.
const coalesceMs = 50;

/** Saves the state to a file. It includes the simulated accounts' secrets, so only its owner may read it. */
export class SnapshotFile {
  readonly #path: string;
  readonly #state: ExchangeState;
  #timer: NodeJS.Timeout | undefined;
  #dirty = false;
  #writing: Promise<void> = Promise.resolve();

  constructor(path: string, state: ExchangeState) {
    this.#path = path;
    this.#state = state;
  }

  async load(): Promise<void> {
    let content: string;
    try {
      content = await readFile(this.#path, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
      throw error;
    }
    this.#state.restore(snapshotFile.parse(JSON.parse(content)) as unknown as StateSnapshot);
  }

  schedule(): void {
    this.#dirty = true;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      // The next change or flush retries a failed write; flush also reports it.
      this.#write().catch(() => {
        this.#dirty = true;
      });
    }, coalesceMs);
  }

  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#write();
  }

  #write(): Promise<void> {
    const write = async (): Promise<void> => {
      if (!this.#dirty) return;
      this.#dirty = false;
      const content = JSON.stringify(this.#state.snapshot());
      const temporary = `${this.#path}.next`;
      await mkdir(dirname(this.#path), { recursive: true });
      await writeFile(temporary, content, { mode: 0o600 });
      await rename(temporary, this.#path);
    };
    // Writes run in sequence, also after a failed one.
    this.#writing = this.#writing.then(write, write);
    return this.#writing;
  }
}
