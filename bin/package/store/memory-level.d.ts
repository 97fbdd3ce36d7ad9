/** The private methods are the interface for stores that extend it. The package's own types leave them out. */
declare module 'memory-level' {
  type Operation = { type: 'put'; key: Buffer; value: Buffer } | { type: 'del'; key: Buffer };

  export class MemoryLevel {
    constructor(options: object);
    open(): Promise<void>;
    close(): Promise<void>;
    protected _open(options: object): Promise<void>;
    protected _close(): Promise<void>;
    protected _put(key: Buffer, value: Buffer, options: object): Promise<void>;
    protected _del(key: Buffer, options: object): Promise<void>;
    protected _batch(operations: readonly Operation[], options: object): Promise<void>;
    protected _clear(options: object): Promise<void>;
  }
}
