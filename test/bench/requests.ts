import { mintToken } from '../../lib/link/token.ts';
import { type Bench, findBuild } from './bench.ts';
import { type Entry, stockTable, type World } from './environment.ts';
import type { Budget } from './figures.ts';
import { alertFor, type FunctionProcess, startFunction } from './function-process.ts';
import { fire, splitAtOrder } from './hit.ts';
import type { Passage } from './tape.ts';

/** More than the stand-ins take, so that requests which don't wait for one another overlap. */
const delays = { tableMs: 5, exchangeMs: 50 };

/** What a hit requests: round trips before the order, requests, write units. */
export async function measureRequests(bench: Bench): Promise<void> {
  bench.budgets.push(
    await measureRoundTrips(bench, 'filled', 'entry known to be filled', 0),
    await measureRoundTrips(bench, 'resting', 'entry state unknown', 2),
    ...(await measureTableRequests(bench)),
  );
}

/** How many of these requests had to wait for one another: the longest chain of them. */
function toChain(passages: Passage[]): number {
  const lengths: number[] = [];
  for (const [index, passage] of passages.entries()) {
    const earlier = lengths.filter((_, other) => (passages[other]?.answeredAt ?? 0) <= passage.arrivedAt);
    lengths[index] = 1 + Math.max(0, ...earlier);
  }
  return Math.max(0, ...lengths);
}

async function measureRoundTrips(
  bench: Bench,
  entry: Entry,
  name: string,
  mostAtExchange: number,
): Promise<Budget> {
  const { world, rounds } = bench;
  const after = findBuild(bench, 'after');
  const { environment, tokens } = await stockTable(world, after, rounds + 1, entry);
  const process = await startFunction({ file: after.file, environment });
  await fire(world, process, tokens.pop());
  await world.standIns.ask('delay', delays);
  let [table, exchange] = [0, 0];
  for (const token of tokens) {
    const { before } = splitAtOrder((await fire(world, process, token)).passages);
    table = Math.max(table, toChain(before.filter(({ to }) => to === 'table')));
    exchange = Math.max(exchange, toChain(before.filter(({ to }) => to === 'exchange')));
  }
  await world.standIns.ask('delay', { tableMs: 0, exchangeMs: 0 });
  await process.stop();
  return {
    figure: `round trips before the order, ${name}`,
    value: `${table} to the table, ${exchange} to the exchange`,
    limit: `≤ 2 to the table, ≤ ${mostAtExchange} to the exchange`,
    met: table <= 2 && exchange <= mostAtExchange,
  };
}

async function measureTableRequests(bench: Bench): Promise<Budget[]> {
  const { world } = bench;
  await world.standIns.ask('countUnits', true);
  const [malformed, unknown] = await countAll(bench, 0, ['junk', mintToken()]);
  // Dynalite refuses a write without the item it was refused over, which then has to be read.
  const local = await world.backends.ask('startDynamoDbLocal');
  if (local !== undefined) await world.standIns.ask('moveTable', local);
  const [acting, repeated] = await countAll(bench, 1, []);
  await world.standIns.ask('moveTable', world.addresses.tableItself);
  await world.backends.ask('stopDynamoDbLocal');
  await world.standIns.ask('countUnits', false);
  const store = local === undefined ? 'dynalite, without Java' : 'DynamoDB Local';
  return [
    toBudget(`hit that acts (${store})`, acting, { requests: 4, writes: 5 }),
    toBudget(`repeated hit (${store})`, repeated, { requests: 3 }),
    toBudget('hit with a malformed token', malformed, { requests: 0 }),
    toBudget('hit with a well-formed token of no link (dynalite)', unknown, { requests: 1 }),
  ];
}

/** What hits of these tokens request, and two hits of each of so many links. */
async function countAll(bench: Bench, links: number, others: string[]): Promise<AtTable[]> {
  const after = findBuild(bench, 'after');
  const { environment, tokens } = await stockTable(bench.world, after, links);
  const process = await startFunction({ file: after.file, environment });
  const counts: AtTable[] = [];
  for (const token of [...tokens, ...tokens, ...others])
    counts.push(await count(bench.world, process, token));
  await process.stop();
  return counts;
}

interface AtTable {
  requests: number;
  writes: number;
  reads: number;
}

async function count(world: World, process: FunctionProcess, token: string): Promise<AtTable> {
  await process.invoke(alertFor(token));
  const passages = await world.standIns.ask('takePassages');
  const found = passages.filter(({ to }) => to === 'table');
  const isWrite = ({ name }: Passage) => name === 'UpdateItem' || name === 'PutItem';
  const sum = (some: Passage[]) => some.reduce((total, { units }) => total + units, 0);
  return {
    requests: found.length,
    writes: sum(found.filter(isWrite)),
    reads: sum(found.filter((passage) => !isWrite(passage))),
  };
}

function toBudget(
  hit: string,
  found: AtTable | undefined,
  most: { requests: number; writes?: number },
): Budget {
  if (found === undefined) throw new Error(`no ${hit} was counted`);
  const { requests, writes } = most;
  return {
    figure: `table requests per ${hit}`,
    value: `${found.requests}: ${found.writes} write units, ${found.reads} read units`,
    limit: `≤ ${requests}${writes === undefined ? '' : `, ≤ ${writes} write units`}`,
    met: found.requests <= requests && found.writes <= (writes ?? Number.POSITIVE_INFINITY),
  };
}
