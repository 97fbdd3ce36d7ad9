import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalTable, startTable } from '../../infra/local/table.ts';
import { type RunningExchange, startSimulatedExchange } from '../../infra/simulator/exchange.ts';
import type { PositionView } from '../../lib/admin/contract/commands.ts';
import { mintToken } from '../../lib/link/token.ts';
import { type ChildStack, type LinkAnswer, startChildStack } from './child-stack.ts';
import { writeSteering } from './fault-control.ts';
import { type Close, closesOf, type Market, ownAmount, perpetualAmount, stagePosition } from './harness.ts';
import { type Death, startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

/**
 * Hits on warm functions whose connections have died since the hit before: in a process that was stopped meanwhile, as
 * Lambda stops one, or in one that was idle. Two processes go through all deaths at the same time.
 */

const states = ['frozen', 'idle'] as const;
const deaths: Death[] = ['FIN', 'RST', 'silence'];
const markets: Market[] = ['spot', 'perpetual'];
const peers = ['exchange', 'table'] as const;

/** Longer than a connection may be idle. It is the wall clock that counts, so it has to pass. */
const pauseMs = 1_100;
/** From the hit to its answer: TradingView waits no longer. */
const limitMs = 3_000;

interface Cell {
  state: (typeof states)[number];
  death: Death;
  market: Market;
  peer: (typeof peers)[number];
}

interface Row extends Cell {
  ms: number;
  answer: LinkAnswer;
  closes: Close[];
  position: PositionView;
}

const cells: Cell[] = states.flatMap((state) =>
  deaths.flatMap((death) =>
    markets.flatMap((market) => peers.map((peer) => ({ state, death, market, peer }))),
  ),
);

let folder: string;
let steering: string;
let dynalite: LocalTable;
let exchange: RunningExchange;
let rows: Row[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ripcord-dead-'));
  steering = join(folder, 'steering.json');
  await writeSteering(steering, { aheadMs: 0 });
  exchange = await startSimulatedExchange();
  dynalite = await startTable(join(folder, 'table'), 'ripcord');
  rows = (await Promise.all(states.map(runAll))).flat();
}, 120_000);
afterAll(async () => {
  await exchange.stop();
  await dynalite.stop();
  await rm(folder, { recursive: true, force: true });
  printTable();
});

/** A process, and what is between it and the world. */
interface Warm {
  stack: ChildStack;
  proxies: Record<Cell['peer'], TcpProxy>;
}

/** Every death of every peer's connections, one after the other in one process: each hit warms it for the next. */
async function runAll(state: Cell['state']): Promise<Row[]> {
  const proxies = {
    exchange: await startTcpProxy(Number(new URL(exchange.url).port)),
    table: await startTcpProxy(Number(new URL(dynalite.endpoint).port)),
  };
  const table = `http://127.0.0.1:${proxies.table.port}`;
  const stack = await startChildStack({ name: state, data: join(folder, state), steering, table });
  try {
    await hit({ stack, proxies }, () => undefined);
    const found: Row[] = [];
    for (const death of deaths)
      for (const peer of peers) {
        const hits = await hit({ stack, proxies }, () => letDie({ stack, proxies }, { state, death, peer }));
        found.push(...hits.map((each) => ({ ...each, state, death, peer })));
      }
    return found;
  } finally {
    await stack.kill();
    await Promise.all([proxies.exchange.stop(), proxies.table.stop()]);
  }
}

/** Lets the connections to one peer die, and lets time pass. The process still sleeps if it was stopped. */
async function letDie({ stack, proxies }: Warm, { state, death, peer }: Omit<Cell, 'market'>): Promise<void> {
  // The adoption of the positions has just used connections to the exchange, and this uses those to the table.
  const unknown = markets.map(() => stack.fire(`/l/${mintToken()}`));
  for (const answer of await Promise.all(unknown)) expect(answer.status).toBe(404);
  if (state === 'frozen') stack.pause();
  proxies[peer].kill(death);
  await delay(pauseMs);
}

/** Hits a link of each market at the same time. A process that was stopped wakes with the hits. */
async function hit(
  { stack, proxies }: Warm,
  before: () => unknown,
): Promise<Omit<Row, 'state' | 'death' | 'peer'>[]> {
  const at = { core: exchange.core, url: `http://127.0.0.1:${proxies.exchange.port}` };
  const staged = await Promise.all(markets.map((market) => stagePosition(at, [stack], 'close', market)));
  await before();
  const startedAt = performance.now();
  const hits = staged.map(async ({ path }) => {
    const answer = await stack.fire(path);
    return { answer, ms: performance.now() - startedAt };
  });
  stack.resume();
  const answered = await Promise.all(hits);
  return Promise.all(
    staged.map(async (each, index) => ({
      market: markets[index] as Market,
      ...(answered[index] as (typeof answered)[number]),
      closes: closesOf(exchange, each),
      position: (await stack.admin('positions.get', { positionId: each.positionId })).position,
    })),
  );
}

function find({ state, death, market, peer }: Cell): Row {
  const found = rows.find(
    (row) => row.state === state && row.death === death && row.market === market && row.peer === peer,
  );
  if (found === undefined) throw new Error('this hit was not made');
  return found;
}

describe('A hit closes in time and once', () => {
  it.each(cells)(
    'if the connection to the $peer has died by $death while the process was $state: $market',
    (cell) => {
      const { ms, answer, closes, position } = find(cell);
      const amount = cell.market === 'spot' ? ownAmount : perpetualAmount;
      expect(answer).toMatchObject({ status: 200, body: { outcome: 'closed', closedAmount: amount } });
      expect(closes).toStrictEqual([{ orderId: expect.any(String), amount, filled: amount }]);
      expect(position).toMatchObject({ status: 'closed', outcome: { closeOrderId: closes[0]?.orderId } });
      expect(ms).toBeLessThan(limitMs);
    },
  );
});

function printTable(): void {
  const line = ({ death, peer, state, market }: Cell, ms: string) =>
    [death.padEnd(8), peer.padEnd(9), state.padEnd(7), market.padEnd(10), ms.padStart(5)].join(' ');
  console.log(rows.map((row) => line(row, row.ms.toFixed(0))).join('\n'));
}
