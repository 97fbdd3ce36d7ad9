import { mintToken } from '../../lib/link/token.ts';
import type { Builds } from './builds.ts';
import { expectAnswered } from './cold-start.ts';
import type { Passage } from './delay-proxy.ts';
import type { World } from './environment.ts';
import { type Findings, inMs, median, type Progress, percentile, type Row } from './figures.ts';
import { alertFor, startFunction } from './function-process.ts';

/** What the table and the exchange are made to take. */
const delays = { tableMs: 5, exchangeMs: 50 };
/** Nobody answers before everything is compiled; V8 optimizes after that. */
const warmUps = 30;

interface Hit {
  sentAt: number;
  passages: Passage[];
}

/** From the alert to the order, warm: round trips, time, requests, write units. */
export async function measureHotPath(
  world: World,
  builds: Builds,
  rounds: { filled: number; resting: number },
  progress: Progress,
): Promise<Findings> {
  const trigger = await startFunction({ file: builds.ours.file, environment: world.environment });
  const all = warmUps + rounds.filled + rounds.resting;
  let done = 0;
  const fire = async (token: string, refused = false): Promise<Hit> => {
    const answer = await trigger.invoke(alertFor(token));
    if (!refused) expectAnswered(answer);
    done += 1;
    progress(Math.min(done, all), all);
    return { sentAt: answer.sentAt, passages: await world.ask('takePassages') };
  };
  const fireAll = async (count: number, entry: 'filled' | 'resting'): Promise<Hit[]> => {
    const hits: Hit[] = [];
    for (const token of await world.makeLinks(count, entry)) hits.push(await fire(token));
    return hits;
  };

  try {
    await fireAll(warmUps / 2, 'filled');
    await fireAll(warmUps / 2, 'resting');
    await world.ask('delay', delays);
    const filled = await fireAll(rounds.filled, 'filled');
    const resting = await fireAll(rounds.resting, 'resting');
    await world.ask('delay', { tableMs: 0, exchangeMs: 0 });
    return {
      rows: [
        ...roundTripRows(filled, resting),
        ...latencyRows('entry known to be filled', filled, { p50: 5, p99: 20 }),
        ...latencyRows('entry state unknown', resting),
        ...(await requestRows(world, fire)),
      ],
      numbers: { filled: filled.map(ownTimeOf), resting: resting.map(ownTimeOf) },
    };
  } finally {
    await trigger.stop();
  }
}

/** All that went through before the close order, and the order itself. */
function split({ passages }: Hit): { before: Passage[]; order: Passage } {
  const at = passages.findIndex(({ name }) => name === 'POST /api/v3/order');
  const order = passages[at];
  if (order === undefined) throw new Error(`no order among ${passages.map(({ name }) => name)}`);
  return { before: passages.slice(0, at), order };
}

/** How many of these requests had to wait for one another: the longest chain of them. */
function chainOf(passages: Passage[]): number {
  const lengths: number[] = [];
  for (const [index, passage] of passages.entries()) {
    const earlier = lengths.filter((_, other) => (passages[other]?.answeredAt ?? 0) <= passage.arrivedAt);
    lengths[index] = 1 + Math.max(0, ...earlier);
  }
  return Math.max(0, ...lengths);
}

function roundTripRows(filled: Hit[], resting: Hit[]): Row[] {
  return (
    [
      ['entry known to be filled', filled, 0, '2 to the table, 0 to the exchange'],
      ['entry state unknown', resting, 2, '2 to the table, ≤ 2 to the exchange'],
    ] as const
  ).map(([name, hits, mostAtExchange, target]) => {
    const chains = hits.map((hit) => {
      const { before } = split(hit);
      const to = (where: Passage['to']) => chainOf(before.filter((passage) => passage.to === where));
      return { table: to('table'), exchange: to('exchange') };
    });
    const table = Math.max(...chains.map((chain) => chain.table));
    const exchange = Math.max(...chains.map((chain) => chain.exchange));
    return {
      figure: `round trips before the order, ${name}`,
      value: `${table} to the table, ${exchange} to the exchange`,
      target,
      met: table <= 2 && exchange <= mostAtExchange,
    };
  });
}

/** How much of the time between two moments at least one of these intervals covers. */
function covered(intervals: [from: number, to: number][]): number {
  let sum = 0;
  let end = Number.NEGATIVE_INFINITY;
  for (const [from, to] of intervals.toSorted((a, b) => a[0] - b[0])) {
    sum += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return sum;
}

/** From alert to order, less what the bench holds up itself; and less all that table and exchange take, too. */
function ownTimeOf(hit: Hit): { lessInjected: number; lessAnswers: number } {
  const { before, order } = split(hit);
  const whole = order.arrivedAt - hit.sentAt;
  return {
    lessInjected: whole - covered(before.map(({ arrivedAt, heldMs }) => [arrivedAt, arrivedAt + heldMs])),
    lessAnswers: whole - covered(before.map(({ arrivedAt, answeredAt }) => [arrivedAt, answeredAt])),
  };
}

function latencyRows(name: string, hits: Hit[], target?: { p50: number; p99: number }): Row[] {
  const times = hits.map(ownTimeOf);
  const words = (part: 'lessInjected' | 'lessAnswers') => {
    const values = times.map((time) => time[part]);
    return `${inMs(median(values))} / ${inMs(percentile(values, 99))}`;
  };
  const injected = times.map((time) => time.lessInjected);
  return [
    {
      figure: `alert → order, warm, p50 / p99, ${name}`,
      value: `${words('lessInjected')} less the injected round trips; ${words('lessAnswers')} less the table's and exchange's own time, too`,
      ...(target === undefined
        ? {}
        : {
            target: `≤ ${target.p50} ms / ≤ ${target.p99} ms`,
            met: median(injected) <= target.p50 && percentile(injected, 99) <= target.p99,
          }),
    },
  ];
}

async function requestRows(
  world: World,
  fire: (token: string, refused?: boolean) => Promise<Hit>,
): Promise<Row[]> {
  // Dynalite refuses a write without the item it was refused over, which then has to be read.
  const store = (await world.ask('useDynamoDbLocal')) ? 'DynamoDB Local' : 'dynalite, for want of Java';
  const [token = ''] = await world.makeLinks(1, 'filled');
  const executed = atTable(await fire(token));
  const repeated = atTable(await fire(token));
  const malformed = atTable(await fire('junk', true));
  await world.ask('useDynalite');
  const unknown = atTable(await fire(mintToken(), true));
  const row = (figure: string, found: AtTable, most?: { requests: number; writes?: number }): Row => {
    const { requests, writes = Number.POSITIVE_INFINITY } = most ?? {};
    return {
      figure: `table requests per ${figure}`,
      value: `${found.requests}: ${found.writes} write units, ${found.reads} read units`,
      ...(requests === undefined
        ? {}
        : {
            target: [requests, ...(most?.writes === undefined ? [] : [`${writes} write units`])]
              .map((number) => `≤ ${number}`)
              .join(', '),
            met: found.requests <= requests && found.writes <= writes,
          }),
    };
  };
  return [
    row(`executed hit (${store})`, executed, { requests: 4, writes: 5 }),
    row(`repeated hit (${store})`, repeated, { requests: 3 }),
    row('junk hit, not a token', malformed, { requests: 0 }),
    row('hit of a well-formed token that is nobody’s (dynalite)', unknown),
  ];
}

interface AtTable {
  requests: number;
  writes: number;
  reads: number;
}

function atTable({ passages }: Hit): AtTable {
  const found = passages.filter(({ to }) => to === 'table');
  const isWrite = ({ name }: Passage) => name === 'UpdateItem' || name === 'PutItem';
  const unitsOf = (some: Passage[]) => some.reduce((sum, { units }) => sum + units, 0);
  return {
    requests: found.length,
    writes: unitsOf(found.filter(isWrite)),
    reads: unitsOf(found.filter((passage) => !isWrite(passage))),
  };
}
