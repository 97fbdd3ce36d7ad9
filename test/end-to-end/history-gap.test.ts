import { once } from 'node:events';
import { request as ask, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, expect, it, vi } from 'vitest';
import { createProjectHandlers } from '../../infra/local/create-project-handlers.ts';
import { exampleHit } from '../lib/link/example-hit.ts';
import { fire, startEnvironment } from './environment.ts';
import { adopt, newTrader, perpetualLong, placeEntry, spotLong } from './trader.ts';

/** A table that does not take the records of hits, while everything else in it works. */

let mode: 'pass' | 'break' | 'throttle' | 'stall' = 'pass';
/** The table of each environment, by the path under which it asks this proxy. */
const targets = new Map<string, string>();

async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await buffer(request);
  const isRecord =
    String(request.headers['x-amz-target']).endsWith('.PutItem') && body.includes('"hits#pos_');
  if (isRecord && mode === 'stall') return;
  if (isRecord && mode === 'break') {
    request.socket.destroy();
    return;
  }
  if (isRecord && mode === 'throttle') {
    const __type = 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException';
    response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify({ __type, message: 'Rate exceeded' }));
    return;
  }
  const { host: _, ...headers } = request.headers;
  const forwarded = ask(targets.get(request.url ?? '') ?? '', { method: 'POST', headers }).end(body);
  const [answer] = await once(forwarded, 'response');
  response.writeHead(answer.statusCode ?? 500, answer.headers).end(await buffer(answer));
}

const proxy = createServer((request, response) => {
  pass(request, response).catch(() => response.destroy());
});
proxy.listen(0, '127.0.0.1');
await once(proxy, 'listening');
const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;

const lines: string[] = [];
let sweepWith: (event: unknown) => Promise<unknown> = () => expect.fail('the environment has not started');
const environment = await startEnvironment({
  handlers: (variables) => {
    targets.set('/', variables.RIPCORD_TABLE_ENDPOINT ?? '');
    const watched = { ...variables, RIPCORD_TABLE_ENDPOINT: url };
    const handlers = createProjectHandlers(watched, (line) => lines.push(line));
    sweepWith = async (event) =>
      handlers.sweep(event as never, { getRemainingTimeInMillis: () => 7_000 } as never);
    return handlers;
  },
});

/** Events that the sweep got. */
const sweeps: unknown[] = [];
/** Here only the trigger can't write records, and its hits can start a sweep, as on AWS. */
const wakingEnvironment = await startEnvironment({
  wakesSweep: true,
  handlers: (variables) => {
    targets.set('/waking/', variables.RIPCORD_TABLE_ENDPOINT ?? '');
    const log = () => undefined;
    const { sweep, admin, alarm } = createProjectHandlers(variables, log);
    const { trigger } = createProjectHandlers({ ...variables, RIPCORD_TABLE_ENDPOINT: `${url}/waking` }, log);
    return {
      trigger,
      admin,
      alarm,
      sweep(event, context) {
        sweeps.push(event);
        return sweep(event, context);
      },
    };
  },
});

afterEach(() => {
  mode = 'pass';
  lines.length = 0;
});
afterAll(() => {
  proxy.closeAllConnections();
  proxy.close();
});

async function newCloseLink(kind: typeof spotLong, at = environment) {
  const trader = await newTrader(at, kind);
  const { positionId } = await adopt(trader, { entryOrders: [placeEntry(trader, { filled: 'all' })] });
  return { positionId, url: await at.newLink(positionId, 'close') };
}

async function historyOf(positionId: string) {
  return (await environment.admin('history.list', { positionId })).hits;
}

const cases = [spotLong, perpetualLong].flatMap((kind) =>
  (['break', 'throttle', 'stall'] as const).map((how) => ({ kind, how, name: kind.name })),
);

it.each(cases)(
  'a close of $name whose record the table does not take ($how) is answered in time, and recorded by the next hit',
  async ({ kind, how }) => {
    const first = await newCloseLink(kind);
    mode = how;
    const startedAt = performance.now();
    expect(await fire(first.url)).toMatchObject({ status: 200, json: { outcome: 'closed' } });
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    mode = 'pass';
    // The position's own record has it already.
    expect(await environment.positionNow(first.positionId)).toMatchObject({
      status: 'closed',
      outcome: { outcome: 'closed', closedBy: 'ripcord' },
    });
    expect(await historyOf(first.positionId)).toEqual([]);
    const failed = lines.filter((line) => line.includes('"record-failed"')).map((line) => JSON.parse(line));
    expect(failed).toMatchObject([{ level: 'ERROR', positionId: first.positionId, outcome: 'closed' }]);

    const second = await newCloseLink(kind);
    expect(await fire(second.url)).toMatchObject({ status: 200 });
    for (const { positionId } of [first, second])
      expect(await historyOf(positionId)).toMatchObject([
        { decision: 'fired', outcome: 'closed', positionId, status: 200 },
      ]);
  },
);

it('a close by the operator whose record was not taken is recorded by the next one', async () => {
  const first = await newCloseLink(spotLong);
  const second = await newCloseLink(spotLong);
  mode = 'break';
  await environment.admin('positions.close', { positionId: first.positionId });
  mode = 'pass';
  expect(await historyOf(first.positionId)).toEqual([]);
  await environment.admin('positions.close', { positionId: second.positionId });
  expect(await historyOf(first.positionId)).toMatchObject([{ actor: 'operator', outcome: 'closed' }]);
});

it.each(cases)(
  'the record of a close of $name that the table does not take ($how) is written by a sweep, without a next hit',
  async ({ kind, how }) => {
    const { positionId, url: link } = await newCloseLink(kind, wakingEnvironment);
    const before = sweeps.length;
    mode = how;
    const startedAt = performance.now();
    expect(await fire(link)).toMatchObject({ status: 200, json: { outcome: 'closed' } });
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    await vi.waitFor(async () => {
      const { hits } = await wakingEnvironment.admin('history.list', { positionId });
      expect(hits).toMatchObject([{ decision: 'fired', outcome: 'closed', positionId, status: 200 }]);
    });
    mode = 'pass';
    // What was handed over is not handed over again.
    await fire(link);
    expect(sweeps.slice(before)).toHaveLength(1);
  },
);

it.each([spotLong, perpetualLong])(
  'the record of a pending close of $name that the table does not take travels with the event that starts a sweep',
  async (kind) => {
    const { positionId, url: link } = await newCloseLink(kind, wakingEnvironment);
    const before = sweeps.length;
    mode = 'stall';
    const path = kind.market === 'spot' ? '/api/v3/order' : '/fapi/v1/order';
    wakingEnvironment.core.addFault({ kind: 'drop-after', match: { method: 'POST', path } });
    wakingEnvironment.core.addFault({ kind: 'not-found', match: { method: 'GET', path }, times: 20 });
    expect(await fire(link)).toMatchObject({ status: 202, json: { status: 'in-progress' } });
    expect(sweeps.slice(before)).toMatchObject([{ unwritten: [{ version: 1, hit: { positionId } }] }]);
    await vi.waitFor(async () => {
      const { hits } = await wakingEnvironment.admin('history.list', { positionId });
      expect(hits).toContainEqual(expect.objectContaining({ actor: 'link', decision: 'fired', positionId }));
    });
  },
);

it('a record that does not fit is reported, and the others that came with it are written', async () => {
  const { positionId } = await newCloseLink(spotLong);
  const record = (index: number) => ({
    hit: { ...exampleHit, positionId, hitId: `hit_00000000000${index}` },
    expiresAt: Date.now() + 3_600_000,
  });
  const unfit = [
    { ...record(2), hit: { ...record(2).hit, decision: 'vanished' } },
    { ...record(3), version: 2 },
    'no record',
  ];
  const unwritten = [record(1), ...unfit, { ...record(4), version: 1 }];
  await sweepWith({ unwritten });
  await sweepWith({ unwritten: { no: 'list' } });
  await sweepWith({ version: '0', source: 'aws.events' });
  expect((await historyOf(positionId)).map(({ hitId }) => hitId).toSorted()).toEqual([
    record(1).hit.hitId,
    record(4).hit.hitId,
  ]);
  const ids = { positionId, linkId: exampleHit.linkId };
  expect(
    lines.map((line) => JSON.parse(line)).filter(({ event }) => event === 'record-failed'),
  ).toMatchObject([ids, ids, {}, {}].map((known) => ({ level: 'ERROR', code: 'unreadable', ...known })));
});
