import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startServer } from '../../infra/loopback/server.ts';
import { createDynamoStore } from '../../lib/store/dynamo-store.ts';
import { probeAddress } from '../../lib/sweep/probe-address.ts';
import { serve } from '../infra/loopback/running-server.ts';
import { fire, startEnvironment } from './environment.ts';
import { binanceSpot, binanceUsdm, bybitLinear, stageLong } from './long-position.ts';

/** What the owner is notified of before a link fails. */

const environment = await startEnvironment();

it('The address of links is reachable if Ripcord itself responds there', async () => {
  expect(await probeAddress(environment.url)).toBeUndefined();
});

it.each([
  [{ status: 404, body: '{"message":"Not Found"}' }, "the response was HTTP 404, and not Ripcord's own 404"],
  [{ status: 403, body: 'Forbidden' }, "the response was HTTP 403, and not Ripcord's own 404"],
  [{ status: 200, body: '{"status":"not-found"}' }, "the response was HTTP 200, and not Ripcord's own 404"],
  [{ status: 500, body: '{"status":"internal"}' }, "the response was HTTP 500, and not Ripcord's own 404"],
  [{ status: 301, body: '' }, "the response was HTTP 301, and not Ripcord's own 404"],
])('An address with the response %j is reported: %s', async ({ status, body }, why) => {
  const { url } = await serve(async (_, response) => {
    response.writeHead(status, { location: environment.url }).end(body);
  });
  expect(await probeAddress(url)).toEqual({
    code: 'address-unreachable',
    why: `Links at ${url} can't be opened: ${why}.`,
  });
});

it('An address that refuses connections is reported', async () => {
  const server = await startServer(0, () => undefined);
  await server.stop();
  expect(await probeAddress(server.url)).toMatchObject({ why: expect.stringContaining('ECONNREFUSED') });
});

const store = createDynamoStore({ tableName: 'ripcord', endpoint: environment.tableEndpoint });

/** A sweep that is due to look. @returns the texts of the notices so far. */
async function sweep(): Promise<string[]> {
  const health = await store.readAccountHealth();
  const lookedAt = health.lookedAt - 3 * 60_000;
  if (health.revision > 0)
    await store.saveAccountHealth({ ...health, lookedAt, idleLookedAt: 0, notifiedAt: 0 });
  await environment.invoke('ripcord-sweep', {});
  return (await store.readAccountHealth()).notices.map(({ text }) => text);
}

it.each([
  { venue: binanceSpot, why: 'Invalid API-key, IP, or permissions for action.' },
  { venue: binanceUsdm, why: 'Invalid API-key, IP, or permissions for action.' },
  { venue: bybitLinear, why: 'API key is invalid.' },
])('$venue.name: a dead key of a filled position without exits is reported', async ({ venue, why }) => {
  const { account } = await stageLong(environment, venue);
  const before = await sweep();
  await environment.admin('accounts.add', {
    name: account,
    account: { exchange: venue.exchange, apiKey: 'dead', secret: 'dead', baseUrl: environment.exchange.url },
    replace: true,
    unchecked: true,
  });
  await sweep();
  const notices = await sweep();
  expect(notices.slice(before.length)).toEqual([expect.stringContaining(`Account "${account}" can't act.`)]);
  expect(notices.at(-1)).toContain(why);
});

async function listExpiry(account: string): Promise<string | undefined> {
  const { accounts } = await environment.admin('accounts.list', {});
  return accounts.find(({ name }: { name: string }) => name === account)?.expiresAt;
}

it('The expiry of a key without an open position is reported and listed, and forgotten when the key is replaced', async () => {
  const { account, positionId } = await stageLong(environment, bybitLinear);
  await environment.admin('positions.forget', { positionId });
  const { apiKey } = JSON.parse(await readFile(join(environment.data, 'accounts.json'), 'utf8'))[account];
  const keyExpiresAt = Date.now() + 10 * 86_400_000 - 60_000;
  environment.core.accountOf(apiKey).keyExpiresAt = keyExpiresAt;
  const date = new Date(keyExpiresAt).toISOString().slice(0, 10);
  expect((await sweep()).at(-1)).toContain(`The API key of account "${account}" expires on ${date}`);
  expect(await listExpiry(account)).toContain(date);
  await environment.admin('accounts.add', {
    name: account,
    account: { exchange: 'bybit', apiKey: 'new', secret: 'new' },
    replace: true,
    unchecked: true,
  });
  expect(await listExpiry(account)).toBeUndefined();
});

it.each([binanceSpot, bybitLinear])(
  '$name: a key that expires in 10 days is reported, and listed with its day',
  async (venue) => {
    const { account } = await stageLong(environment, venue);
    const { apiKey } = JSON.parse(await readFile(join(environment.data, 'accounts.json'), 'utf8'))[account];
    const keyExpiresAt = Date.now() + 10 * 86_400_000 - 60_000;
    environment.core.accountOf(apiKey).keyExpiresAt = keyExpiresAt;
    const notices = await sweep();
    const date = new Date(keyExpiresAt).toISOString().slice(0, 10);
    expect(notices.at(-1)).toContain(`The API key of account "${account}" expires on ${date}, in 10 days.`);
    expect((await environment.admin('accounts.list', {})).accounts).toContainEqual({
      name: account,
      exchange: venue.exchange,
      expiresAt: expect.stringContaining(date),
    });
  },
);

it('Alerts to links that are paused, revoked or have a message are reported, also of a position that was forgotten', async () => {
  const { positionId } = await stageLong(environment, binanceSpot);
  await sweep();
  const url = await environment.newLink(positionId, 'close');
  const { links } = await environment.admin('links.list', { positionId });
  const linkId = links[0]?.linkId ?? '';
  expect(await fire(url, { body: 'Crossing' })).toMatchObject({ status: 400 });
  await environment.admin('links.pause', {});
  expect(await fire(url)).toMatchObject({ status: 409 });
  await environment.admin('links.resume', {});
  await environment.admin('links.revoke', { linkId });
  await environment.admin('positions.forget', { positionId });
  expect(await fire(url)).toMatchObject({ status: 410 });
  const listRefused = async () =>
    (await sweep()).filter((text) => text.startsWith('Alert refused')).toSorted();
  expect(await listRefused()).toEqual([
    expect.stringMatching(new RegExp(`^Alert refused: link ${linkId} is paused, as all links are\\.`)),
    expect.stringMatching(new RegExp(`^Alert refused: link ${linkId} is revoked, permanently\\.`)),
    expect.stringMatching(new RegExp(`^Alert refused: link ${linkId} takes no message,`)),
  ]);
  expect(await listRefused()).toHaveLength(3);
  const { hits } = await environment.admin('history.list', { linkId });
  expect(hits.map(({ refusal }) => refusal)).toEqual(['revoked', 'paused', 'body']);
});
