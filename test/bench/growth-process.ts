import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Context } from 'aws-lambda';
import { startSimulatedExchange } from '../../infra/simulator/exchange.ts';
import type { CommandName } from '../../lib/admin/contract/commands.ts';
import type { Log } from '../../lib/log.ts';
import { startDelayProxy } from './delay-proxy.ts';
import { fillExchange, type GrowthAccount, growthAccounts, seedPositions } from './growth-positions.ts';
import { sumWeight } from './request-weight.ts';
import { Tape } from './tape.ts';

/** Measures one source with one number of positions, and sends the report to the process that forked it. */

/** What one piece of work asked for. */
export interface Load {
  /** At the exchange, of all accounts. */
  requests: number;
  /** The most of any account, by venue. */
  weight: Record<string, number>;
  table: number;
  /** Read units. */
  units: number;
  seconds: number;
}

export interface GrowthReport {
  positions: number;
  loads: Record<string, Load>;
  /** What did not go as it should. */
  problems: string[];
}

const [, , root = '', count = '10'] = process.argv;
const delays = { table: 5, exchange: 50 };
const minuteMs = 60_000;
/** As on AWS. */
const sweepTimeoutMs = 58_000;

/** The source that is measured may be another commit's. */
async function load<Module>(path: string): Promise<Module> {
  return await import(new URL(path, `file://${root.replace(/\/?$/, '/')}`).href);
}
const { createAdmin } = await load<typeof import('../../functions/admin.ts')>('functions/admin.ts');
const { createSweep } = await load<typeof import('../../functions/sweep.ts')>('functions/sweep.ts');
const { createServices } = await load<typeof import('../../functions/services.ts')>('functions/services.ts');
const { parseEnvironment } =
  await load<typeof import('../../functions/environment.ts')>('functions/environment.ts');
const { createDynamoStore } =
  await load<typeof import('../../lib/store/dynamo-store.ts')>('lib/store/dynamo-store.ts');
const { follow } = await load<typeof import('../../console/server/follow/follower.ts')>(
  'console/server/follow/follower.ts',
);

const folder = await mkdtemp(join(tmpdir(), 'ripcord-growth-'));
const table = fork(new URL('table-process.ts', import.meta.url), [join(folder, 'table')]);
const [endpoint] = (await once(table, 'message')) as [string];
const tape = new Tape();
tape.countsUnits = true;
const tableProxy = await startDelayProxy('table', endpoint, tape);
const log: Log = {
  event(name, fields) {
    if (name.endsWith('failed')) problems.push(`${name}: ${fields.code}`);
  },
  metrics: () => undefined,
};
const problems: string[] = [];

const environment = parseEnvironment({
  RIPCORD_TABLE: 'ripcord',
  RIPCORD_TABLE_ENDPOINT: tableProxy.url,
  RIPCORD_ACCOUNTS: `file:${join(folder, 'accounts.json')}`,
});
/** How far the functions' clocks are ahead: right after a fill, more is read than later. */
let aheadMs = 0;
const build = () => {
  const built = createServices(environment);
  built.services.now = () => Date.now() + aheadMs;
  return built;
};
const admin = createAdmin(environment, build, log);

async function ask(command: CommandName, input: object) {
  const answer = await admin({ command, ...input }, {} as Context);
  if (!answer.ok) throw new Error(`${command}: ${answer.error.message}`);
  return answer.result;
}

/** Counts what work asks for, by the accounts' own ledgers. */
async function measure(work: () => Promise<unknown>): Promise<Load> {
  tape.take();
  const marks = accounts.map(({ core }) => core.ledger().at(-1)?.seq ?? 0);
  const startedAt = performance.now();
  await work();
  const seconds = (performance.now() - startedAt) / 1_000;
  let requests = 0;
  const weight: Load['weight'] = {};
  for (const [index, { venue, core }] of accounts.entries()) {
    const asked = core.ledger({ since: marks[index] }).filter((entry) => entry.type === 'request');
    requests += asked.length;
    weight[venue] = Math.max(weight[venue] ?? 0, sumWeight(asked));
  }
  const passages = tape.take();
  return {
    requests,
    weight,
    table: passages.length,
    units: passages.reduce((sum, { units }) => sum + units, 0),
    seconds,
  };
}

/** Every third sweep also checks the accounts. @returns the run with the most requests. */
async function measureMost(work: () => Promise<unknown>): Promise<Load> {
  const loads = [await measure(work), await measure(work), await measure(work)];
  return loads.reduce((most, load) => (load.requests > most.requests ? load : most));
}

/** At the start of a minute, by its own clock, so that a run has the time that a scheduled one has. */
async function sweep(): Promise<void> {
  const startedAt = Date.now();
  aheadMs += minuteMs - ((startedAt + aheadMs) % minuteMs);
  const getRemainingTimeInMillis = () => sweepTimeoutMs - (Date.now() - startedAt);
  const handler = createSweep(environment, build, log);
  const { refreshed, deferredFigures, failures } = await handler({}, {
    getRemainingTimeInMillis,
  } as Context).catch((thrown) => {
    throw new Error(problems.join(), { cause: thrown });
  });
  if (refreshed !== Number(count)) problems.push(`a sweep processed ${refreshed} positions of ${count}`);
  if (deferredFigures > 0)
    problems.push(`a sweep did not get to the funding of ${deferredFigures} positions`);
  if (failures.length > 0) problems.push(`a sweep failed for ${failures.length}: ${failures[0]?.code}`);
}

/**
 * Sweeps until three runs in a row leave nothing to the next one. Each position that was stored changed the exchange
 * position of the others of its market, so all perpetuals are read once more, with their funding. The limits of a run
 * spread that over many runs: a run that is measured before the last of them also has their reads.
 */
async function settle(): Promise<void> {
  const runsAtMost = 30 + Number(count) / 10;
  aheadMs = 2 * minuteMs;
  for (let runs = 0, calm = 0; calm < 3 || !isBetweenFundings(); runs += 1) {
    if (runs >= runsAtMost) throw new Error(`Not all is read after ${runs} sweeps: ${problems.join()}`);
    problems.length = 0;
    await sweep().catch((thrown) => problems.push(String(thrown)));
    calm = problems.length === 0 ? calm + 1 : 0;
  }
}

/** After each whole hour, the funding of all perpetuals is due. */
function isBetweenFundings(): boolean {
  const minute = new Date(Date.now() + aheadMs).getUTCMinutes();
  return minute >= 5 && minute <= 55;
}

async function list(live: boolean): Promise<void> {
  const { positions } = (await ask('positions.list', { open: true, live })) as {
    positions: { staleReason?: string }[];
  };
  if (positions.length !== Number(count)) problems.push(`a list had ${positions.length} positions`);
  const stale = positions.filter(({ staleReason }) => staleReason !== undefined);
  if (stale.length > 0) problems.push(`a list had ${stale.length} stale: ${stale[0]?.staleReason}`);
}

/** One minute of an open console, from when it shows everything. */
async function followConsole(): Promise<Load> {
  const ready = Promise.withResolvers<void>();
  const follower = follow({
    relay: async (command, input) => await admin({ command, ...input }, {} as Context),
    place: 'here',
    publish: () => undefined,
    onReady: ready.resolve,
  });
  await ready.promise;
  await pause(5_000);
  const load = await measure(() => pause(minuteMs));
  follower.stop();
  return load;
}

const accounts = await Promise.all(
  growthAccounts.map(async (plan): Promise<GrowthAccount> => {
    const exchange = await startSimulatedExchange();
    const proxy = await startDelayProxy('exchange', exchange.url, new Tape());
    fillExchange(exchange.core, plan);
    return { ...plan, core: exchange.core, exchange, proxy };
  }),
);
for (const { name, venue, keys, proxy } of accounts)
  await ask('accounts.add', { name, account: { exchange: venue, ...keys, baseUrl: proxy.url } });
const store = createDynamoStore({ tableName: 'ripcord', endpoint });
await seedPositions({ ask, store, accounts, count: Number(count) });
await settle();
tableProxy.delayMs = delays.table;
for (const { proxy } of accounts) proxy.delayMs = delays.exchange;
const loads: GrowthReport['loads'] = {
  'one sweep': await measureMost(sweep),
  'positions.list, live': await measure(() => list(true)),
  'positions.list, not live': await measure(() => list(false)),
  'open console, a minute': await followConsole(),
};
const report: GrowthReport = { positions: Number(count), loads, problems };
for (const { proxy, exchange } of accounts) {
  proxy.stop();
  await exchange.stop();
}
tableProxy.stop();
table.disconnect();
await once(table, 'exit');
await rm(folder, { recursive: true, force: true });
process.send?.(report, undefined, {}, () => process.exit());
