import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { request as ask, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, expect, it } from 'vitest';
import { createProjectHandlers } from '../../infra/local/create-project-handlers.ts';
import type { Handlers } from '../../infra/local/lambdas.ts';
import { createDynamoStore } from '../../lib/store/dynamo-store.ts';
import { navigation } from '../security/header-sets.ts';
import { fire, hit, startEnvironment } from './environment.ts';
import { adopt, newTrader, perpetualLong, placeEntry, placeExits, tradeByHand } from './trader.ts';

/**
 * What each function asks the table for while links act, against the rights of its role. The local table checks no rights: a request
 * that AWS would refuse succeeds in every other test.
 */

interface TableRequest {
  action: string;
  on: string;
  /** The partitions of the items, or of the index. */
  keys: string[];
}

/** The page is written from the template: test/docs/template-pages.test.ts. Reading the template itself takes a minute. */
const page = await readFile(new URL('../../docs/reference/permissions.md', import.meta.url), 'utf8');

/** @returns the rights of a role on the table and its index. One without patterns is for all items. */
function readRights(role: string) {
  const section = page.split(/^## /m).find((each) => each.startsWith(`${role}\n`)) ?? '';
  return [...section.matchAll(/^\| (table[^ ,]*)(?:, items ([^|]*))? \|[^|]*\| ([^|]*) \|$/gm)].map(
    ([, on, items = '`*`', actions = '']) => ({ on, patterns: quoted(items), actions: quoted(actions) }),
  );
}

function quoted(text: string): string[] {
  return [...text.matchAll(/`([^`]*)`/g)].map(([, word = '']) => word);
}

const requests: Record<'trigger' | 'sweep', TableRequest[]> = { trigger: [], sweep: [] };

function toRequest(target: string, body: Record<string, unknown>): TableRequest {
  const action = target.split('.').at(-1) ?? '';
  const given = JSON.stringify(body[keyParts[action] ?? '']);
  const keys = [...given.matchAll(/"(?:pk|:pk|:listKey)":\{"S":"([^"]*)"\}/g)].map(([, key = '']) => key);
  const on = body.IndexName === undefined ? 'table' : `table/index/${body.IndexName}`;
  return { action: `dynamodb:${action}`, on, keys };
}

const keyParts: Record<string, string> = {
  GetItem: 'Key',
  BatchGetItem: 'RequestItems',
  PutItem: 'Item',
  UpdateItem: 'Key',
  DeleteItem: 'Key',
  Query: 'ExpressionAttributeValues',
};

function isAllowed({ action, on, keys }: TableRequest, rights: ReturnType<typeof readRights>): boolean {
  return rights.some(
    (right) =>
      right.on === on &&
      right.actions.includes(action) &&
      keys.every((key) => right.patterns.some((pattern) => matches(key, pattern))),
  );
}

function matches(key: string, pattern: string): boolean {
  return pattern.endsWith('*') ? key.startsWith(pattern.slice(0, -1)) : key === pattern;
}

let table = '';
async function watch(name: keyof typeof requests) {
  const pass = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await buffer(request);
    requests[name].push(toRequest(String(request.headers['x-amz-target']), JSON.parse(String(body))));
    const { host: _, ...headers } = request.headers;
    const forwarded = ask(table, { method: 'POST', headers }).end(body);
    const [answer] = await once(forwarded, 'response');
    response.writeHead(answer.statusCode ?? 500, answer.headers).end(await buffer(answer));
  };
  const proxy = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy());
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  afterAll(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}

const proxies = { trigger: await watch('trigger'), sweep: await watch('sweep') };
const environment = await startEnvironment({
  handlers: (variables) => {
    table = variables.RIPCORD_TABLE_ENDPOINT ?? '';
    const create = (endpoint: string): Handlers =>
      createProjectHandlers({ ...variables, RIPCORD_TABLE_ENDPOINT: endpoint }, () => undefined);
    const { admin, alarm } = create(table);
    return { admin, alarm, trigger: create(proxies.trigger).trigger, sweep: create(proxies.sweep).sweep };
  },
});
const { admin } = environment;

async function openScope() {
  const trader = await newTrader(environment, perpetualLong);
  const { takeProfit, stop } = placeExits(trader, '1');
  const entryOrders = [placeEntry(trader, { filled: 'all' })];
  const { positionId } = await adopt(trader, { entryOrders, exitOrders: [takeProfit, stop] });
  const scope = { account: trader.account, symbol: perpetualLong.symbolOf('ETH'), side: 'long' } as const;
  return { trader, positionId, scope };
}

function message(text: string) {
  return { body: text, headers: { 'content-type': 'text/plain' } };
}

const sweep = () => environment.invoke('ripcord-sweep', {});

/** TradingView may send the alert again for 15 s, and what was bought in the second before it counts as newer. */
async function endResends(linkId: string): Promise<void> {
  const store = createDynamoStore({ tableName: 'ripcord', endpoint: environment.tableEndpoint });
  const { adoption, ...state } = await store.readLinkState(linkId);
  const later = adoption && { ...adoption, notBefore: 0, alertAt: adoption.alertAt + 2_000 };
  await store.saveLinkState({ ...state, adoption: later });
}

const cases: [string, () => Promise<unknown>][] = [
  [
    'a link for one position',
    async () => {
      const { positionId } = await openScope();
      return fire(await environment.newLink(positionId, 'close'));
    },
  ],
  [
    'a link that adopts',
    async () => {
      const { trader, scope } = await openScope();
      tradeByHand(trader, 'buy', '0.5');
      return fire((await admin('links.create', { ...scope, action: 'close', adopt: true })).url);
    },
  ],
  [
    'a link whose adoption the sweep finishes',
    async () => {
      const trader = await newTrader(environment, perpetualLong);
      const scope = { account: trader.account, symbol: perpetualLong.symbolOf('ETH'), side: 'long' } as const;
      tradeByHand(trader, 'buy', '0.5');
      const { url, link } = await admin('links.create', { ...scope, action: 'close', adopt: true });
      const match = { method: 'GET', path: '/fapi/v3/positionRisk' };
      environment.core.addFault({ kind: 'status', status: 503, match, times: 9 });
      await fire(url);
      environment.core.clearFaults();
      await endResends(link.linkId);
      await sweep();
      const { positions } = await admin('positions.list', { account: trader.account });
      expect(positions).toHaveLength(1);
      return { status: 200 };
    },
  ],
  [
    'the page of a link that moves the stop',
    async () => {
      const { scope } = await openScope();
      const { url } = await admin('links.create', { ...scope, action: 'stop', stop: { price: '2800' } });
      await fire(url);
      return hit(`${url}?waiting`, { method: 'GET', headers: navigation('chromeWindows', 'none') });
    },
  ],
  [
    'a link that moves the stop',
    async () => {
      const { scope } = await openScope();
      return fire((await admin('links.create', { ...scope, action: 'stop', stop: { price: '2800' } })).url);
    },
  ],
  [
    'a link that follows a strategy',
    async () => {
      const { scope } = await openScope();
      const { url } = await admin('links.create', {
        ...scope,
        ...{ action: 'close', adopt: true, follows: 'market-position' },
        watch: { every: '5m', missed: 2, then: 'tell' },
      });
      await fire(url, message('long 2026-11-26T12:00:00Z'));
      await sweep();
      return fire(url, message('flat 2026-11-26T12:05:00Z'));
    },
  ],
  [
    'a heartbeat with a watch',
    async () => {
      const { scope } = await openScope();
      const { url } = await admin('links.create', {
        ...{ ...scope, action: 'heartbeat', watch: { every: '5m', missed: 2, then: 'tell' } },
      });
      return fire(url);
    },
  ],
];

it.each(cases)('%s asks the table only for what the roles of its functions allow', async (_, act) => {
  requests.trigger.length = 0;
  requests.sweep.length = 0;
  expect(await act()).toMatchObject({ status: 200 });
  await sweep();
  const refused = (['trigger', 'sweep'] as const).flatMap((name) =>
    requests[name]
      .filter((request) => !isAllowed(request, readRights(name)))
      .map(({ action, on, keys }) => `${name}: ${action} ${on} with ${keys.join(' or ')}`),
  );
  expect([...new Set(refused)]).toEqual([]);
  expect(requests.trigger.length).toBeGreaterThan(0);
  expect(requests.sweep.length).toBeGreaterThan(0);
});
