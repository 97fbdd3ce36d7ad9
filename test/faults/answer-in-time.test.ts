import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, type TestContext, vi } from 'vitest';
import { createAdmin } from '../../functions/admin.ts';
import { createServices } from '../../functions/services.ts';
import { createSweep } from '../../functions/sweep.ts';
import { createTrigger } from '../../functions/trigger.ts';
import { createLambda } from '../../infra/local/lambda.ts';
import { type LocalTable, startTable } from '../../infra/local/table.ts';
import { listen } from '../../infra/loopback/listen.ts';
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
import { closesOf, ownAmount, type Staged, stagePosition } from './harness.ts';
import { startTcpProxy, type TcpProxy, type Treatment } from './tcp-proxy.ts';

/**
 * A hit is answered within 3 s, whichever of its requests is never answered or answered too slowly, and what the answer
 * says is so. Times are real: TradingView disconnects 3 s after it sends an alert.
 */

const answerWithinMs = 3_000;

let folder: string;
let dynalite: LocalTable;
let exchange: RunningExchange;
let parameters: ParameterStore;
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
  parameters.stop();
  await exchange.stop();
  await dynalite.stop();
  await rm(folder, { recursive: true });
});

interface ParameterStore {
  url: string;
  /** By account name: anything else than its account is how it answers. */
  behaviors: Map<string, 'silence' | 'drip'>;
  stop(): void;
}

/** Parameter Store's GetParameter, whose parameters are the files of the same path. */
async function startParameterStore(): Promise<ParameterStore> {
  const behaviors: ParameterStore['behaviors'] = new Map();
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [, file = '', name = ''] = /^(.*)\/(.*)$/.exec(JSON.parse(await text(request)).Name) ?? [];
    const behavior = behaviors.get(name);
    if (behavior === 'silence') return;
    if (behavior === 'drip') {
      const timer = setInterval(() => response.write(' '), 100);
      response.on('close', () => clearInterval(timer));
      return;
    }
    const account = JSON.parse(await readFile(file, 'utf8'))[name];
    response.end(JSON.stringify({ Parameter: { Value: JSON.stringify(account) } }));
  };
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  const port = await listen(server, 0);
  return {
    url: `http://127.0.0.1:${port}`,
    behaviors,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

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
async function newTrader({ onTestFinished }: Pick<TestContext, 'onTestFinished'>): Promise<Trader> {
  traders += 1;
  const accounts = `/${folder.slice(1)}/accounts-${traders}.json` as const;
  const { tableName, endpoint } = await makeTableAt(dynalite.endpoint);
  const toTable = await startTcpProxy(Number(new URL(endpoint).port));
  const toExchange = await startTcpProxy(Number(new URL(exchange.url).port));
  onTestFinished(async () => {
    await Promise.all([toTable.stop(), toExchange.stop()]);
  });
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
    50_000,
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
      const firedAt = performance.now();
      const invocation = await trigger.invoke(event);
      const ms = performance.now() - firedAt;
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

const cells = Object.entries(requests).flatMap(([what, at]) =>
  Object.entries(treatments).map(([how, treat]) => ({ what, how, at, treat })),
);

/** What an answer says is so at that moment, by the exchange's ledger and the table. */
async function expectTruthful({ staged, position }: Trader, { status, body }: LinkAnswer): Promise<void> {
  const { status: recorded, outcome } = await position();
  const closes = closesOf(exchange, staged);
  expect([200, 202, 503]).toContain(status);
  if (status === 200) expect(body).toMatchObject({ ...outcome });
  // A record that was written without the hit's knowledge is there all the same.
  if (status === 202) expect(['closing', 'closed']).toContain(recorded);
  if (status === 503) expect(closes).toStrictEqual([]);
  if (body.status === 'retrying') expect(recorded).toBe('closing');
}

describe.concurrent('A hit is answered in time and truly', { timeout: 60_000 }, () => {
  it.for(cells)('if $what $how', async ({ at: [way, words, from], treat }, context) => {
    const trader = await newTrader(context);
    const { toTable, toExchange } = trader;
    let met = 0;
    trader[way].decide = ({ head }) => {
      if (!head.includes(words)) return undefined;
      met += 1;
      return met < from ? undefined : treat();
    };
    const answer = await trader.fire();
    const treated = met;
    const sent = () => toExchange.turns.length + toTable.turns.length;
    await expectTruthful(trader, answer);
    const sentByThen = sent();
    expect(answer.ms).toBeLessThan(answerWithinMs);
    expect(treated).toBeGreaterThanOrEqual(from);
    // Nothing of the hit lives on: no connection waits, so no answer can set off another request.
    await vi.waitFor(() => expect([toTable.waiting(), toExchange.waiting()]).toEqual([0, 0]));
    expect(sent()).toBe(sentByThen);

    for (const proxy of [toTable, toExchange]) proxy.decide = () => undefined;
    await trader.settle();
    if ((await trader.position()).status === 'open')
      expect(await trader.fire()).toMatchObject({ status: 200, body: { outcome: 'closed' } });
    expect(closesOf(exchange, trader.staged)).toStrictEqual([
      { orderId: expect.any(String), amount: ownAmount, filled: ownAmount },
    ]);
    expect(await trader.position()).toMatchObject({ status: 'closed', remaining: '0' });
  });

  it.for(['silence', 'drip'] as const)('if Parameter Store answers with %s', async (behavior, context) => {
    const trader = await newTrader(context);
    parameters.behaviors.set(trader.account, behavior);
    const answer = await trader.fire();
    expect(answer).toMatchObject({ status: 503 });
    expect(answer.ms).toBeLessThan(answerWithinMs);
    await expectTruthful(trader, answer);
    expect(trader.toExchange.turns.map(({ head }) => head).join()).not.toContain('/api/v3/order ');
    parameters.behaviors.delete(trader.account);
    await trader.settle();
    await trader.fire();
    expect(closesOf(exchange, trader.staged)).toHaveLength(1);
  });
});
