import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureTable, type LocalTable, startTable } from '../../infra/local/table.ts';
import type { Order } from '../../infra/simulator/core/model.ts';
import { startSimulatedExchange } from '../../infra/simulator/exchange.ts';
import { hasJava, startDynamoDbLocal } from '../lib/store/dynamodb-local.ts';
import { serveCommands } from './child-commands.ts';
import { apiKey, secret } from './credentials.ts';

/**
 * What is behind the stand-ins: DynamoDB tables and the simulated exchange. They work in a process of their own, so that
 * a stand-in notes a request when it arrives, and not when they are done with the last one.
 */

const folder = await mkdtemp(join(tmpdir(), 'ripcord-bench-'));
const table = await startTable(join(folder, 'table'), 'ripcord');
const exchange = await startSimulatedExchange();
exchange.core.addAccount({ apiKey, secret, balances: { spot: { USDT: '1000000000', ETH: '1000000' } } });

/** A spot entry of 0.1 ETH: filled whole, or filled by 0.06 and still resting. @returns its order id. */
function placeEntry(filled: boolean): string {
  const entry = exchange.core.placeOrder({
    market: 'spot',
    symbol: 'ETHUSDT',
    apiKey,
    side: 'buy',
    type: 'limit',
    timeInForce: 'GTC',
    amount: '0.1',
    price: '2900',
  }) as Order;
  exchange.core.fill({ orderId: entry.id, amount: filled ? '0.1' : '0.06' });
  return String(entry.id);
}

let dynamoDb: LocalTable | undefined;

const commands = {
  addresses: () => ({ table: table.endpoint, exchange: exchange.url }),
  createTable: (name: string): Promise<void> => ensureTable((dynamoDb ?? table).endpoint, name),
  placeEntries: ({ count, filled }: { count: number; filled: boolean }): string[] =>
    Array.from({ length: count }, () => placeEntry(filled)),
  /** Puts AWS's own DynamoDB for tests in dynalite's place. @returns its address, unless it can't run here. */
  async startDynamoDbLocal(): Promise<string | undefined> {
    if (!hasJava()) return undefined;
    dynamoDb = await startDynamoDbLocal();
    return dynamoDb.endpoint;
  },
  async stopDynamoDbLocal(): Promise<void> {
    await dynamoDb?.stop();
    dynamoDb = undefined;
  },
};
export type BackendCommands = typeof commands;

serveCommands(commands, async () => {
  await exchange.stop();
  await dynamoDb?.stop();
  await table.stop();
  await rm(folder, { recursive: true, force: true });
});
