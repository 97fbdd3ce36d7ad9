import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createAdmin } from '../../functions/admin.ts';
import { createServices } from '../../functions/services.ts';
import { createSweep } from '../../functions/sweep.ts';
import { createTrigger } from '../../functions/trigger.ts';
import { createLambda } from '../../infra/local/lambda.ts';
import { type LocalTable, startTable } from '../../infra/local/table.ts';
import { type RunningExchange, startSimulatedExchange } from '../../infra/simulator/exchange.ts';
import {
  adminAnswerSchema,
  type CommandInput,
  type CommandName,
  type CommandResult,
  commands,
} from '../../lib/admin/contract/commands.ts';
import { createLog } from '../../lib/log.ts';
import { leaseMs } from '../../lib/position/timing.ts';
import { makeTableAt } from '../lib/store/tables.ts';
import type { LinkAnswer } from './child-stack.ts';
import { type Close, closesOf, ownAmount, type Staged, stagePosition } from './harness.ts';
import { type ParameterStore, startParameterStore } from './parameter-store.ts';
import { timeRun } from './stopwatch.ts';
import { startTcpProxy, type TcpProxy, type Treatment, type Turn } from './tcp-proxy.ts';

/**
 * A hit is answered within 3 s, whichever of its requests is never answered or answered too slowly, and what the answer
 * says is so. Times are real: TradingView disconnects 3 s after it sends an alert.
 */

const answerWithinMs = 3_000;
/** Of a hit that gives up Parameter Store, which leaves the answer 0.5 s for its way to the sender. */
const keylessAnswerWithinMs = 2_500;

let folder: string;
let dynalite: LocalTable;
let exchange: RunningExchange;
let parameters: ParameterStore;
const proxies: TcpProxy[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ripcord-in-time-'));
  dynalite = await startTable(folder, 'table');
  exchange = await startSimulatedExchange();
  parameters = await startParameterStore();
  vi.stubEnv('AWS_ENDPOINT_URL_SSM', parameters.url);
  for (const name of ['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, 'local');
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await Promise.all(proxies.map((proxy) => proxy.stop()));
  parameters.stop();
  await exchange.stop();
  await dynalite.stop();
  await rm(folder, { recursive: true });
});

interface Trader {
  staged: Staged;
  account: string;
  toTable: TcpProxy;
  toExchange: TcpProxy;
  fire(): Promise<LinkAnswer & { ms: number }>;
  /** Sweeps until the position is not claimed any more. */
  settle(): Promise<void>;
  position(): Promise<CommandResult<'positions.get'>['position']>;
}

let traders = 0;
const silent = createLog({ write: () => undefined });

/** The functions with their own time limits and clocks, and a network that a test can disturb. */
async function newTrader(): Promise<Trader> {
  traders += 1;
  const accounts = `/${folder.slice(1)}/accounts-${traders}.json` as const;
  const { tableName, endpoint } = await makeTableAt(dynalite.endpoint);
  const toTable = await startTcpProxy(Number(new URL(endpoint).port));
  const toExchange = await startTcpProxy(Number(new URL(exchange.url).port));
  proxies.push(toTable, toExchange);
  const at = ({ port }: TcpProxy) => `http://127.0.0.1:${port}`;
  const direct = {
    RIPCORD_TABLE: tableName,
    RIPCORD_TABLE_ENDPOINT: endpoint,
    RIPCORD_ACCOUNTS: `file:${accounts}`,
    RIPCORD_BASE_URL: 'https://example.com',
  } as const;
  const disturbed = {
    ...direct,
    RIPCORD_TABLE_ENDPOINT: at(toTable),
    RIPCORD_ACCOUNTS: `ssm:${accounts}`,
  } as const;
  const lambda = (name: string, handler: Parameters<typeof createLambda>[1], ms: number) =>
    createLambda(name, handler, ms, () => undefined);
  const trigger = lambda('ripcord-trigger', createTrigger(disturbed, createServices, silent), 10_000);
  const directServices = createServices(direct);
  const admin = lambda(
    'ripcord-admin',
    createAdmin(direct, () => directServices, silent),
    29_000,
  );
  let aheadMs = 0;
  const sweeper = createServices(direct);
  sweeper.services.now = () => Date.now() + aheadMs;
  const sweep = lambda(
    'ripcord-sweep',
    createSweep(direct, () => sweeper, silent),
    // Up to this, a sweep waits for no pending close: the test moves its clock.
    7_000,
  );

  const command = async <Name extends CommandName>(name: Name, input: CommandInput<Name>) => {
    const invocation = await admin.invoke({ command: name, ...input });
    if (invocation.kind === 'failed') throw new Error(invocation.errorMessage);
    const answer = adminAnswerSchema.parse(JSON.parse(invocation.payload));
    if (!answer.ok) throw new Error(`${name}: ${answer.error.message}`);
    return commands[name].result.parse(answer.result) as CommandResult<Name>;
  };
  const staged = await stagePosition(
    { core: exchange.core, url: at(toExchange) },
    [{ admin: command }],
    'close',
  );
  const position = async () => (await command('positions.get', { positionId: staged.positionId })).position;
  return {
    staged,
    account: (await position()).account,
    toTable,
    toExchange,
    position,
    async fire() {
      const event = {
        requestContext: { http: { method: 'POST', sourceIp: '192.0.2.1' } },
        pathParameters: { token: staged.path.slice('/l/'.length) },
        headers: {},
      };
      const { result: invocation, ms } = await timeRun(() => trigger.invoke(event));
      if (invocation.kind === 'failed') throw new Error(invocation.errorMessage);
      const { statusCode, body } = JSON.parse(invocation.payload);
      return { status: statusCode, body: JSON.parse(body), ms };
    },
    async settle() {
      for (let sweeps = 0; (await position()).status === 'closing'; sweeps += 1) {
        if (sweeps === 10) throw new Error('still closing after 10 sweeps');
        aheadMs += leaseMs + 1_000;
        expect(await sweep.invoke({})).toMatchObject({ kind: 'answered' });
      }
    },
  };
}

const treatments = {
  'is never answered': (): Treatment => ({ kind: 'stall', afterBytes: 0 }),
  'stops in the middle of its answer': (): Treatment => ({ kind: 'stall', afterBytes: 200 }),
  'is answered one byte at a time': (): Treatment => ({ kind: 'drip', everyMs: 40 }),
  'is answered after 2.9 s': (): Treatment => ({ kind: 'hold', what: 'answer', until: delay(2_900) }),
  'arrives after 2.9 s': (): Treatment => ({ kind: 'hold', what: 'request', until: delay(2_900) }),
};

/** The requests of a hit by their first bytes; the table's save is the second update. */
const requests = {
  'the read of the link': ['toTable', 'BatchGetItem', 1],
  'the claim': ['toTable', 'UpdateItem', 1],
  'every request to the table after the claim': ['toTable', '', 3],
  'the record in the history': ['toTable', 'PutItem', 1],
  'a cancel': ['toExchange', 'DELETE /api/v3/order', 1],
  'the close order': ['toExchange', 'POST /api/v3/order', 1],
  'every request to the exchange': ['toExchange', '', 1],
} as const;

/** An answer, and what was so when it came. */
interface Answered {
  answer: LinkAnswer & { ms: number };
  position: Awaited<ReturnType<Trader['position']>>;
  closes: Close[];
}
/** One of which some requests were treated. */
interface DisturbedHit extends Answered {
  trader: Trader;
  treated: Turn[];
  sent: number;
}

function countSent({ toTable, toExchange }: Trader): number {
  return toTable.turns.length + toExchange.turns.length;
}

async function fire(trader: Trader): Promise<Answered> {
  const answer = await trader.fire();
  return { answer, position: await trader.position(), closes: closesOf(exchange, trader.staged) };
}

async function fireDisturbed(
  trader: Trader,
  [way, words, from]: (typeof requests)[keyof typeof requests],
  treat: () => Treatment,
): Promise<DisturbedHit> {
  const treated: Turn[] = [];
  let met = 0;
  trader[way].decide = (turn) => {
    if (!turn.head.includes(words)) return undefined;
    met += 1;
    if (met < from) return undefined;
    treated.push(turn);
    return treat();
  };
  return { ...(await fire(trader)), trader, treated, sent: countSent(trader) };
}

function expectTruthful({ answer, position, closes }: Answered): void {
  const { status, body } = answer;
  expect([200, 202, 503]).toContain(status);
  if (status === 200) expect(body).toMatchObject({ ...position.outcome });
  // A record that was written without the hit's knowledge is there all the same.
  if (status === 202) expect(['closing', 'closed']).toContain(position.status);
  if (status === 503) expect(closes).toStrictEqual([]);
  if (body.status === 'retrying') expect(position.status).toBe('closing');
}

const hows = Object.keys(treatments) as (keyof typeof treatments)[];

describe.each(Object.entries(requests))('A hit is answered in time and truly if %s', (what, request) => {
  const hits = new Map<string, DisturbedHit>();
  // The hits wait at the same time, and nothing else uses the processor while they are timed.
  beforeAll(async () => {
    const traders = new Map<keyof typeof treatments, Trader>();
    for (const how of hows) traders.set(how, await newTrader());
    await Promise.all(
      [...traders].map(async ([how, trader]) => {
        hits.set(how, await fireDisturbed(trader, request, treatments[how]));
      }),
    );
  });

  it.each(hows.map((how) => ({ what, how })))('if $what $how', { timeout: 60_000 }, async ({ how }) => {
    const hit = hits.get(how) as DisturbedHit;
    const { trader, answer, sent, treated } = hit;
    const { toTable, toExchange } = trader;
    expectTruthful(hit);
    expect(answer.ms).toBeLessThan(answerWithinMs);
    expect(treated).not.toHaveLength(0);
    // Nothing of the hit lives on: no connection waits, so no answer can set off another request.
    await vi.waitFor(() => expect([toTable.waiting(), toExchange.waiting()]).toEqual([0, 0]));
    expect(countSent(trader)).toBe(sent);

    for (const proxy of [toTable, toExchange]) proxy.decide = () => undefined;
    await trader.settle();
    // The hit's own claim may still arrive, so that a sweep ends what a resend has found in progress.
    for (let resends = 0; (await trader.position()).status !== 'closed'; resends += 1) {
      expect(resends).toBeLessThan(2);
      expect([200, 202]).toContain((await trader.fire()).status);
      await trader.settle();
    }
    expect(closesOf(exchange, trader.staged)).toStrictEqual([
      { orderId: expect.any(String), amount: ownAmount, filled: ownAmount },
    ]);
    expect(await trader.position()).toMatchObject({ status: 'closed', remaining: '0' });
  });
});

it.concurrent.each(['silence', 'drip'] as const)(
  'A hit is answered in time and truly if Parameter Store answers with %s',
  async (behavior) => {
    const trader = await newTrader();
    parameters.behaviors.set(trader.account, behavior);
    const answered = await fire(trader);
    expect(answered.answer).toMatchObject({ status: 503 });
    expect(answered.answer.ms).toBeLessThan(keylessAnswerWithinMs);
    expectTruthful(answered);
    expect(trader.toExchange.turns.map(({ head }) => head).join()).not.toContain('/api/v3/order ');
    parameters.behaviors.delete(trader.account);
    await trader.settle();
    await trader.fire();
    expect(closesOf(exchange, trader.staged)).toHaveLength(1);
  },
);
