import { once } from 'node:events';
import { request as ask, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, expect, it, vi } from 'vitest';
import { createProjectHandlers } from '../../infra/local/create-project-handlers.ts';
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
const environment = await startEnvironment({
  handlers: (variables) => {
    targets.set('/', variables.RIPCORD_TABLE_ENDPOINT ?? '');
    return createProjectHandlers({ ...variables, RIPCORD_TABLE_ENDPOINT: url }, (line) => lines.push(line));
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
    const { sweep, admin } = createProjectHandlers(variables, log);
    const { trigger } = createProjectHandlers({ ...variables, RIPCORD_TABLE_ENDPOINT: `${url}/waking` }, log);
    return {
      trigger,
      admin,
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
