import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { type Demo, type DemoOptions, startDemo } from '../../../../infra/local/demo/demo.ts';
import { createLambda, type Handler } from '../../../../infra/local/lambda.ts';
import { listen } from '../../../../infra/loopback/listen.ts';
import { Fault } from '../../../../lib/fault.ts';
import { accountsInMemory } from '../accounts-in-memory.ts';
import { temporaryFolder } from '../temporary-folder.ts';

function never() {
  return () => undefined;
}

async function start(
  options: Partial<DemoOptions> & Pick<DemoOptions, 'data'>,
): Promise<Demo & { lines: string[] }> {
  const lines: string[] = [];
  const demo = await startDemo({
    accounts: accountsInMemory(),
    port: 0,
    every: never,
    log: (line) => lines.push(line),
    ...options,
  });
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= demo.stop();
    return stopped;
  };
  onTestFinished(stop);
  return { ...demo, stop, lines };
}

interface Adoption {
  command: string;
  symbol: string;
  label: string;
  entryOrderIds: string[];
  exitOrderIds?: string[];
}

/** An admin function that records adoptions and openings, and fails at adoption number `failAt`. */
function adminFunction({ failAt = 0 } = {}) {
  const adopted: Adoption[] = [];
  const opened: unknown[] = [];
  let asked = 0;
  const handler: Handler = async (event: Adoption) => {
    if (event.command === 'positions.list') return { ok: true, result: { positions: adopted.map(viewOf) } };
    if (event.command === 'positions.open') {
      opened.push(event);
      return { ok: true, result: {} };
    }
    asked += 1;
    if (asked === failAt) {
      return { ok: false, error: { code: 'exchange-unreachable', message: 'No answer.', issues: [] } };
    }
    adopted.push(event);
    return { ok: true, result: {} };
  };
  return { adopted, opened, admin: createLambda('ripcord-admin', handler, 1_000, () => undefined) };
}

function viewOf({ symbol, entryOrderIds }: Adoption) {
  return {
    positionId: 'pos_000000000000',
    account: 'demo',
    exchange: 'binance',
    symbol,
    marketId: symbol.replace('/', ''),
    side: 'long',
    status: 'open',
    fillStatus: 'filled',
    createdAt: '2026-01-01T00:00:00.000Z',
    amount: '1',
    filled: '1',
    remaining: '1',
    realizedProfit: '0',
    unrealizedProfit: null,
    fees: null,
    funding: null,
    netProfit: null,
    quote: 'USDT',
    priceStep: '0.01',
    amountStep: '0.001',
    entryOrders: entryOrderIds.map((orderId) => ({
      orderId,
      type: 'limit',
      status: 'done',
      amount: '1',
      filled: '1',
    })),
    exitOrders: [],
    openExitOrders: 0,
    protection: 'none',
    takeProfits: [],
    stopLoss: null,
  };
}

interface SimOrder {
  id: number;
  symbol: string;
  type: string;
  status: string;
  amount: string;
  filled: string;
}

async function ordersAt({ exchangeUrl }: Demo): Promise<SimOrder[]> {
  const answer = (await (await fetch(`${exchangeUrl}/sim/orders`)).json()) as { orders: SimOrder[] };
  return answer.orders;
}

it('adopts three positions at its first start, and none at its second', async () => {
  const data = await temporaryFolder();
  const accounts = accountsInMemory();
  const { admin, adopted } = adminFunction();
  const first = await start({ data, accounts });
  await first.seed(admin);
  expect(first.lines).toEqual([]);
  expect(adopted.map(({ symbol, label }) => `${symbol} ${label}`)).toEqual([
    'BTC/USDT Demo: filled, with take-profit and stop',
    'ETH/USDT Demo: unfilled limit entry',
    'SOL/USDT Demo: entry 40 % filled',
  ]);
  const orders = await ordersAt(first);
  const named = (ids: string[] = []) => orders.filter((order) => ids.includes(String(order.id)));
  const [btc, eth, sol] = adopted;
  expect(named(btc?.entryOrderIds)).toMatchObject([{ status: 'filled', filled: '0.05' }]);
  expect(named(btc?.exitOrderIds)).toMatchObject([
    { type: 'limit_maker', status: 'new' },
    { type: 'stop_limit', status: 'new' },
  ]);
  expect(named(eth?.entryOrderIds)).toMatchObject([{ status: 'new', filled: '0' }]);
  expect(named(sol?.entryOrderIds)).toMatchObject([
    { status: 'partially_filled', amount: '10', filled: '4' },
  ]);
  await first.stop();

  const second = await start({ data, accounts });
  await second.seed(admin);
  expect(adopted).toHaveLength(3);
  expect(await ordersAt(second)).toEqual(orders);
});

it('opens a perpetual with three targets and a stop at its first start, under one request id', async () => {
  const data = await temporaryFolder();
  const accounts = accountsInMemory();
  const { admin, opened } = adminFunction();
  const first = await start({ data, accounts });
  await first.seed(admin);
  expect(opened).toMatchObject([
    {
      requestId: 'demo-smart-position',
      account: 'demo-futures',
      symbol: 'SOL/USDT:USDT',
      takeProfits: [{ price: '160' }, { price: '170' }, { price: '180' }],
      stopLoss: { price: '142' },
    },
  ]);
  await first.stop();
  await (await start({ data, accounts })).seed(admin);
  expect(opened).toHaveLength(1);
});

it("opens no position in the owner's own account", async () => {
  const own = { exchange: 'binanceusdm', apiKey: 'own', secret: 'own' } as const;
  const accounts = accountsInMemory({ 'demo-futures': own });
  const { admin, adopted, opened } = adminFunction();
  await (await start({ data: await temporaryFolder(), accounts })).seed(admin);
  expect(adopted).toHaveLength(3);
  expect(opened).toEqual([]);
});

it("creates both accounts with the exchange's address, and updates it after a restart", async () => {
  const data = await temporaryFolder();
  const accounts = accountsInMemory();
  const first = await start({ data, accounts });
  await first.seed(adminFunction().admin);
  const before = structuredClone(accounts.all);
  expect(before).toEqual({
    demo: {
      exchange: 'binance',
      apiKey: expect.stringMatching(/^[0-9a-f]{64}$/),
      secret: expect.stringMatching(/^[0-9a-f]{64}$/),
      baseUrl: first.exchangeUrl,
    },
    'demo-futures': {
      exchange: 'binanceusdm',
      apiKey: before.demo?.apiKey,
      secret: before.demo?.secret,
      baseUrl: first.exchangeUrl,
    },
  });
  await first.stop();
  const port = Number(new URL(first.exchangeUrl).port);
  const squatter = createServer();
  await listen(squatter, port);
  onTestFinished(() => void squatter.close());
  const second = await start({ data, accounts, port });
  expect(second.exchangeUrl).not.toBe(first.exchangeUrl);
  for (const name of ['demo', 'demo-futures']) {
    expect(accounts.all[name]).toEqual({ ...before[name], baseUrl: second.exchangeUrl });
  }
});

it('adopts only missing positions after a crash', async () => {
  const data = await temporaryFolder();
  const accounts = accountsInMemory();
  const { admin, adopted } = adminFunction({ failAt: 2 });
  const first = await start({ data, accounts });
  await first.seed(admin);
  expect(adopted.map(({ symbol }) => symbol)).toEqual(['BTC/USDT']);
  expect(first.lines).toEqual([
    "The demo's positions are incomplete; the next start retries. Error: positions.adopt: No answer.",
  ]);
  const orders = await ordersAt(first);
  await first.stop();
  const second = await start({ data, accounts });
  await second.seed(admin);
  expect(adopted.map(({ symbol }) => symbol)).toEqual(['BTC/USDT', 'ETH/USDT', 'SOL/USDT']);
  expect(await ordersAt(second)).toEqual(orders);
});

it('writes its orders to disk before they are adopted', async () => {
  const data = await temporaryFolder();
  await start({ data });
  const snapshot = JSON.parse(await readFile(join(data, 'exchange.json'), 'utf8'));
  expect(snapshot.orders).toHaveLength(5);
});

it("adopts positions again if the exchange's file was deleted", async () => {
  const data = await temporaryFolder();
  const accounts = accountsInMemory();
  const first = await start({ data, accounts });
  await first.seed(adminFunction().admin);
  await first.stop();
  await rm(join(data, 'exchange.json'));
  const { admin, adopted } = adminFunction();
  await (await start({ data, accounts })).seed(admin);
  expect(adopted).toHaveLength(3);
});

it('does not change an account of that name that belongs to the owner', async () => {
  const own = { exchange: 'binance', apiKey: 'own', secret: 'own' } as const;
  const accounts = accountsInMemory({ demo: own });
  const { admin, adopted } = adminFunction();
  await (await start({ data: await temporaryFolder(), accounts })).seed(admin);
  expect(accounts.all).toEqual({ demo: own });
  expect(adopted).toEqual([]);
});

it('does not recreate accounts that were removed', async () => {
  const data = await temporaryFolder();
  const accounts = accountsInMemory();
  const first = await start({ data, accounts });
  await first.seed(adminFunction().admin);
  await first.stop();
  await accounts.remove('demo');
  await accounts.remove('demo-futures');
  await start({ data, accounts });
  expect(accounts.all).toEqual({});
});

it("starts without its accounts if they can't be read, and logs it", async () => {
  const accounts = accountsInMemory();
  accounts.read = async () => {
    throw new Fault('accounts-unreadable', 'accounts.json is no JSON.');
  };
  const demo = await start({ data: await temporaryFolder(), accounts });
  expect(demo.lines).toEqual(["The demo's accounts are unchanged. accounts.json is no JSON."]);
  expect(accounts.written).toEqual([]);
  expect(await ordersAt(demo)).toEqual([]);
});

it('reports a damaged exchange file', async () => {
  const data = await temporaryFolder();
  await writeFile(join(data, 'exchange.json'), '{"version":');
  await expect(start({ data })).rejects.toMatchObject({
    name: 'StartFailure',
    message: expect.stringContaining(`can't read ${join(data, 'exchange.json')}`),
  });
});

it('creates files that only their owner can read', async () => {
  const data = await temporaryFolder();
  const demo = await start({ data });
  await demo.seed(adminFunction().admin);
  for (const name of ['exchange.json', 'demo.json']) {
    expect((await stat(join(data, name))).mode & 0o777).toBe(0o600);
  }
});
