import { fork } from 'node:child_process';
import { once } from 'node:events';

/** What a child process carries out for the process that has forked it. */
type Commands = Record<string, (input: never) => unknown>;

interface Order {
  id: number;
  command: string;
  input: never;
}

/** A forked process that carries out commands. */
export interface Commanded<All extends Commands> {
  ask<Name extends keyof All>(
    command: Name,
    input?: Parameters<All[Name]>[0],
  ): Promise<Awaited<ReturnType<All[Name]>>>;
  stop(): Promise<void>;
}

/** In the child: carries out commands until the parent disconnects. */
export function serveCommands(commands: Commands, end: () => Promise<void> | void): void {
  process.on(
    'message',
    ({ id, command, input }: Order) =>
      void Promise.resolve(commands[command]?.(input)).then((result) => process.send?.({ id, result })),
  );
  process.on('disconnect', () => void Promise.resolve(end()).finally(() => process.exit()));
  process.send?.({ id: 0 });
}

/** In the parent: starts the child, and waits until it serves. */
export async function forkCommanded<All extends Commands>(file: string): Promise<Commanded<All>> {
  const child = fork(new URL(file, import.meta.url));
  await once(child, 'message');
  let last = 0;
  const waiting = new Map<number, (result: never) => void>();
  child.on('message', ({ id, result }: { id: number; result: never }) => {
    waiting.get(id)?.(result);
    waiting.delete(id);
  });
  return {
    ask: (command, input) =>
      new Promise((resolve) => {
        last += 1;
        waiting.set(last, resolve);
        child.send({ id: last, command, input });
      }),
    async stop() {
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
}
