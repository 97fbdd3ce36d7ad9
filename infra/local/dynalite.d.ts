declare module 'dynalite' {
  import type { Server } from 'node:http';

  interface DynaliteOptions {
    /** Folder of the LevelDB store; in memory without it. */
    path?: string;
    createTableMs?: number;
    updateTableMs?: number;
    deleteTableMs?: number;
  }

  /** A DynamoDB as a plain HTTP server that has yet to listen. Its `close` closes the store as well. */
  export default function dynalite(options?: DynaliteOptions): Server;
}
