import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureTable, type LocalTable, startTable } from '../../infra/local/table.ts';
import { listen } from '../../infra/loopback/listen.ts';
import type { Order } from '../../infra/simulator/core/model.ts';
import { startSimulatedExchange } from '../../infra/simulator/exchange.ts';
import { createSelfSigned } from '../infra/loopback/self-signed.ts';
import { hasJava, startDynamoDbLocal } from '../lib/store/dynamodb-local.ts';
import { type Passage, startDelayProxy } from './delay-proxy.ts';

/**
 * The function's partners in a process of their own: a table, the simulated exchange, and a proxy with TLS before each.
 * Takes orders from the process that has forked it.
 */

const apiKey = 'key-of-bench';
const secret = 'secret-of-bench';
const folder = await mkdtemp(join(tmpdir(), 'ripcord-bench-'));
const table = await startTable(join(folder, 'table'), 'ripcord');
const exchange = await startSimulatedExchange();
const passages: Passage[] = [];
const credentials = createSelfSigned('localhost');
const caFile = join(folder, 'ca.pem');
await writeFile(caFile, credentials.cert);
const tableProxy = await startDelayProxy('table', table.endpoint, passages, credentials);
const exchangeProxy = await startDelayProxy('exchange', exchange.url, passages, credentials);

/** As much of Parameter Store as reading the one account takes. */
const parameters = createServer((request, response) => {
  const value = { exchange: 'binance', apiKey, secret, baseUrl: exchangeProxy.url };
  request.resume();
  request.on('end', () =>
    response
      .writeHead(200, { 'content-type': 'application/x-amz-json-1.1' })
      .end(JSON.stringify({ Parameter: { Value: JSON.stringify(value) } })),
  );
});
parameters.keepAliveTimeout = 600_000;
const parametersProxy = await startDelayProxy(
  'parameters',
  `http://127.0.0.1:${await listen(parameters, 0)}`,
  passages,
  credentials,
);
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

export interface WorldAddresses {
  folder: string;
  /** The certificate that a client of the proxies has to trust. */
  caFile: string;
  tableEndpoint: string;
  exchangeUrl: string;
  tableProxyUrl: string;
  exchangeProxyUrl: string;
  parametersProxyUrl: string;
}

const commands = {
  addresses: (): WorldAddresses => ({
    folder,
    caFile,
    tableEndpoint: table.endpoint,
    exchangeUrl: exchange.url,
    tableProxyUrl: tableProxy.url,
    exchangeProxyUrl: exchangeProxy.url,
    parametersProxyUrl: parametersProxy.url,
  }),
  placeEntries: ({ count, filled }: { count: number; filled: boolean }): string[] =>
    Array.from({ length: count }, () => placeEntry(filled)),
  delay({ tableMs, exchangeMs }: { tableMs: number; exchangeMs: number }): void {
    tableProxy.delayMs = tableMs;
    exchangeProxy.delayMs = exchangeMs;
  },
  /** Puts AWS's own DynamoDB for tests in dynalite's place. @returns whether it can run on this machine. */
  async useDynamoDbLocal(): Promise<boolean> {
    if (!hasJava()) return false;
    dynamoDb = await startDynamoDbLocal();
    await ensureTable(dynamoDb.endpoint, 'ripcord');
    tableProxy.target = dynamoDb.endpoint;
    return true;
  },
  async useDynalite(): Promise<void> {
    tableProxy.target = table.endpoint;
    await dynamoDb?.stop();
    dynamoDb = undefined;
  },
  /** What has gone through since the last time. */
  takePassages: (): Passage[] => passages.splice(0),
  cpu: (): NodeJS.CpuUsage => process.cpuUsage(),
};
export type WorldCommands = typeof commands;

process.on(
  'message',
  ({ id, command, input }: { id: number; command: keyof WorldCommands; input: never }) =>
    void Promise.resolve(commands[command](input)).then((result) => process.send?.({ id, result })),
);
async function end(): Promise<void> {
  tableProxy.stop();
  exchangeProxy.stop();
  parametersProxy.stop();
  parameters.close();
  await exchange.stop();
  await dynamoDb?.stop();
  await table.stop();
  await rm(folder, { recursive: true, force: true });
  process.exit();
}
process.on('disconnect', () => void end());
process.send?.({ id: 0 });
