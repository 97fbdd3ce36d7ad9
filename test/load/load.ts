import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Order } from '../../infra/simulator/core/model.ts';
import { type RunningExchange, startSimulatedExchange } from '../../infra/simulator/exchange.ts';
import {
  adminAnswerSchema,
  type CommandInput,
  type CommandName,
  type CommandResult,
  commands,
} from '../../lib/admin/contract/commands.ts';

/** Many hits at once over HTTP, on a local stack in a process of its own. The exchange runs here, with its ledger. */

const stackMain = fileURLToPath(new URL('../../bin/start.ts', import.meta.url));

/** What one crowd is. */
export interface Crowd {
  positions: number;
  linksPerPosition: number;
  hitsPerLink: number;
}

export interface CrowdReport extends Crowd {
  hits: number;
  seconds: number;
  hitsPerSecond: number;
  /** Milliseconds from a hit's sending to the end of its answer. */
  latency: { p50: number; p99: number; most: number };
  /** How many answers had which status. */
  statuses: Record<string, number>;
  /** MARKET orders in the exchange's ledger. */
  orders: number;
  /** Everything that was not as it has to be: one order for each position, every answer true. */
  violations: string[];
}

interface Answer {
  status: number;
  body: Record<string, unknown>;
  ms: number;
}

interface Target {
  positionId: string;
  paths: string[];
}

export interface CrowdStack {
  run(crowd: Crowd): Promise<CrowdReport>;
  stop(): Promise<void>;
}

/** Starts the stack and an exchange for as many crowds as are wanted, one after the other. */
export async function startCrowdStack(): Promise<CrowdStack> {
  const data = await mkdtemp(join(tmpdir(), 'ripcord-crowd-'));
  const exchange = await startSimulatedExchange();
  const child = spawn(process.execPath, [stackMain, '--no-demo', '--port', '0', '--data', data], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  const ready = Promise.withResolvers<string>();
  // The log is read to its end, or the process would wait for a reader.
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [, url] = /^ready (\S+)$/.exec(line) ?? [];
    if (url !== undefined) ready.resolve(url);
  });
  void ended.then(() => ready.reject(new Error('the local stack ended before it was ready')));
  const url = await ready.promise;

  const account = 'crowd';
  const keys = { apiKey: 'key-of-crowd', secret: 'secret-of-crowd' };
  exchange.core.addAccount({ ...keys, balances: { spot: { USDT: '100000000', ETH: '5' } } });
  const admin = adminAt(url);
  await admin('accounts.add', {
    name: account,
    account: { exchange: 'binance', ...keys, baseUrl: exchange.url },
  });

  return {
    async run(crowd) {
      const targets: Target[] = [];
      for (let index = 0; index < crowd.positions; index += 1)
        targets.push(await stage(exchange, admin, { account, apiKey: keys.apiKey }, crowd.linksPerPosition));
      return await fireAll(url, exchange, admin, crowd, targets);
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
      await exchange.stop();
      await rm(data, { recursive: true, force: true });
    },
  };
}

type Admin = <Name extends CommandName>(
  command: Name,
  input: CommandInput<Name>,
) => Promise<CommandResult<Name>>;

function adminAt(url: string): Admin {
  return async <Name extends CommandName>(command: Name, input: CommandInput<Name>) => {
    const response = await fetch(`${url}/2015-03-31/functions/ripcord-admin/invocations`, {
      method: 'POST',
      body: JSON.stringify({ command, ...input }),
    });
    const answer = adminAnswerSchema.parse(await response.json());
    if (!answer.ok) throw new Error(`${command}: ${answer.error.message}`);
    return commands[command].result.parse(answer.result) as CommandResult<Name>;
  };
}

/** The amount of every position: an entry of 1 ETH less a fee of 0.1 per cent. */
const ownAmount = '0.999';

/** A filled entry, a position for it, and its links. */
async function stage(
  { core }: RunningExchange,
  admin: Admin,
  { account, apiKey }: { account: string; apiKey: string },
  links: number,
): Promise<Target> {
  const entry = core.placeOrder({
    apiKey,
    market: 'spot',
    symbol: 'ETHUSDT',
    side: 'buy',
    type: 'limit',
    timeInForce: 'GTC',
    amount: '1',
    price: '2900',
  }) as Order;
  core.fill({ orderId: entry.id });
  const { position } = await admin('positions.adopt', {
    account,
    symbol: 'ETH/USDT',
    side: 'long',
    entryOrderIds: [String(entry.id)],
  });
  const { positionId } = position;
  const paths: string[] = [];
  for (let index = 0; index < links; index += 1) {
    const link = await admin('links.create', { positionId, action: 'close' });
    paths.push(new URL(link.url).pathname);
  }
  return { positionId, paths };
}

async function fireAll(
  url: string,
  exchange: RunningExchange,
  admin: Admin,
  crowd: Crowd,
  targets: Target[],
): Promise<CrowdReport> {
  const mark = exchange.core.ledger().at(-1)?.seq ?? 0;
  const { hostname, port } = new URL(url);
  // Everybody has a connection of their own.
  const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });
  const hits = targets.flatMap(({ positionId, paths }) =>
    paths.flatMap((path) => Array.from({ length: crowd.hitsPerLink }, () => ({ positionId, path }))),
  );
  const startedAt = performance.now();
  const answers = await Promise.all(
    hits.map(async ({ positionId, path }) => ({
      positionId,
      answer: await fire({ hostname, port, agent, path }),
    })),
  );
  const seconds = (performance.now() - startedAt) / 1_000;
  agent.destroy();

  const violations: string[] = [];
  const orderIds = new Set<string>();
  for (const { positionId } of targets) {
    const given = answers.flatMap((each) => (each.positionId === positionId ? [each.answer] : []));
    const outcome = await outcomeOf(admin, positionId);
    violations.push(...judge(positionId, outcome, given));
    orderIds.add(String(outcome?.closeOrderId));
  }
  const orders = exchange.core.ledger({ since: mark }).flatMap((entry) => {
    if (entry.type !== 'order' || entry.orderType !== 'market') return [];
    return [exchange.core.state.order(entry.orderId)];
  });
  if (orders.length !== targets.length)
    violations.push(`${orders.length} orders for ${targets.length} positions`);
  for (const { id, amount, filled } of orders) {
    if (!orderIds.has(String(id))) violations.push(`order ${id} is in no record`);
    if (amount !== ownAmount || filled !== ownAmount)
      violations.push(`order ${id} executed ${filled} of ${amount} instead of ${ownAmount}`);
  }

  const latencies = answers.map(({ answer }) => answer.ms).sort((a, b) => a - b);
  const percentile = (share: number) =>
    Math.round(latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))] ?? 0);
  const statuses: Record<string, number> = {};
  for (const { answer } of answers) {
    const status = answer.body.repeated === true ? `${answer.status} repeated` : String(answer.status);
    statuses[status] = (statuses[status] ?? 0) + 1;
  }
  return {
    ...crowd,
    hits: hits.length,
    seconds: Math.round(seconds * 100) / 100,
    hitsPerSecond: Math.round(hits.length / seconds),
    latency: { p50: percentile(0.5), p99: percentile(0.99), most: percentile(1) },
    statuses,
    orders: orders.length,
    violations,
  };
}

function fire(options: { hostname: string; port: string; agent: Agent; path: string }): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const sent = request({ ...options, method: 'POST' }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          body: JSON.parse(text),
          ms: performance.now() - startedAt,
        }),
      );
    });
    sent.on('error', reject);
    sent.end();
  });
}

type Outcome = CommandResult<'positions.get'>['position']['outcome'];

/** A claim whose owner gave up is brought to its end by the sweep, once its lease is over. */
const mostWaits = 100;
const waitMs = 1_000;

/** The outcome in the table, once there is one. */
async function outcomeOf(admin: Admin, positionId: string): Promise<Outcome> {
  for (let waits = 0; waits < mostWaits; waits += 1) {
    const { position } = await admin('positions.get', { positionId });
    if (position.status !== 'closing') return position.outcome;
    await delay(waitMs);
  }
  return undefined;
}

/** What is wrong with the answers about one position. */
function judge(positionId: string, outcome: Outcome, answers: Answer[]): string[] {
  const violations: string[] = [];
  if (outcome?.outcome !== 'closed') violations.push(`${positionId} has the outcome ${outcome?.outcome}`);
  const told = answers.filter(({ status }) => status === 200);
  // 503 is true of a hit that has done nothing.
  for (const { status, body } of answers)
    if (status !== 200 && status !== 202 && status !== 503)
      violations.push(`${positionId}: an answer was ${status} ${String(body.status)}`);
  for (const { body } of told)
    for (const [name, value] of Object.entries(outcome ?? {}))
      if (JSON.stringify(body[name]) !== JSON.stringify(value))
        violations.push(`${positionId}: an answer says ${name} ${String(body[name])}, not ${String(value)}`);
  const first = told.filter(({ body }) => body.repeated !== true);
  // A hit that made the close may have to answer 202 before it is confirmed, so that no answer states the outcome first.
  const isPending = answers.some(({ status }) => status === 202);
  if (first.length > 1 || (first.length === 0 && !isPending))
    violations.push(`${positionId}: ${first.length} answers say that they have done it`);
  return violations;
}
