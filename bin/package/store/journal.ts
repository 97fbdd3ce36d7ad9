import { closeSync, ftruncateSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { z } from 'zod';
import { hasCode } from '../../../infra/loopback/start-failure.ts';

/** A key and its value. Without a value, the key is deleted. */
export type Change = readonly [key: string] | readonly [key: string, value: string];

/** A line holds the changes of one batch, so that all of them are in the journal or none. */
const lineSchema = z.array(z.union([z.tuple([z.string(), z.string()]), z.tuple([z.string()])]));

/** Below it, the journal is rewritten only when it is opened. */
const smallBytes = 4_000_000;
/** The journal is rewritten when it is this many times as large as after it was last rewritten. */
const growth = 4;

/** A file of all changes. What they amount to is in memory too, for rewriting the file without the earlier ones. */
export class Journal {
  readonly #path: string;
  readonly #entries: Map<string, string>;
  #file: number;
  #bytes = 0;
  #limit = smallBytes;

  /** Reads the journal, or creates it. Drops a last line that a crash left incomplete. */
  constructor(path: string) {
    this.#path = path;
    this.#entries = new Map();
    for (const line of readLines(path)) this.#apply(lineSchema.parse(JSON.parse(line)));
    this.#file = this.#rewrite();
  }

  get entries(): ReadonlyMap<string, string> {
    return this.#entries;
  }

  /** Writes a line. If that fails, the journal is unchanged. */
  append(changes: readonly Change[]): void {
    const line = Buffer.from(toLine(changes));
    try {
      writeAll(this.#file, line);
    } catch (thrown) {
      // A part of a line would make the next one unreadable.
      ftruncateSync(this.#file, this.#bytes);
      throw thrown;
    }
    this.#bytes += line.length;
    this.#apply(changes);
    if (this.#bytes > this.#limit) this.#file = this.#rewrite();
  }

  close(): void {
    closeSync(this.#file);
  }

  #apply(changes: readonly Change[]): void {
    for (const [key, value] of changes)
      if (value === undefined) this.#entries.delete(key);
      else this.#entries.set(key, value);
  }

  /** Writes what the changes amount to into a new file, which then replaces the journal. @returns the open file. */
  #rewrite(): number {
    const draft = `${this.#path}.new`;
    const file = openSync(draft, 'w', 0o600);
    const bytes = Buffer.from([...this.#entries].map((entry) => toLine([entry])).join(''));
    writeAll(file, bytes);
    renameSync(draft, this.#path);
    if (this.#file !== undefined) closeSync(this.#file);
    this.#bytes = bytes.length;
    this.#limit = Math.max(smallBytes, bytes.length * growth);
    return file;
  }
}

function readLines(path: string): string[] {
  let text = '';
  try {
    text = readFileSync(path, 'utf8');
  } catch (thrown) {
    if (!hasCode(thrown, 'ENOENT')) throw thrown;
  }
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .slice(0, -1);
}

function toLine(changes: readonly Change[]): string {
  return `${JSON.stringify(changes)}\n`;
}

function writeAll(file: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}
