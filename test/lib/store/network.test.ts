import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createDynamoStore } from '../../../lib/store/dynamo-store.ts';
import type { Store } from '../../../lib/store/store.ts';
import {
  firstWith,
  loseAnswer,
  startTcpProxy,
  type TcpProxy,
  type Treatment,
} from '../../faults/tcp-proxy.ts';
import { exampleHit } from '../link/example-hit.ts';
import { linkAt } from '../link/example-link.ts';
import { exampleClaim, examplePosition, positionIdAt } from '../position/example-position.ts';
import { makeTableAt } from './tables.ts';
import { useDynalite } from './use-dynalite.ts';

const { positionId } = examplePosition;
const link = linkAt(1);
const claim = { ...exampleClaim, linkId: link.linkId };
const unreachable = { name: 'Fault', code: 'table-unreachable' };
const never = new Promise(() => {});

// As many as the adapter lets the SDK try; one more never reaches the proxy.
const always = 3;

const dynalite = useDynalite();

/** The table by way of a network that does what a test says, and the same one by way of a good one. */
let table: Store;
let direct: Store;
let proxy: TcpProxy;
let tableName: string;
let endpoint: string;
beforeEach(async () => {
  ({ tableName, endpoint } = await makeTableAt(dynalite()));
  proxy = await startTcpProxy(Number(new URL(endpoint).port));
  onTestFinished(() => proxy.stop());
  table = createDynamoStore({ tableName, endpoint: `http://127.0.0.1:${proxy.port}` });
  direct = createDynamoStore({ tableName, endpoint });
});

function requests(operation: string) {
  return proxy.turns.filter(({ head }) => head.includes(operation)).length;
}

describe('An answer that is lost', () => {
  it.each<[string, Treatment]>([
    ['in whole', loseAnswer],
    ['in part', { kind: 'cut', afterBytes: 200 }],
  ])('%s leaves a claim with its owner, made once', async (_, treatment) => {
    await direct.createPosition(examplePosition);
    proxy.decide = firstWith('UpdateItem', treatment);
    const result = await table.claimPosition({ positionId, claim, from: ['open'] });
    expect(result).toStrictEqual({ kind: 'claimed', position: await direct.readPosition(positionId) });
    expect(result.position).toMatchObject({ claim, epoch: 1, attempt: 1, revision: 1 });
    expect(requests('UpdateItem')).toBe(2);
  });

  it('every time leaves a claim with its owner, who finds it by reading', async () => {
    await direct.createPosition(examplePosition);
    proxy.decide = firstWith('UpdateItem', loseAnswer, always);
    const result = await table.claimPosition({ positionId, claim, from: ['open'] });
    expect(result).toMatchObject({ kind: 'claimed', position: { claim, epoch: 1, attempt: 1 } });
  });

  it('leaves the use of a link counted once', async () => {
    await direct.createPosition(examplePosition);
    proxy.decide = firstWith('UpdateItem', loseAnswer);
    const result = await table.claimPosition({ positionId, claim, from: ['open'], maxUses: 1 });
    expect(result).toMatchObject({ kind: 'claimed', position: { uses: { [link.linkId]: 1 } } });
    expect(await direct.readPosition(positionId)).toStrictEqual(result.position);
  });

  it('to a claim that another has won does not look like success', async () => {
    await direct.createPosition(examplePosition);
    const other = { ...claim, leaseToken: 'another' };
    await direct.claimPosition({ positionId, claim: other, from: ['open'] });
    proxy.decide = firstWith('UpdateItem', loseAnswer);
    expect(await table.claimPosition({ positionId, claim, from: ['open'] })).toMatchObject({
      kind: 'refused',
      position: { claim: other, epoch: 1 },
    });
  });

  it('leaves a save done, once', async () => {
    await direct.createPosition(examplePosition);
    proxy.decide = firstWith('UpdateItem', loseAnswer);
    const saved = await table.savePosition(examplePosition, { label: 'saved' });
    expect(saved).toStrictEqual({ ...examplePosition, label: 'saved', revision: 1 });
    expect(await direct.readPosition(positionId)).toStrictEqual(saved);
    expect(requests('UpdateItem')).toBe(2);
  });

  it('leaves a save done, though a claim has come before it was sent again', async () => {
    await direct.createPosition(examplePosition);
    const claimed = Promise.withResolvers<void>();
    proxy.decide = ({ head, turn }) => {
      if (!head.includes('UpdateItem')) return undefined;
      if (turn === 0 && requests('UpdateItem') === 1) return loseAnswer;
      direct
        .claimPosition({ positionId, claim, from: ['open'] })
        .then(() => claimed.resolve(), claimed.reject);
      return { kind: 'hold', what: 'request', until: claimed.promise };
    };
    const saved = await table.savePosition(examplePosition, { label: 'saved' });
    expect(saved).toStrictEqual({ ...examplePosition, label: 'saved', revision: 1 });
    expect(await direct.readPosition(positionId)).toMatchObject({
      state: 'claimed',
      label: 'saved',
      revision: 2,
    });
    expect(saved && (await table.savePosition(saved, { label: 'late' }))).toBeUndefined();
  });

  it('to a save that came too late does not look like success', async () => {
    await direct.createPosition(examplePosition);
    await direct.savePosition(examplePosition, { label: 'first' });
    proxy.decide = firstWith('UpdateItem', loseAnswer);
    expect(await table.savePosition(examplePosition, { label: 'second' })).toBeUndefined();
  });

  it('leaves a position created by whoever created it', async () => {
    proxy.decide = firstWith('PutItem', loseAnswer);
    expect(await table.createPosition(examplePosition)).toBe(true);
    expect(requests('PutItem')).toBe(2);
    expect(await table.createPosition(examplePosition)).toBe(false);
  });

  it('leaves a link created, without a conflict with itself', async () => {
    proxy.decide = firstWith('PutItem', loseAnswer);
    await table.createLink(link);
    expect(requests('PutItem')).toBe(2);
    expect(await direct.listLinks()).toStrictEqual([link]);
  });

  it('leaves a link revoked', async () => {
    await direct.createPosition(examplePosition);
    await direct.createLink(link);
    proxy.decide = firstWith('UpdateItem', loseAnswer, 2);
    await table.revokeLink(link, '2026-10-09T09:00:00.000Z');
    expect(await direct.readLink(link.linkId)).toHaveProperty('revokedAt');
    expect(await direct.claimPosition({ positionId, claim, from: ['open'] })).toMatchObject({
      revoked: true,
    });
  });

  it('leaves a read to be read again', async () => {
    await direct.createPosition(examplePosition);
    proxy.decide = firstWith('GetItem', { kind: 'cut', afterBytes: 300 });
    expect(await table.readPosition(positionId)).toStrictEqual(examplePosition);
  });
});

describe('A request that is lost', () => {
  it('is sent again', async () => {
    proxy.decide = firstWith('PutItem', { kind: 'drop' });
    expect(await table.createPosition(examplePosition)).toBe(true);
    expect(requests('PutItem')).toBe(2);
  });

  it('every time is no claim, and no refusal either', async () => {
    await direct.createPosition(examplePosition);
    proxy.decide = firstWith('UpdateItem', { kind: 'drop' }, always);
    await expect(table.claimPosition({ positionId, claim, from: ['open'] })).rejects.toMatchObject(
      unreachable,
    );
    expect(await direct.readPosition(positionId)).toStrictEqual(examplePosition);
  });
});

describe('A copy of a request that arrives late', () => {
  /** Holds the first such request up until the SDK has sent it again. @returns what lets it go on, and waits for it. */
  const holdFirst = (operation: string): (() => Promise<void>) => {
    const released = Promise.withResolvers<void>();
    proxy.decide = firstWith(operation, { kind: 'hold', what: 'request', until: released.promise });
    return async () => {
      const late = proxy.turns.find(({ head }) => head.includes(operation));
      released.resolve();
      await late?.answered;
    };
  };

  it('does not claim anew when the claim is over', async () => {
    await direct.createPosition(examplePosition);
    const release = holdFirst('UpdateItem');
    const { position } = await table.claimPosition({ positionId, claim, from: ['open'] });
    expect(position?.claim).toStrictEqual(claim);
    const over = position && (await direct.savePosition(position, { state: 'open', claim: null }));
    await release();
    expect(await direct.readPosition(positionId)).toStrictEqual(over);
  });

  it('does not undo the revocation of the link it creates', async () => {
    const release = holdFirst('PutItem');
    await table.createLink(link);
    await direct.revokeLink(link, '2026-10-09T09:00:00.000Z');
    await release();
    expect(await direct.readLink(link.linkId)).toHaveProperty('revokedAt');
  });

  it('does not save over what came after it', async () => {
    await direct.createPosition(examplePosition);
    const release = holdFirst('UpdateItem');
    const saved = await table.savePosition(examplePosition, { label: 'saved' });
    const next = saved && (await direct.savePosition(saved, { label: 'next' }));
    await release();
    expect(await direct.readPosition(positionId)).toStrictEqual(next);
  });
});

describe('A table that gives no answer', () => {
  const calls: [string, (table: Store) => Promise<unknown>][] = [
    ['createPosition', (table) => table.createPosition(examplePosition)],
    ['readPosition', (table) => table.readPosition(positionId)],
    ['listPositions', (table) => table.listPositions('all')],
    ['claimPosition', (table) => table.claimPosition({ positionId, claim, from: ['open'] })],
    ['savePosition', (table) => table.savePosition(examplePosition, { label: 'x' })],
    ['shelvePosition', (table) => table.archivePosition(positionId)],
    ['deletePosition', (table) => table.deletePosition(positionId)],
    ['createLink', (table) => table.createLink(link)],
    ['readLink', (table) => table.readLink(link.linkId)],
    ['openLink', (table) => table.readLinkAndPause(link.linkId)],
    ['isPaused', (table) => table.isPaused()],
    ['setPaused', (table) => table.setPaused(true)],
    ['recordHit', (table) => table.recordHit(exampleHit, Date.parse('2100-01-01'))],
    ['listHits', (table) => table.listHits(positionId, 10)],
    ['listLinks', (table) => table.listLinks(positionId)],
    ['revokeLink', (table) => table.revokeLink(link, '2026-10-09T09:00:00.000Z')],
  ];

  it.each(calls)('is told as unreachable where nobody listens: %s', async (_, call) => {
    await proxy.refuse();
    await expect(call(table)).rejects.toMatchObject(unreachable);
  });

  it('is told as unreachable within the time of a test where it falls silent', async () => {
    const other = positionIdAt(1);
    await direct.createPosition({ ...examplePosition, positionId: other });
    const silences: { treatment: Treatment; asked: typeof calls }[] = [
      { treatment: { kind: 'hold', what: 'request', until: never }, asked: calls },
      { treatment: { kind: 'hold', what: 'answer', until: never }, asked: calls },
      // Within an answer's headers, and behind them.
      { treatment: { kind: 'stall', afterBytes: 20 }, asked: calls },
      {
        treatment: { kind: 'stall', afterBytes: 400 },
        asked: [['readPosition', (table) => table.readPosition(other)]],
      },
    ];
    // Each call waits for the time-outs of all its tries, so all of them wait together.
    const outcomes = silences.map(async ({ treatment, asked }) => {
      const silent = await startTcpProxy(Number(new URL(endpoint).port));
      onTestFinished(() => silent.stop());
      silent.decide = () => treatment;
      const table = createDynamoStore({ tableName, endpoint: `http://127.0.0.1:${silent.port}` });
      return await Promise.allSettled(asked.map(([, call]) => call(table)));
    });
    for (const outcome of (await Promise.all(outcomes)).flat())
      expect(outcome).toMatchObject({ status: 'rejected', reason: unreachable });
  });

  it('is asked again in the same words once it is back', async () => {
    await proxy.refuse();
    await expect(table.createPosition(examplePosition)).rejects.toMatchObject(unreachable);
    await proxy.accept();
    expect(await table.createPosition(examplePosition)).toBe(true);
  });
});

it('lists a position once that is put away between the two queries of a list', async () => {
  await direct.createPosition({ ...examplePosition, state: 'closed' });
  let queries = 0;
  proxy.decide = ({ head }) => {
    if (!head.includes('.Query')) return undefined;
    queries += 1;
    if (queries === 1) return undefined;
    return { kind: 'hold', what: 'request', until: direct.archivePosition(positionId) };
  };
  expect(await table.listPositions('all')).toHaveLength(1);
  expect(queries).toBe(2);
});
