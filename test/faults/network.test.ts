import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, type TestContext, vi } from 'vitest';
import { createAdmin } from '../../functions/admin.ts';
import { createServices } from '../../functions/services.ts';
import { createSweep } from '../../functions/sweep.ts';
import { createTrigger } from '../../functions/trigger.ts';
import { createLambda } from '../../infra/local/lambda.ts';
import { type LocalTable, startTable } from '../../infra/local/table.ts';
import { type RunningExchange, startSimulatedExchange } from '../../infra/simulator/exchange.ts';
import {
  adminAnswerSchema,
  type CommandInput,
  type CommandName,
  type CommandResult,
  commands,
  type PositionView,
} from '../../lib/admin/contract/commands.ts';
import { ccxtExchanges } from '../../lib/exchange/ccxt/ccxt-exchange.ts';
import { createLog } from '../../lib/log.ts';
import { leaseMs } from '../../lib/position/timing.ts';
import type { Services } from '../../lib/services.ts';
import { createDynamoStore } from '../../lib/store/dynamo-store.ts';
import { accountsInMemory } from '../infra/local/accounts-in-memory.ts';
import { makeTableAt } from '../lib/store/tables.ts';
import type { LinkAnswer } from './child-stack.ts';
import { closesOf, ownAmount, type Staged, stagePosition } from './harness.ts';
import {
  firstWith,
  loseAnswer,
  startTcpProxy,
  type TcpProxy,
  type Treatment,
  type Turn,
} from './tcp-proxy.ts';

/**
 * The functions, a table and an exchange, with a network between them that loses, cuts, stalls and delays. What counts
 * is the exchange's ledger and the table, after sweeps by a moved clock; and no answer may have said what is not so.
 */

let folder: string;
let dynalite: LocalTable;
let exchange: RunningExchange;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ripcord-network-'));
  dynalite = await startTable(folder, 'table');
  exchange = await startSimulatedExchange();
});
afterAll(async () => {
  await exchange.stop();
  await dynalite.stop();
  await rm(folder, { recursive: true });
});

/** An exchange that says nothing is given up after this; over a good network it takes a few. */
const callMs = 1_000;
function noLine() {
  return undefined;
}
const silent = createLog({ write: noLine });
function portOf(url: string): number {
  return Number(new URL(url).port);
}

interface Trader {
  staged: Staged;
  toTable: TcpProxy;
  toExchange: TcpProxy;
  fire(): Promise<LinkAnswer>;
  /** Lets a lease pass and sweeps. */
  sweep(): Promise<void>;
  /** Sweeps until nobody is at it any more. */
  settle(): Promise<void>;
  position(): Promise<PositionView>;
}

/** A position and the functions, with a network of their own; it is good until a test says otherwise. */
async function newTrader({ onTestFinished }: Pick<TestContext, 'onTestFinished'>): Promise<Trader> {
  const { tableName, endpoint } = await makeTableAt(dynalite.endpoint);
  const toTable = await startTcpProxy(portOf(endpoint));
  const toExchange = await startTcpProxy(portOf(exchange.url));
  onTestFinished(async () => {
    await Promise.all([toTable.stop(), toExchange.stop()]);
  });
  const at = ({ port }: TcpProxy) => `http://127.0.0.1:${port}`;
  const environment = {
    RIPCORD_TABLE: tableName,
    RIPCORD_TABLE_ENDPOINT: at(toTable),
    RIPCORD_ACCOUNTS: 'file:/nowhere',
  } as const;

  let aheadMs = 0;
  const now = () => Date.now() + aheadMs;
  const accounts = accountsInMemory();
  const services: Services = {
    ...createServices(environment).services,
    exchanges: ccxtExchanges(accounts, now, { callMs }),
    now,
    sleep: async () => undefined,
  };
  const build = () => ({ services, accounts });
  const trigger = createLambda('ripcord-trigger', createTrigger(environment, build, silent), 10_000, noLine);
  const sweep = createLambda('ripcord-sweep', createSweep(environment, build, silent), 5_000, noLine);
  const directAdmin = createAdmin(
    { ...environment, RIPCORD_BASE_URL: 'https://example.com' },
    () => ({ accounts, services: { ...services, store: createDynamoStore({ tableName, endpoint }) } }),
    silent,
  );
  const commandLine = createLambda('ripcord-admin', directAdmin, 29_000, noLine);

  const admin = async <Name extends CommandName>(
    command: Name,
    input: CommandInput<Name>,
  ): Promise<CommandResult<Name>> => {
    const invocation = await commandLine.invoke({ command, ...input });
    if (invocation.kind === 'failed') throw new Error(invocation.errorMessage);
    const answer = adminAnswerSchema.parse(JSON.parse(invocation.payload));
    if (!answer.ok) throw new Error(`${command}: ${answer.error.message}`);
    return commands[command].result.parse(answer.result) as CommandResult<Name>;
  };
  const staged = await stagePosition({ core: exchange.core, url: at(toExchange) }, [{ admin }], 'close');
  const position = async () => (await admin('positions.get', { positionId: staged.positionId })).position;

  const trader: Trader = {
    staged,
    toTable,
    toExchange,
    position,
    async fire() {
      const event = {
        requestContext: { http: { method: 'POST', sourceIp: '192.0.2.1' } },
        pathParameters: { token: staged.path.slice('/l/'.length) },
        headers: {},
      };
      const invocation = await trigger.invoke(event);
      if (invocation.kind === 'failed') throw new Error(invocation.errorMessage);
      const { statusCode, body } = JSON.parse(invocation.payload);
      return { status: statusCode, body: JSON.parse(body) };
    },
    async sweep() {
      aheadMs += leaseMs + 1_000;
      expect(await sweep.invoke({})).toMatchObject({ kind: 'answered' });
    },
    async settle() {
      for (let sweeps = 0; (await position()).status === 'closing'; sweeps += 1) {
        if (sweeps === 10) throw new Error('still closing after 10 sweeps');
        await trader.sweep();
      }
    },
  };
  return trader;
}

/** What goes wrong. */
const faults = {
  'is lost': () => ({ kind: 'drop' }),
  'loses its answer': () => loseAnswer,
  'gets half an answer and a reset': () => ({ kind: 'cut', afterBytes: 200 }),
  'gets half an answer and silence': () => ({ kind: 'stall', afterBytes: 200 }),
  'gets no answer': () => ({ kind: 'stall', afterBytes: 0 }),
  'is delayed': () => ({ kind: 'hold', what: 'request', until: delay(100) }),
} satisfies Record<string, () => Treatment>;
type FaultName = keyof typeof faults;

/** Where it goes wrong: the first requests of that sort on that way, or all of them until the hit is answered. */
const steps = {
  'the read of the link': ['toTable', 'BatchGetItem', 1],
  'the claim': ['toTable', 'UpdateItem', 1],
  'the record': ['toTable', 'UpdateItem', 2],
  'a cancel': ['toExchange', 'DELETE /api/v3/order', 1],
  'the close order': ['toExchange', 'POST /api/v3/order', 1],
  'the look for the close order': ['toExchange', 'origClientOrderId', 1],
} as const;
type StepName = keyof typeof steps;

type Extent = 'once' | 'until the hit is answered';

const cells = (Object.keys(steps) as StepName[]).flatMap((step) =>
  (Object.keys(faults) as FaultName[]).flatMap((fault) =>
    (['once', 'until the hit is answered'] as Extent[]).map((extent) => ({
      step,
      fault,
      extent,
      status: statusOf(step, fault, extent),
    })),
  ),
);

/** What the hit is to be answered with: as much as it can know. */
function statusOf(step: StepName, fault: FaultName, extent: Extent): number {
  if (fault === 'is delayed') return 200;
  const isLost = fault === 'is lost';
  // Whether it executes or not, its sender can't tell: nobody has to be told of an order that may be under way.
  if (step === 'the close order') return isLost ? 202 : 200;
  if (step === 'a cancel') return isLost ? 503 : 200;
  if (extent === 'once') return 200;
  return step === 'the read of the link' || (step === 'the claim' && isLost) ? 503 : 202;
}

/** Treats the requests of a step that come while `isOn`. @returns those it has treated. */
function disturb(
  trader: Trader,
  step: StepName,
  treatment: () => Treatment,
  isOn: (treated: number) => boolean,
): Turn[] {
  const [way, text, from] = steps[step];
  const treated: Turn[] = [];
  let met = 0;
  trader[way].decide = (turn) => {
    if (!isOn(treated.length)) return undefined;
    // There is no such look where the order's own answer comes.
    if (step === 'the look for the close order' && turn.head.includes('POST /api/v3/order'))
      return loseAnswer;
    if (!turn.head.includes(text)) return undefined;
    met += 1;
    if (met < from) return undefined;
    treated.push(turn);
    return treatment();
  };
  return treated;
}

/** An answer says nothing that the exchange or the table denies; it may say less. */
async function expectTruthful({ staged, position }: Trader, answer: LinkAnswer): Promise<void> {
  const { status, outcome } = await position();
  if (answer.status === 200) expect(answer.body).toMatchObject({ ...outcome });
  // A record whose answer was lost is there all the same.
  if (answer.status === 202) expect(['closing', 'closed']).toContain(status);
  if (answer.status === 503) expect(closesOf(exchange, staged)).toStrictEqual([]);
}

/** After resends, too, one MARKET order of the position's own amount has executed, and the record names it. */
async function expectClosedOnce(trader: Trader): Promise<void> {
  const before = closesOf(exchange, trader.staged).length;
  const resent = await trader.fire();
  expect(resent).toMatchObject({ status: 200, body: { outcome: 'closed' } });
  // Where nothing had been claimed, or the claim was given back, the resend does it.
  expect(resent.body.repeated).toBe(before === 0 ? undefined : true);

  const closes = closesOf(exchange, trader.staged);
  expect(closes).toStrictEqual([{ orderId: expect.any(String), amount: ownAmount, filled: ownAmount }]);
  const end = await trader.position();
  expect(end).toMatchObject({
    status: 'closed',
    outcome: { outcome: 'closed', closedAmount: ownAmount, closeOrderId: closes[0]?.orderId, remaining: '0' },
  });
  expect(await trader.fire()).toMatchObject({ status: 200, body: { ...end.outcome, repeated: true } });
  expect(closesOf(exchange, trader.staged)).toHaveLength(1);
}

describe.concurrent('One close, its record and a true answer come of it', { timeout: 60_000 }, () => {
  it.for(cells)('where $step $fault $extent', async ({ step, fault, extent, status }, context) => {
    const trader = await newTrader(context);
    let isOver = false;
    const treated = disturb(trader, step, faults[fault], (times) =>
      extent === 'once' ? times === 0 : !isOver,
    );
    const answer = await trader.fire();
    isOver = true;
    expect(treated).not.toHaveLength(0);
    expect(answer).toMatchObject({ status });
    await expectTruthful(trader, answer);
    await trader.settle();
    await expectClosedOnce(trader);
  });
});

/** When a request that its sender has given up on arrives in the end. */
const arrivals = ['when the hit is answered', 'after a sweep', 'when all is over'] as const;
type Arrival = (typeof arrivals)[number];
const late: { step: StepName; arrival: Arrival }[] = (
  ['the claim', 'the record', 'a cancel', 'the close order'] as const
).flatMap((step) =>
  arrivals
    // The fence of an order is time by the exchange's own clock, which nobody moves here.
    .filter((arrival) => !(step === 'the close order' && arrival === 'when all is over'))
    .map((arrival) => ({ step, arrival })),
);

describe.concurrent('A request that comes late changes nothing but once', { timeout: 60_000 }, () => {
  it.for(late)('where $step arrives $arrival', async ({ step, arrival }, context) => {
    const trader = await newTrader(context);
    let isOver = false;
    const { promise: until, resolve: letGo } = Promise.withResolvers<void>();
    const held = disturb(
      trader,
      step,
      () => ({ kind: 'hold', what: 'request', until }),
      () => !isOver,
    );
    const arrive = async (): Promise<void> => {
      letGo();
      await Promise.all(held.map(({ answered }) => answered));
    };

    const answer = await trader.fire();
    isOver = true;
    expect(held).not.toHaveLength(0);
    expect(answer).toMatchObject({ status: step === 'the record' || step === 'the close order' ? 202 : 503 });
    await expectTruthful(trader, answer);
    if (arrival === 'when the hit is answered') await arrive();
    if (arrival === 'after a sweep') {
      await trader.sweep();
      await arrive();
    }
    await trader.settle();
    await expectClosedOnce(trader);
    if (arrival === 'when all is over') {
      const before = await trader.position();
      await arrive();
      expect(await trader.position()).toStrictEqual(before);
      expect(closesOf(exchange, trader.staged)).toHaveLength(1);
    }
  });
});

it('A connection to the exchange is open before the claim is answered, and carries the next request', async (context) => {
  const { toTable, toExchange, fire } = await newTrader(context);
  toExchange.kill('FIN');
  await vi.waitFor(() => expect(toExchange.open).toBe(0));
  const { connections } = toExchange;
  const asked = toExchange.turns.length;
  const isOpened = vi.waitFor(() => expect(toExchange.connections).toBe(connections + 1));
  toTable.decide = firstWith('UpdateItem', { kind: 'hold', what: 'answer', until: isOpened });
  expect(await fire()).toMatchObject({ status: 200, body: { outcome: 'closed' } });
  const used = toExchange.turns.slice(asked).map(({ connection }) => connection);
  expect(used[0]).toBe(connections);
  // All cancels leave at the same time; what follows takes a connection of theirs.
  expect(new Set(used).size).toBe(toExchange.connections - connections);
  expect(new Set(used).size).toBeLessThan(used.length);
});
