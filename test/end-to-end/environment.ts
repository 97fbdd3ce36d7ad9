import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect } from 'vitest';
import { createConsole } from '../../console/server/console.ts';
import { type LocalStackOptions, startLocalStack } from '../../infra/local/stack.ts';
import type { SimulatedExchange } from '../../infra/simulator/core/simulated-exchange.ts';
import { type RunningExchange, startSimulatedExchange } from '../../infra/simulator/exchange.ts';
import { type Account, requiresPassword } from '../../lib/account/account.ts';
import {
  type AdminAnswer,
  adminAnswerSchema,
  type CommandInput,
  type CommandName,
  type CommandResult,
  commands,
  type PositionView,
} from '../../lib/admin/contract/commands.ts';
import { type Answer, send } from '../infra/loopback/running-server.ts';
import { toSecret } from '../lib/exchange/test-secrets.ts';
import { createModelHandlers } from './model-handlers.ts';

/** Everything real but the exchange's money: a local stack with the project's functions, and a simulated exchange. */
export interface Environment {
  /** Of the stack: where links and the invoke API are. */
  url: string;
  /** What lets one browser into the stack's console. */
  consoleAddress(): string;
  tableEndpoint: string;
  /** The stack's folder, with accounts.json and the table. */
  data: string;
  exchange: RunningExchange;
  core: SimulatedExchange;
  /** Any payload to any function, by the Lambda invoke API. @returns what the function returned. */
  invoke(name: string, payload: unknown): Promise<unknown>;
  /** Any payload to the admin function, as an SDK would send it. */
  ask(payload: unknown): Promise<AdminAnswer>;
  /** A command that has to succeed. */
  admin<Name extends CommandName>(command: Name, input: CommandInput<Name>): Promise<CommandResult<Name>>;
  /** A command that has to be refused. @returns code and message. */
  refusal(payload: unknown): Promise<{ code: string; message: string; issues: string[] }>;
  /** Opens an account at the exchange and gives Ripcord its keys. @returns its name and key. */
  newAccount(options: AccountOptions): Promise<ExchangeAccount>;
  newLink(positionId: string, action: 'close' | 'keep'): Promise<string>;
  positionNow(positionId: string): Promise<PositionView>;
  /** Stops the stack, and starts it with the same data after something has happened at the exchange. Its sweep has run. */
  whileStopped(happens: () => void): Promise<void>;
}

export interface AccountOptions
  extends Omit<Parameters<SimulatedExchange['addAccount']>[0], 'apiKey' | 'secret'> {
  exchange: Account['exchange'];
  baseUrl?: string;
  /** Another exchange than the environment's own. */
  core?: SimulatedExchange;
}

export interface ExchangeAccount {
  account: string;
  apiKey: string;
  secret: string;
}

interface EnvironmentOptions extends Partial<LocalStackOptions> {
  /**
   * `model`: the functions use the model of the table, which is empty before each test, so that a file of many cases takes
   * half of the time. For tests of what is in between an exchange and a response, not of what is stored.
   */
  table?: 'real' | 'model';
  /** Between two polls of an order, with the model. As in the functions by default. */
  pollMs?: number;
}

/** Starts one for all tests of a file; before each of them the exchange is as new. */
export async function startEnvironment({
  table = 'real',
  pollMs,
  ...options
}: EnvironmentOptions = {}): Promise<Environment> {
  const data = await mkdtemp(join(tmpdir(), 'ripcord-end-to-end-'));
  const exchange = await startSimulatedExchange();
  const { core } = exchange;
  // Created once, so that a stack that starts again has the same table.
  const model = table === 'model' ? createModelHandlers(pollMs) : undefined;
  const start = async () => {
    const started = await startLocalStack({
      port: 0,
      data,
      console: createConsole,
      // Sweeps run when a test asks for one.
      every: () => () => undefined,
      // Without lingering on pending closes, and without sweeps that hits start.
      wakesSweep: false,
      sweepTimeoutMs: 7_000,
      ...(model === undefined ? {} : { handlers: model.create }),
      ...options,
    });
    // The one that starts with the stack would count as one that a test asked for.
    await started.lambdas.sweep.settled();
    return started;
  };
  let stack = await start();
  let accounts = 0;

  beforeEach(() => {
    core.reset();
    model?.clear();
  });
  afterAll(async () => {
    await stack.stop();
    await exchange.stop();
    await rm(data, { recursive: true, force: true });
  });

  const environment: Environment = {
    get url() {
      return stack.url;
    },
    consoleAddress: () => stack.consoleAddress() ?? '',
    get tableEndpoint() {
      return stack.tableEndpoint;
    },
    data,
    exchange,
    core,
    async invoke(name, payload) {
      const answer = await send(stack.url, {
        method: 'POST',
        path: `/2015-03-31/functions/${name}/invocations`,
        body: JSON.stringify(payload),
      });
      expect(answer).toMatchObject({ status: 200 });
      expect(answer.headers).not.toHaveProperty('x-amz-function-error');
      return JSON.parse(answer.body);
    },
    async ask(payload) {
      return adminAnswerSchema.parse(await environment.invoke('ripcord-admin', payload));
    },
    async admin<Name extends CommandName>(command: Name, input: CommandInput<Name>) {
      const answer = await environment.ask({ command, ...input });
      if (!answer.ok) throw new Error(`${command}: ${answer.error.code}: ${answer.error.message}`);
      return commands[command].result.parse(answer.result) as CommandResult<Name>;
    },
    async refusal(payload) {
      const answer = await environment.ask(payload);
      if (answer.ok) throw new Error(`was not refused: ${JSON.stringify(answer.result)}`);
      return answer.error;
    },
    async newAccount({ exchange: venue, baseUrl = exchange.url, core: at = core, ...account }) {
      accounts += 1;
      const name = `trader-${accounts}`;
      const keys = { apiKey: `key-of-${name}`, secret: toSecret(venue, `secret-of-${name}`) };
      at.addAccount({ ...keys, ...account });
      const password = requiresPassword(venue) ? { password: 'passphrase' } : {};
      const { trade = true, withdraw = false, futures = true } = account.permissions ?? {};
      await environment.admin('accounts.add', {
        ...{ name, account: { exchange: venue, ...keys, ...password, baseUrl } },
        // A key that the check would refuse.
        ...(trade && futures && !withdraw ? {} : { unchecked: true }),
      });
      return { account: name, ...keys };
    },
    async newLink(positionId, action) {
      return (await environment.admin('links.create', { positionId, action })).url;
    },
    async positionNow(positionId) {
      return (await environment.admin('positions.get', { positionId })).position;
    },
    async whileStopped(happens) {
      await stack.stop();
      happens();
      stack = await start();
      await stack.lambdas.sweep.settled();
    },
  };
  return environment;
}

/** Fires a link as an alert does: a POST without a body. */
export function fire(url: string, options: Omit<Parameters<typeof send>[1], 'path'> = {}) {
  return hit(url, { method: 'POST', ...options });
}

/** Any request to a link. */
export async function hit(
  url: string,
  options: Omit<NonNullable<Parameters<typeof send>[1]>, 'path'> = {},
): Promise<Answer & { json: Record<string, unknown> }> {
  const { pathname, search } = new URL(url);
  const answer = await send(url, { ...options, path: `${pathname}${search}` });
  const isJson = answer.headers['content-type']?.startsWith('application/json') === true;
  return { ...answer, json: isJson && answer.body !== '' ? JSON.parse(answer.body) : {} };
}

/** An order as the exchange took it from Ripcord. */
export interface TakenOrder {
  id: string;
  symbol: string;
  side: 'buy' | 'sell';
  type: string;
  amount: string;
  reduceOnly: boolean;
  positionSide: string;
}

/** Where the exchange's ledger stands now. */
export function markOf(core: SimulatedExchange): number {
  return core.ledger().at(-1)?.seq ?? 0;
}

/** Kraken reads with POST. */
const postedReads = /^\/0\/private\/(?!AddOrder|CancelOrder)/;

/** What the exchange's own ledger says has happened since a mark: orders taken, orders cancelled, requests for a change. */
export function ledgerSince(core: SimulatedExchange, mark: number) {
  const entryOrders = core.ledger({ since: mark });
  const orders = entryOrders.flatMap((entry): TakenOrder[] => {
    if (entry.type !== 'order') return [];
    const { side, type, amount, reduceOnly, positionSide, symbol } = core.state.order(entry.orderId);
    return [{ id: String(entry.orderId), symbol, side, type, amount, reduceOnly, positionSide }];
  });
  const canceled = entryOrders.flatMap((entry) =>
    entry.type === 'cancel' || entry.type === 'algo-cancel' ? [String(entry.orderId)] : [],
  );
  const requests = entryOrders.flatMap((entry) =>
    entry.type === 'request' && entry.method !== 'GET' && !postedReads.test(entry.path)
      ? [{ method: entry.method, path: entry.path, code: entry.code, parameters: entry.query }]
      : [],
  );
  return { orders, canceled, requests };
}
