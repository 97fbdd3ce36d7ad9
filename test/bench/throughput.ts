import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bench } from './bench.ts';
import { type Admin, addAccount, adoptAll, toResult } from './environment.ts';
import { inMs, median, percentile } from './figures.ts';
import { monotonic } from './function-process.ts';

const program = fileURLToPath(new URL('../../bin/start.ts', import.meta.url));
const positions = 200;
const connections = 64;
/** Of a clock tick in /proc, in milliseconds. */
const tickMs = 10;

interface Load {
  hitsPerSecond: number;
  p50: number;
  p99: number;
  /** Processor time of the stack over wall time: 1 is one whole processor. */
  stackBusy: number;
  statuses: Record<string, number>;
}

/** The local stack in a process of its own, with its own table, under as many connections as will. */
export async function measureThroughput(
  { world, budgets, progress }: Bench,
  folder: string,
  seconds: number,
): Promise<void> {
  const stack = spawn(process.execPath, [program, '--port', '0', '--data', join(folder, 'stack')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  try {
    const url = await readyOf(stack.stdout);
    // Its lines are read, or it would stop at a full pipe.
    stack.stdout.resume();
    const admin = adminOf(url, agent);
    await addAccount(admin, world.addresses.exchangeItself);
    const entries = await world.backends.ask('placeEntries', { count: positions, filled: true });
    const tokens: string[] = [];
    for (const entry of entries) {
      tokens.push(...(await adoptAll(admin, [entry])));
      progress(tokens.length, positions * 2);
    }
    const load = (most: number, until: number) => run(url, agent, tokens, stack.pid ?? 0, most, until);
    const executed = await load(positions, Number.POSITIVE_INFINITY);
    progress(positions * 1.5, positions * 2);
    const repeated = await load(Number.POSITIVE_INFINITY, monotonic() + seconds * 1_000);
    progress(positions * 2, positions * 2);
    budgets.push(
      {
        figure: `throughput of one process, ${connections} connections, ${positions} acting`,
        value: describe(executed),
      },
      {
        figure: `throughput of one process, ${connections} connections, repeating`,
        value: describe(repeated),
      },
    );
  } finally {
    agent.destroy();
    stack.kill('SIGTERM');
    await once(stack, 'exit');
  }
}

function describe({ hitsPerSecond, p50, p99, stackBusy, statuses }: Load): string {
  const counts = Object.entries(statuses).map(([status, count]) => `${count} × ${status}`);
  return `${hitsPerSecond.toFixed(0)} hits/s, p50 ${inMs(p50)}, p99 ${inMs(p99)}; the stack keeps ${stackBusy.toFixed(2)} processors busy; ${counts.join(', ')}`;
}

async function readyOf(output: NodeJS.ReadableStream): Promise<string> {
  let printed = '';
  for (;;) {
    const [chunk] = await once(output, 'data');
    printed += chunk;
    const found = /^ready (\S+)\n/m.exec(printed);
    if (found !== null) return found[1] ?? '';
  }
}

function post(url: string, agent: Agent, body: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    request(url, { agent, method: 'POST' }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    })
      .on('error', reject)
      .end(body);
  });
}

function adminOf(url: string, agent: Agent): Admin {
  return async (command, input) => {
    const { text } = await post(
      `${url}/2015-03-31/functions/ripcord-admin/invocations`,
      agent,
      JSON.stringify({ command, ...input }),
    );
    return toResult(command, JSON.parse(text));
  };
}

async function run(
  url: string,
  agent: Agent,
  tokens: string[],
  pid: number,
  most: number,
  until: number,
): Promise<Load> {
  const times: number[] = [];
  const statuses: Record<string, number> = {};
  let begun = 0;
  const connection = async (): Promise<void> => {
    while (begun < most && monotonic() < until) {
      const token = tokens[begun % tokens.length];
      begun += 1;
      const startedAt = monotonic();
      const { status } = await post(`${url}/l/${token}`, agent, '');
      times.push(monotonic() - startedAt);
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
  };
  const [startedAt, busyBefore] = [monotonic(), await busyMsOf(pid)];
  await Promise.all(Array.from({ length: connections }, connection));
  const ms = monotonic() - startedAt;
  return {
    hitsPerSecond: (times.length / ms) * 1_000,
    p50: median(times),
    p99: percentile(times, 99),
    stackBusy: ((await busyMsOf(pid)) - busyBefore) / ms,
    statuses,
  };
}

/** User and system time of a process so far, from /proc: its 14th and 15th fields, the second of which is a name in brackets. */
async function busyMsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
}
