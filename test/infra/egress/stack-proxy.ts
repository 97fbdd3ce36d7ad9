import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const script = fileURLToPath(new URL('../../../infra/egress/main.ts', import.meta.url));

export const credential = 'a-credential-of-the-tests-that-is-long-enough';

export interface StackProxy {
  /** `127.0.0.1:port`, as a stack's address. */
  address: string;
  /** What the exchange sees as the source of its tunnels. */
  source: string;
  kill(): Promise<void>;
  /** Its connections are accepted, and nothing is answered. */
  mute(): void;
  /** Starts it on the same port. */
  rebuild(): Promise<void>;
}

export interface StackProxyOptions {
  /** `host:port` of stand-ins that tunnels may lead to. */
  localTargets: string[];
  source: string;
  hosts?: string[];
}

/** The program that runs on the stack's instances, as a process of its own. */
export async function startStackProxy({
  localTargets,
  source,
  hosts = [],
}: StackProxyOptions): Promise<StackProxy> {
  let child: ChildProcess | undefined;
  const start = async (port: number): Promise<number> => {
    const configuration = JSON.stringify({ port, hosts, localTargets, localAddress: source });
    const started = spawn(process.execPath, [script, configuration], { stdio: ['pipe', 'pipe', 'inherit'] });
    child = started;
    started.stdin.end(`${credential}\n`);
    const [line] = await once(started.stdout, 'data');
    return JSON.parse(String(line)).port;
  };
  const kill = async (): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  onTestFinished(kill);
  const port = await start(0);
  return {
    address: `127.0.0.1:${port}`,
    source,
    kill,
    mute: () => void child?.kill('SIGSTOP'),
    rebuild: async () => {
      await kill();
      await start(port);
    },
  };
}
