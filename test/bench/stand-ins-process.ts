import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listen } from '../../infra/loopback/listen.ts';
import { createSelfSigned } from '../infra/loopback/self-signed.ts';
import { serveCommands } from './child-commands.ts';
import { apiKey, secret } from './credentials.ts';
import { type DelayProxy, startDelayProxy } from './delay-proxy.ts';
import { type Passage, type Recorded, Tape } from './tape.ts';

/** What the functions take for DynamoDB, Parameter Store and an exchange: a proxy with TLS before each. */

const folder = await mkdtemp(join(tmpdir(), 'ripcord-bench-'));
const credentials = createSelfSigned('localhost');
const caFile = join(folder, 'ca.pem');
await writeFile(caFile, credentials.cert);
const tape = new Tape();
const start = (to: Passage['to'], target: string) => startDelayProxy(to, target, tape, credentials);
const proxies = new Map<Passage['to'], DelayProxy>();

/** As much of Parameter Store as reading the one account takes. */
const parameters = createServer((request, response) => {
  const value = { exchange: 'binance', apiKey, secret, baseUrl: proxies.get('exchange')?.url };
  request.resume();
  request.on('end', () =>
    response
      .writeHead(200, { 'content-type': 'application/x-amz-json-1.1' })
      .end(JSON.stringify({ Parameter: { Value: JSON.stringify(value) } })),
  );
});
parameters.keepAliveTimeout = 600_000;

export interface StandIns {
  /** The certificate that a client of the proxies has to trust. */
  caFile: string;
  table: string;
  exchange: string;
  parameters: string;
}

const commands = {
  async start(targets: { table: string; exchange: string }): Promise<StandIns> {
    const all = { ...targets, parameters: `http://127.0.0.1:${await listen(parameters, 0)}` };
    const started = await Promise.all(
      (['table', 'exchange', 'parameters'] as const).map(async (to) => {
        const proxy = await start(to, all[to]);
        proxies.set(to, proxy);
        return [to, proxy.url] as const;
      }),
    );
    return { caFile, ...(Object.fromEntries(started) as Omit<StandIns, 'caFile'>) };
  },
  moveTable(target: string): void {
    const proxy = proxies.get('table');
    if (proxy !== undefined) proxy.target = target;
  },
  delay({ tableMs, exchangeMs }: { tableMs: number; exchangeMs: number }): void {
    for (const [to, proxy] of proxies)
      if (to !== 'parameters') proxy.delayMs = to === 'table' ? tableMs : exchangeMs;
  },
  countUnits(counts: boolean): void {
    tape.countsUnits = counts;
  },
  /** From now on, notes requests and responses byte for byte, too. */
  record(): void {
    tape.isRecording = true;
  },
  /** @returns what has been noted since `record`. */
  stopRecording(): Recorded[] {
    tape.isRecording = false;
    return tape.toRecorded();
  },
  /** From now on, responds to each request with what was recorded for it. */
  replay(replays: boolean): void {
    tape.replays = replays;
  },
  /** What has gone through since the last time. */
  takePassages: (): Passage[] => tape.take(),
};
export type StandInCommands = typeof commands;

serveCommands(commands, async () => {
  for (const proxy of proxies.values()) proxy.stop();
  parameters.close();
  await rm(folder, { recursive: true, force: true });
});
