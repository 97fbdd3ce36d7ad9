import type { MotoClient } from './moto-client.ts';

const logStreamName = 'emulator';

/** Writes what a function prints to its log group, if the stack has created that. */
export class FunctionLog {
  readonly #moto: MotoClient;
  readonly #logGroupName: string;
  #rest = '';
  #writing: Promise<unknown> = Promise.resolve();

  constructor(moto: MotoClient, functionName: string) {
    this.#moto = moto;
    this.#logGroupName = `/aws/lambda/${functionName}`;
    this.#writing = this.#call('CreateLogStream', {});
  }

  write(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    const logEvents = lines
      .filter((line) => line !== '')
      .map((message) => ({ message, timestamp: Date.now() }));
    if (logEvents.length === 0) return;
    this.#writing = this.#writing.then(() => this.#call('PutLogEvents', { logEvents }));
  }

  /** Ends when everything has been written. */
  async written(): Promise<void> {
    await this.#writing;
  }

  /** A stack that is gone has no log group, and a stream can exist. */
  async #call(operation: string, input: object): Promise<unknown> {
    const names = { logGroupName: this.#logGroupName, logStreamName };
    return this.#moto
      .call('logs', `Logs_20140328.${operation}`, { ...names, ...input })
      .catch(() => undefined);
  }
}
