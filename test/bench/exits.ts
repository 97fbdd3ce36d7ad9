import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startLocalStack } from '../../infra/local/stack.ts';
import { startSimulatedExchange } from '../../infra/simulator/exchange.ts';
import {
  adminAnswerSchema,
  type CommandInput,
  type CommandName,
  type CommandResult,
  commands,
} from '../../lib/admin/contract/commands.ts';
import { send } from '../infra/loopback/running-server.ts';
import { startDelayProxy } from './delay-proxy.ts';
import { inMs, median } from './figures.ts';
import { Tape } from './tape.ts';
import { isCovered, toUncoveredMs } from './uncovered.ts';

/**
 *     npm run bench:exits -- [--runs 30] [--delay 50]
 *
 * How long a position with two targets and a stop is not wholly covered by stops: after setExits, a close of 50 % and a
 * refused close, by the simulated exchange's own history. Each request to the exchange is held up.
 */
const { values } = parseArgs({
  options: { runs: { type: 'string', default: '30' }, delay: { type: 'string', default: '50' } },
});
const runs = Number(values.runs);
/** How long an exchange that only acknowledges takes until an order has its effect. */
const effectMs = 20;

const venues = [
  { name: 'Binance spot', exchange: 'binance', market: 'spot', symbol: 'BTC/USDT', create: '/api/v3/order' },
  {
    name: 'Binance USDⓈ-M',
    exchange: 'binanceusdm',
    market: 'usdm',
    symbol: 'BTC/USDT:USDT',
    create: '/fapi/v1/order',
  },
  {
    name: 'Bybit linear',
    exchange: 'bybit',
    market: 'usdm',
    symbol: 'BTC/USDT:USDT',
    create: '/v5/order/create',
  },
] as const;
type Venue = (typeof venues)[number];

const refusals = {
  binance: { status: 400, code: -2010 },
  binanceusdm: { status: 400, code: -4131 },
  bybit: { status: 200, code: 110090 },
};

const folder = await mkdtemp(join(tmpdir(), 'ripcord-bench-exits-'));
const exchange = await startSimulatedExchange();
const { core } = exchange;
const proxy = await startDelayProxy('exchange', exchange.url, new Tape());
const stack = await startLocalStack({ port: 0, data: folder });
let requests = 0;

async function admin<Name extends CommandName>(
  command: Name,
  input: CommandInput<Name>,
): Promise<CommandResult<Name>> {
  const { body } = await send(stack.url, {
    method: 'POST',
    path: '/2015-03-31/functions/ripcord-admin/invocations',
    body: JSON.stringify({ command, ...input }),
  });
  const answer = adminAnswerSchema.parse(JSON.parse(body));
  if (!answer.ok) throw new Error(`${command}: ${answer.error.message}`);
  return commands[command].result.parse(answer.result) as CommandResult<Name>;
}

/** @returns how long the position was not covered from the start of `act` until its stops cover it again. */
async function measure(apiKey: string, act: () => Promise<unknown>): Promise<number> {
  const history = () => ({ core, apiKey, ledger: core.ledger() });
  const since = Date.now();
  await act();
  const giveUpAt = since + 180_000;
  while (!isCovered(history())) {
    if (Date.now() > giveUpAt) throw new Error('the position is not covered after 3 minutes');
    await pause(50);
  }
  return toUncoveredMs(history(), since);
}

async function fire(positionId: string, percent?: number): Promise<void> {
  const { url } = await admin('links.create', { positionId, action: 'close', percent });
  await send(url, { method: 'POST', path: new URL(url).pathname });
}

/** A position with exits, on which all is measured. It is closed in the end. */
async function measureOnce({ exchange: id, symbol, create }: Venue, account: string, apiKey: string) {
  requests += 1;
  const { position } = await admin('positions.open', {
    requestId: `bench-${requests}`,
    account,
    symbol,
    side: 'long',
    type: 'market',
    amount: '0.5',
    takeProfits: [
      { price: '65000', percent: '50' },
      { price: '70000', percent: '50' },
    ],
    stopLoss: { price: '58000' },
  });
  const { positionId } = position;
  const setExits = await measure(apiKey, () =>
    admin('positions.setExits', { positionId, stopLoss: { price: '58500' } }),
  );
  const partClose = await measure(apiKey, () => fire(positionId, 50));
  core.addFault({ kind: 'status', ...refusals[id], msg: 'No.', match: { method: 'POST', path: create } });
  const refused = await measure(apiKey, () => fire(positionId));
  await fire(positionId);
  return { setExits, partClose, refused };
}

const names = { setExits: 'setExits', partClose: 'a close of 50 %', refused: 'a refused close' } as const;
const targets = { setExits: 1_000, partClose: 1_000, refused: undefined } as const;
/** Orders hold their coins there, so that exits end before a part of them is sold. */
const spotPartMs = 3_000;
const lines: string[] = [];
try {
  for (const venue of venues) {
    const account = `bench-${venue.exchange}`;
    const keys = { apiKey: `key-of-${account}`, secret: `secret-of-${account}` };
    core.addAccount({ ...keys, balances: { spot: { USDT: '10000000' }, usdm: { USDT: '10000000' } } });
    await admin('accounts.add', {
      name: account,
      account: { exchange: venue.exchange, ...keys, baseUrl: proxy.url },
    });
    proxy.delayMs = Number(values.delay);
    core.setEffectDelay({ ms: effectMs });
    const found: Awaited<ReturnType<typeof measureOnce>>[] = [];
    for (let run = 0; run < runs; run += 1) {
      found.push(await measureOnce(venue, account, keys.apiKey));
      process.stderr.write(`${venue.name}: ${run + 1} of ${runs}\n`);
    }
    for (const name of ['partClose', 'refused', 'setExits'] as const) {
      const times = found.map((each) => each[name]);
      const most = Math.max(...times);
      const isSpotPart = name === 'partClose' && venue.market === 'spot';
      const target = isSpotPart ? spotPartMs : targets[name];
      const verdict = target === undefined ? '' : `${inMs(target)} | ${most <= target ? 'met' : 'MISSED'}`;
      lines.push(
        `| ${venue.name} | ${names[name]} | ${inMs(median(times))} | ${inMs(most)} | ${verdict || ' | '} |`,
      );
    }
    proxy.delayMs = 0;
  }
} finally {
  await stack.stop();
  proxy.stop();
  await exchange.stop();
  await rm(folder, { recursive: true, force: true });
}
const [processor] = cpus();
process.stdout.write(
  `${cpus().length} × ${processor?.model}, Node ${process.version}, load ${loadavg()
    .map((load) => load.toFixed(1))
    .join(' ')}, ${runs} runs, ${values.delay} ms a request\n\n` +
    `| venue | after | p50 | max | target | |\n|---|---|---|---|---|---|\n${lines.join('\n')}\n`,
);
process.exit();
