import { describe, expect, it } from 'vitest';
import { createDynamoStore } from '../../lib/store/dynamo-store.ts';
import { itemVersion } from '../../lib/store/item-version.ts';
import { fire, ledgerSince, markOf, startEnvironment } from './environment.ts';
import { adopt, kinds, newTrader, placeEntry, placeExits } from './trader.ts';

/** A table that a newer Ripcord has written, after an older one was deployed again. */

const environment = await startEnvironment();
const { core } = environment;
const newerVersion = itemVersion + 1;
const newer = createDynamoStore({ tableName: 'ripcord', endpoint: environment.tableEndpoint }, newerVersion);

async function newCloseLink(kind: (typeof kinds)[number]) {
  const trader = await newTrader(environment, kind);
  const entry = placeEntry(trader, { filled: '0.5' });
  const { takeProfit, stop } = placeExits(trader, '0.4');
  const { positionId } = await adopt(trader, { entryOrders: [entry], exitOrders: [takeProfit, stop] });
  return { positionId, url: await environment.newLink(positionId, 'close') };
}

const words = `written by a newer Ripcord (version ${newerVersion}; this one reads version ${itemVersion}). Nothing was done. Deploy the newer Ripcord again.`;
const answer = {
  status: 503,
  headers: { 'retry-after': '5' },
  json: {
    status: 'newer-version',
    message: 'A newer version of Ripcord is in use. Nothing was done. Try again in a moment.',
  },
};

describe.each(kinds)('after a downgrade, with $name', (kind) => {
  it('a position of a newer version is not claimed, and nothing is sent', async () => {
    const { positionId, url } = await newCloseLink(kind);
    const position = await newer.readPosition(positionId);
    if (position === undefined) throw new Error('no position');
    const saved = await newer.savePosition(position, { label: 'newer' });
    const mark = markOf(core);
    expect(await fire(url)).toMatchObject(answer);
    await environment.invoke('ripcord-sweep', {});
    expect(ledgerSince(core, mark).requests).toEqual([]);
    expect(await newer.readPosition(positionId)).toEqual(saved);
    for (const command of [
      { command: 'positions.get', positionId },
      { command: 'positions.close', positionId },
      { command: 'positions.resolve', positionId, apply: true },
      { command: 'positions.forget', positionId },
      { command: 'links.create', positionId, action: 'close' },
    ])
      expect(await environment.refusal(command)).toMatchObject({
        code: 'newer-version',
        message: `This position was ${words}`,
      });
    const { unreadable } = await environment.admin('positions.list', {});
    expect(unreadable).toContain(positionId);
  });
});

it('a link that a newer version has revoked does nothing, and its answer names no position', async () => {
  const [kind] = kinds;
  if (kind === undefined) throw new Error('no kind');
  const { positionId, url } = await newCloseLink(kind);
  const [link] = await newer.listLinks(positionId);
  if (link === undefined) throw new Error('no link');
  await newer.revokeLink(link, new Date().toISOString());
  const mark = markOf(core);
  const { json, ...rest } = await fire(url);
  expect(rest).toMatchObject({ status: 503 });
  expect(json).toEqual(answer.json);
  expect(ledgerSince(core, mark).requests).toEqual([]);
});
