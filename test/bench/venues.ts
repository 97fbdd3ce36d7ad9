import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { bundleFunctions, functionNames } from '../../infra/bundle/bundle.ts';
import { exchangeIdSchema } from '../../lib/account/account.ts';
import { inKilobytes, inMs, median } from './figures.ts';

/**
 *     npm run bench:venues -- [--rounds 15]
 *
 * What the cold start of the trigger takes for each exchange: a new process loads the bundle, and closes a position by the
 * handler, with the exchange's answers in memory. The exchanges take turns.
 */
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '15' } } });
const rounds = Number(values.rounds);
/** At most this many times as long as Binance. */
const limit = 1.5;

const functions = new URL('../../functions/', import.meta.url).pathname;
const entry = `
import { createTrigger } from '${functions}trigger.ts';
import { createDryClose } from '${functions}warm-up/dry-close.ts';
const environment = { RIPCORD_TABLE: 'none', RIPCORD_ACCOUNTS: 'file:/none' };
export const handler = (exchange) =>
  createDryClose(exchange, (build, log) => createTrigger(environment, build, log))();`;

const folder = await mkdtemp(join(tmpdir(), 'ripcord-venues-'));
try {
  for (const name of functionNames)
    await writeFile(join(folder, `${name}.ts`), name === 'trigger' ? entry : 'export const handler = 1;');
  const sizes = await bundleFunctions({ entries: folder, out: join(folder, 'out') });
  const bytes = sizes.find(({ name }) => name === 'trigger');
  const file = join(folder, 'out', 'trigger', 'index.mjs');
  const taken = await measure(file);
  const usual = median(taken.get('binance') ?? []);
  console.log(
    `${rounds} rounds, ${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, load ${loadavg()[0]}`,
  );
  console.log('| exchange | cold start and close | beside Binance | loaded |\n|---|---|---|---|');
  for (const [exchange, times] of taken) {
    const ratio = median(times) / usual;
    const verdict = ratio <= limit ? '' : ' **missed**';
    const loaded = (bytes?.start ?? 0) + (bytes?.exchanges[exchange] ?? Number.NaN);
    console.log(
      `| ${exchange} | ${inMs(median(times))} | ${ratio.toFixed(2)} ×${verdict} | ${inKilobytes(loaded)} |`,
    );
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function measure(file: string): Promise<Map<string, number[]>> {
  const taken = new Map<string, number[]>(exchangeIdSchema.options.map((id) => [id, []]));
  for (let round = 0; round < rounds; round += 1)
    for (const [exchange, times] of taken) times.push(await startCold(file, exchange));
  return taken;
}

/** @returns the milliseconds from the start of the process to the end of its first close. */
async function startCold(file: string, exchange: string): Promise<number> {
  const program = `import('${file}').then(({ handler }) => handler('${exchange}')).then(() => console.log(performance.now()))`;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', program]);
  return Number(stdout);
}
