import { DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createProjectHandlers } from '../../infra/local/create-project-handlers.ts';
import type { CreateHandlers } from '../../infra/local/lambdas.ts';
import { ensureTable } from '../../infra/local/table.ts';
import type { CommandInput } from '../../lib/admin/contract/commands.ts';
import { FakeAws, runAgainst } from '../bin/stack/fake-aws.ts';
import { FakeRefusal } from '../bin/stack/fake-tables.ts';
import { fire, ledgerSince, markOf, startEnvironment } from './environment.ts';
import { adoptFilled, holdingOf, newTrader, perpetualLong, spotLong, type Trader } from './trader.ts';

/** `ripcord restore` with real functions: a second table on this machine takes the place of the restored one. */

const own = 'ripcord';
/** Log lines as CloudWatch has them: name of the function's group, time and message. */
let lines: { timestamp: number; message: string }[] = [];
let aws: FakeAws;

/** The functions with the table and the setting that the stack has at the moment. */
const createHandlers: CreateHandlers = (environment, write) => {
  const keep = (message: string) => {
    lines.push({ timestamp: Date.now(), message });
    write(message);
  };
  const handlers = new Map<string, ReturnType<CreateHandlers>>();
  const find = () => {
    const { table = 'none', linksHalted = 'false' } = aws.cloudFormation.find('Ripcord')?.parameters ?? {};
    const name = table === 'none' ? own : table;
    const key = `${name} ${linksHalted}`;
    const halted = linksHalted === 'true' ? ('true' as const) : ('false' as const);
    const changed = { ...environment, RIPCORD_TABLE: name, RIPCORD_LINKS_HALTED: halted };
    const found = handlers.get(key) ?? createProjectHandlers(changed, keep);
    handlers.set(key, found);
    return found;
  };
  return {
    trigger: (event, context) => find().trigger(event, context),
    admin: (event, context) => find().admin(event, context),
    sweep: (event, context) => find().sweep(event, context),
    alarm: (event, context) => find().alarm(event, context),
  };
};

aws = new FakeAws();
const environment = await startEnvironment({ handlers: createHandlers });
const { core } = environment;
const client = new DynamoDBClient({
  endpoint: environment.tableEndpoint,
  region: 'local',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});

async function readItems(name = own) {
  return (await client.send(new ScanCommand({ TableName: name }))).Items ?? [];
}

beforeEach(() => {
  aws = new FakeAws();
  aws.addStack({ outputs: { TableName: own, AdminFunctionName: 'ripcord-admin' } });
  aws.tables.add(own);
  aws.admin = (payload) => environment.ask(payload);
  lines = [];
  aws.logs = answerLogs;
});

let logsBegin: number;

function answerLogs(action: string, input: Record<string, unknown>): unknown {
  if (action === 'DescribeLogGroups')
    return {
      logGroups: [{ logGroupName: input.logGroupNamePrefix, creationTime: logsBegin, retentionInDays: 60 }],
    };
  const isFirst = String(input.logGroupName).endsWith('-admin');
  return { events: isFirst ? lines.filter(({ timestamp }) => timestamp >= Number(input.startTime)) : [] };
}

/** Positions and links at the time of the backup, and what `happens` after it. */
async function stage() {
  logsBegin = 0;
  const trader = await newTrader(environment, perpetualLong);
  const spot = await newTrader(environment, spotLong);
  const others = await Promise.all([1, 2].map(() => newTrader(environment, perpetualLong)));
  const same = await newPosition(trader);
  const closed = await newPosition(others[0] as Trader);
  const halved = await newPosition(spot, { percent: 50 });
  const forgotten = await newPosition(others[1] as Trader);
  const revoked = await environment.admin('links.create', { positionId: same.positionId, action: 'close' });
  copyWith(await readItems());
  // The fake's backup of now: everything from here on is not in it.
  lines = [];
  return { trader, spot, same, closed, halved, forgotten, revoked };
}

/** A table that is restored from now on has these items. */
function copyWith(items: Awaited<ReturnType<typeof readItems>>): void {
  aws.tables.copyItems = async (name) => {
    await ensureTable(environment.tableEndpoint, name);
    for (const Item of items) await client.send(new PutItemCommand({ TableName: name, Item }));
  };
}

async function newPosition(trader: Trader, more: Partial<CommandInput<'links.create'>> = {}) {
  const { positionId } = await adoptFilled(trader);
  const { url, link } = await environment.admin('links.create', { positionId, action: 'close', ...more });
  return { positionId, url, linkId: link.linkId };
}

async function happen({ same, closed, halved, forgotten, revoked }: Awaited<ReturnType<typeof stage>>) {
  expect(await fire(closed.url)).toMatchObject({ status: 200 });
  expect(await fire(halved.url)).toMatchObject({ status: 200 });
  await environment.admin('links.revoke', { linkId: revoked.link.linkId });
  await environment.admin('positions.forget', { positionId: forgotten.positionId });
  return environment.admin('links.create', { positionId: same.positionId, action: 'keep' });
}

const restore = (...words: string[]) => runAgainst(aws, 'restore', '--yes', '--json', ...words);
const resultSchema = z.object({
  table: z.string(),
  positions: z.array(z.object({ positionId: z.string(), verdict: z.string(), reason: z.string() })),
  ...{ armed: z.array(z.string()), paused: z.array(z.string()), revoked: z.array(z.string()) },
  ...{ forgotten: z.array(z.string()), lostLinks: z.array(z.string()), gap: z.string().optional() },
});

describe('a restore', () => {
  it('arms the link of an unchanged position, and nothing that acted, was revoked or may have changed', async () => {
    const staged = await stage();
    const { same, closed, halved, forgotten, revoked, trader } = staged;
    const lost = await happen(staged);
    const mark = markOf(core);
    const { code, stdout, stderr } = await restore();
    expect(stderr).not.toContain('Error');
    expect(code).toBe(0);
    const result = resultSchema.parse(JSON.parse(stdout));
    expect(result).toMatchObject({
      armed: [same.linkId],
      revoked: [revoked.link.linkId],
      forgotten: [forgotten.positionId],
      lostLinks: [lost.link.linkId],
    });
    expect(
      Object.fromEntries(result.positions.map(({ positionId, verdict }) => [positionId, verdict])),
    ).toMatchObject({
      [same.positionId]: 'open',
      [closed.positionId]: 'ended',
      [halved.positionId]: 'set-aside',
    });
    expect(aws.cloudFormation.find('Ripcord')?.parameters).toMatchObject({
      table: result.table,
      linksHalted: 'false',
    });
    // Neither the check nor a sweep afterwards sends an order for any of them.
    await environment.invoke('ripcord-sweep', {});
    for (const { url } of [closed, halved, revoked, forgotten]) await fire(url);
    expect(ledgerSince(core, mark).orders).toEqual([]);
    expect(await fire(same.url)).toMatchObject({ status: 200, json: { outcome: 'closed' } });
    expect(holdingOf(trader)).toBe('0');
  });

  it('lets the owner resolve what was set aside, with what was really sold', async () => {
    const staged = await stage();
    await happen(staged);
    const { code } = await restore();
    expect(code).toBe(0);
    const { positionId } = staged.halved;
    const { verdict } = await environment.admin('positions.resolve', { positionId, apply: true });
    expect(verdict).toBe('open');
    expect(await environment.positionNow(positionId)).toMatchObject({ status: 'open', remaining: '0.4995' });
    await environment.admin('links.arm', { linkId: staged.halved.linkId });
  });

  it('arms nothing if the logs begin after the backup', async () => {
    const staged = await stage();
    logsBegin = Date.now();
    const { code, stdout } = await restore();
    expect(code).toBe(0);
    const { armed, paused, gap } = resultSchema.parse(JSON.parse(stdout));
    expect(armed).toEqual([]);
    expect(paused).toContain(staged.same.linkId);
    expect(gap).toContain('begin after the backup');
    expect(await fire(staged.same.url)).toMatchObject({ status: 409, json: { status: 'paused' } });
  });

  it('arms no link that an earlier restore left paused', async () => {
    const staged = await stage();
    logsBegin = Date.now();
    const first = resultSchema.parse(JSON.parse((await restore()).stdout));
    expect(first.armed).toEqual([]);
    logsBegin = 0;
    lines = [];
    copyWith(await readItems(first.table));
    const { stdout } = await restore();
    const { armed, paused } = resultSchema.parse(JSON.parse(stdout));
    expect(armed).toEqual([]);
    expect(paused).toContain(staged.same.linkId);
  });

  it('arms no link of an earlier table that was revoked in the table that followed it', async () => {
    const { same, revoked } = await stage();
    expect(resultSchema.parse(JSON.parse((await restore()).stdout)).armed).toContain(same.linkId);
    await environment.admin('links.revoke', { linkId: revoked.link.linkId });
    // The earlier table has not changed since, but recovery goes on: its latest backup is always of now.
    aws.tables.latestSecondsAgo = -60;
    const { stdout } = await restore('--from-table', own);
    const { armed, revoked: again, gap } = resultSchema.parse(JSON.parse(stdout));
    expect([armed.includes(same.linkId), again, gap]).toEqual([true, [revoked.link.linkId], undefined]);
    expect(armed).not.toContain(revoked.link.linkId);
  });

  it('arms nothing of a table of which is not known how long no stack has used it', async () => {
    await stage();
    aws.tables.add('Foreign');
    const { armed, gap } = resultSchema.parse(JSON.parse((await restore('--from-table', 'Foreign')).stdout));
    expect([armed, gap]).toEqual([[], 'It is not known how long the functions have not used Foreign.']);
  });

  it('restores a backup by its ARN, also if the table is lost', async () => {
    const { same, revoked } = await stage();
    const arn = `arn:aws:dynamodb:eu-west-1:123456789012:table/${own}/backup/01234567890123-abcdef01`;
    aws.tables.backups.set(arn, Date.now() / 1_000);
    await environment.admin('links.revoke', { linkId: revoked.link.linkId });
    aws.tables.tables.delete(own);
    const { code, stdout, stderr } = await restore('--from-table', arn);
    expect([code, stderr]).toEqual([0, expect.stringContaining(`from ${arn} into a new table`)]);
    const { armed, revoked: again, gap } = resultSchema.parse(JSON.parse(stdout));
    expect([armed.includes(same.linkId), again, gap]).toEqual([true, [revoked.link.linkId], undefined]);
    expect(aws.tables.changes).toContainEqual(expect.stringContaining('RestoreTableFromBackup'));
  });

  it('trusts the exchange more than the logs: a position whose close no line reports is set aside', async () => {
    const staged = await stage();
    expect(await fire(staged.halved.url)).toMatchObject({ status: 200 });
    lines = [];
    const { stdout } = await restore();
    const { positions, armed } = resultSchema.parse(JSON.parse(stdout));
    expect(positions.find(({ positionId }) => positionId === staged.halved.positionId)).toMatchObject({
      verdict: 'set-aside',
      reason: expect.stringContaining('a close order of Ripcord that the backup does not know'),
    });
    expect(armed).not.toContain(staged.halved.linkId);
  });

  it('continues after an interruption at each step, while every link answers 503', async () => {
    const staged = await stage();
    await happen(staged);
    const steps = [
      ...['ExecuteChangeSet', 'RestoreTableToPointInTime', 'UpdateContinuousBackups', 'TagResource'],
      ...['ExecuteChangeSet', 'restore.pauseLinks', 'links.revoke', 'restore.checkPosition'],
      ...['positions.forget', 'links.arm', 'links.arm', 'ExecuteChangeSet'],
    ];
    const mark = markOf(core);
    for (const [number, step] of steps.entries()) {
      interruptAt(step);
      const { code, stderr } = await restore();
      expect([step, code]).toEqual([step, 1]);
      if (number === 0) continue;
      expect(stderr).toContain('Links stay halted. To continue: ripcord restore --prefix ripcord');
      for (const { url } of [staged.same, staged.closed])
        expect(await fire(url)).toMatchObject({ status: 503, json: { status: 'halted' } });
    }
    const { code, stdout } = await restore();
    expect(code).toBe(0);
    const { armed, paused } = resultSchema.parse(JSON.parse(stdout));
    expect(armed).toEqual([staged.same.linkId]);
    expect(paused).toEqual(expect.arrayContaining([staged.closed.linkId, staged.halved.linkId]));
    expect(ledgerSince(core, mark).orders).toEqual([]);
    expect([...aws.tables.tables.keys()]).toHaveLength(2);
  }, 120_000);
});

/** The next request or command of this name fails, and with it the run. */
function interruptAt(step: string): void {
  let isDue = true;
  const fail = (what: string): void => {
    if (what !== step || !isDue) return;
    isDue = false;
    throw new FakeRefusal(`${what} was interrupted`);
  };
  aws.onChange = fail;
  aws.admin = (payload) => {
    fail(payload.command);
    return environment.ask(payload);
  };
}
