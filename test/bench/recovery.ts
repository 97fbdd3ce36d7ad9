import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startLocalStack } from '../../infra/local/stack.ts';
import { percentile } from './figures.ts';
import { measureOnce, type Scenario, type Venue } from './recovery-run.ts';

/**
 *     npm run recovery -- [--rounds 5]
 *
 * How long a close takes whose order has no result: from the hit to the recorded outcome, on the local stack with its
 * real schedule. The rounds hit at seconds of the minute that are spread over it, and run beside one another, because
 * they mostly wait.
 */
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } });
const rounds = Number(values.rounds);
const minuteMs = 60_000;
/** From one round to the next: a minute, and the share of it by which the second moves. */
const roundMs = minuteMs + Math.floor(minuteMs / rounds);

const venues: Venue[] = [
  { name: 'Binance spot', exchange: 'binance', market: 'spot', orderPath: '/api/v3/order' },
  { name: 'Binance USDⓈ-M', exchange: 'binanceusdm', market: 'usdm', orderPath: '/fapi/v1/order' },
  { name: 'Bybit spot', exchange: 'bybit', market: 'spot', orderPath: '/v5/order/create' },
  { name: 'Bybit linear', exchange: 'bybit', market: 'usdm', orderPath: '/v5/order/create' },
];

const scenarios: Scenario[] = [
  { name: 'lost request', fault: { kind: 'drop-before' } },
  { name: 'lost answer', fault: { kind: 'drop-after' } },
  { name: 'late acceptance (4 s)', fault: { kind: 'late', ms: 4_000 } },
  { name: 'killed before the order', killedAt: 'claimed' },
  { name: 'killed after the order', killedAt: 'after-send' },
];

/** The most that is allowed from the hit to the outcome. */
function toTarget({ exchange }: Venue, { name }: Scenario): number {
  if (name === 'killed after the order') return 70_000;
  return exchange === 'bybit' ? 40_000 : 95_000;
}

const folder = await mkdtemp(join(tmpdir(), 'ripcord-recovery-'));
const stack = await startLocalStack({ port: 0, data: join(folder, 'answering', 'stack') });
/** A killed process starts no sweep, so no other hit may start one for it. */
const quietStack = await startLocalStack({ port: 0, data: join(folder, 'killed', 'stack') });
const firstAt = (Math.floor(Date.now() / minuteMs) + 1) * minuteMs + 3_000;
const cells = venues.flatMap((venue) => scenarios.map((scenario) => ({ venue, scenario })));
let done = 0;

async function measureCell(venue: Venue, scenario: Scenario, index: number): Promise<number[]> {
  const times: Promise<number>[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const at = firstAt + round * roundMs + index * 50;
    const starts = new Promise((resolve) => setTimeout(resolve, Math.max(0, at - Date.now() - 30_000)));
    const isKilled = 'killedAt' in scenario;
    const data = join(folder, isKilled ? 'killed' : 'answering', `${index}-${round}`);
    times.push(
      starts.then(async () => {
        const ms = await measureOnce(isKilled ? quietStack : stack, data, venue, scenario, at);
        done += 1;
        process.stderr.write(
          `${done} of ${cells.length * rounds}: ${venue.name}, ${scenario.name}: ${ms} ms\n`,
        );
        return ms;
      }),
    );
  }
  return Promise.all(times);
}

function inSeconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

try {
  const found = await Promise.all(
    cells.map(async ({ venue, scenario }, index) => {
      const times = await measureCell(venue, scenario, index);
      const target = toTarget(venue, scenario);
      const max = Math.max(...times);
      const figures = [percentile(times, 50), max].map(inSeconds).join(' | ');
      const verdict = max <= target ? 'met' : '**missed**';
      return `| ${venue.name} | ${scenario.name} | ${figures} | ≤ ${target / 1_000} s | ${verdict} |`;
    }),
  );
  const [processor] = cpus();
  console.log(
    `${cpus().length} processors (${processor?.model}), Node ${process.version}, ${new Date().toISOString()}`,
  );
  console.log('\n| venue | what happens | p50 | max | target | |\n|---|---|---|---|---|---|');
  console.log(found.join('\n'));
} finally {
  await Promise.all([stack.stop(), quietStack.stop()]);
  await rm(folder, { recursive: true, force: true });
}
