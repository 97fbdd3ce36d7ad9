import { createRequire } from 'node:module';

interface Store {
  open(): Promise<void>;
  close(): Promise<void>;
}

/** The store that dynalite keeps its data in: LevelDB. The npm package has another one (bin/package/store/level-store.ts). */
export const { Level } = createRequire(createRequire(import.meta.url).resolve('dynalite'))('level') as {
  Level: new (folder: string) => Store;
};

/** A file that only the other kind of store has. */
export const foreignFile = 'journal.jsonl';
export const foreignName = 'the npm package';
