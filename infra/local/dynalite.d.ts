declare module 'dynalite' {
  import type { Server } from 'node:http';

  interface DynaliteOptions {
    /** The folder of the LevelDB store; without it, data is kept in memory. */
    path?: string;
    createTableMs?: number;
    updateTableMs?: number;
    deleteTableMs?: number;
  }

  /** @returns a DynamoDB as an HTTP server that does not listen yet. Its `close` also closes the store. */
  export default function dynalite(options?: DynaliteOptions): Server;
}
