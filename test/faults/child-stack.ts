import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import {
  adminAnswerSchema,
  type CommandInput,
  type CommandName,
  type CommandResult,
  commands,
} from '../../lib/admin/contract/commands.ts';
import { send } from '../infra/loopback/running-server.ts';

const program = fileURLToPath(new URL('./stack-process.ts', import.meta.url));

/** What a link was answered with. */
export interface LinkAnswer {
  status: number;
  body: Record<string, unknown>;
}

/** A local stack in a process of its own. */
export interface ChildStack {
  url: string;
  pid: number;
  admin<Name extends CommandName>(command: Name, input: CommandInput<Name>): Promise<CommandResult<Name>>;
  /** Fires a link by its path, as an alert does. Rejects where the process dies meanwhile. */
  fire(path: string): Promise<LinkAnswer>;
  sweep(): Promise<void>;
  /** Waits for its next stop. */
  reached(point: string): Promise<void>;
  /** SIGSTOP. */
  pause(): void;
  /** SIGCONT, and on from where it had stopped. */
  resume(): void;
  /** SIGKILL, wherever it is. */
  kill(): Promise<void>;
}

export interface ChildStackOptions {
  name: string;
  data: string;
  steering: string;
  table?: string;
}

export async function startChildStack(options: ChildStackOptions): Promise<ChildStack> {
  const words = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn(process.execPath, [program, ...words], { stdio: ['pipe', 'pipe', 'pipe', 'pipe'] });
  const resumption = child.stdio[3] as Writable;
  resumption.on('error', () => undefined);
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const ended = once(child, 'close');

  let printed = '';
  /** Takes the first line that matches out of what was printed. */
  const line = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const found = pattern.exec(printed);
      if (found !== null) {
        printed = printed.replace(found[0], '');
        return found[1] ?? '';
      }
      const more = once(child.stdout as NonNullable<typeof child.stdout>, 'data');
      const end = await Promise.race([ended, more.then(() => undefined)]);
      if (end !== undefined && !pattern.test(printed))
        throw new Error(`${options.name} ended before it printed ${pattern}: ${printed}${errors}`);
    }
  };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  const url = await line(/^ready (\S+)\n/m);

  const invoke = async (name: string, payload: unknown): Promise<unknown> => {
    const answer = await send(url, {
      method: 'POST',
      path: `/2015-03-31/functions/${name}/invocations`,
      body: JSON.stringify(payload),
    });
    if (answer.status !== 200 || answer.headers['x-amz-function-error'] !== undefined)
      throw new Error(`${name} failed: ${answer.body}`);
    return JSON.parse(answer.body);
  };

  return {
    url,
    pid: child.pid ?? 0,
    async admin<Name extends CommandName>(command: Name, input: CommandInput<Name>) {
      const answer = adminAnswerSchema.parse(await invoke('ripcord-admin', { command, ...input }));
      if (!answer.ok) throw new Error(`${command}: ${answer.error.message}`);
      return commands[command].result.parse(answer.result) as CommandResult<Name>;
    },
    async fire(path) {
      const { status, body } = await send(url, { method: 'POST', path });
      return { status, body: JSON.parse(body) };
    },
    sweep: async () => void (await invoke('ripcord-sweep', {})),
    reached: async (point) => void (await line(new RegExp(`^reached ${point}\n`, 'm'))),
    pause: () => void child.kill('SIGSTOP'),
    resume() {
      child.kill('SIGCONT');
      resumption.write('.');
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
