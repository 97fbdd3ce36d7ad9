import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
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

// The number of attempts that the adapter lets the SDK make.
const always = 3;

const dynalite = useDynalite();

/** One table over a faulty network, and the same table over a working one. */
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

describe('A lost response', () => {
  it.each<[string, Treatment]>([
    ['in whole', loseAnswer],
    ['in part', { kind: 'cut', afterBytes: 200 }],
  ])('a response lost %s leaves the claim with its sender, made once', async (_, treatment) => {
    await direct.createPosition(examplePosition);
    proxy.decide = firstWith('UpdateItem', treatment);
    const result = await table.claimPosition({ positionId, claim, from: ['open'] });
    expect(result).toStrictEqual({ kind: 'claimed', position: await direct.readPosition(positionId) });
    expect(result.position).toMatchObject({ claim, epoch: 1, attempt: 1, revision: 1 });
    expect(requests('UpdateItem')).toBe(2);
  });

  it('a claim is found by reading if every response is lost', async () => {
    await direct.createPosition(examplePosition);
    proxy.decide = firstWith('UpdateItem', loseAnswer, always);
    const result = await table.claimPosition({ positionId, claim, from: ['open'] });
    expect(result).toMatchObject({ kind: 'claimed', position: { claim, epoch: 1, attempt: 1 } });
  });

  it('a lost response counts one use of a link', async () => {
    await direct.createPosition(examplePosition);
    proxy.decide = firstWith('UpdateItem', loseAnswer);
    const result = await table.claimPosition({ positionId, claim, from: ['open'], maxUses: 1 });
    expect(result).toMatchObject({ kind: 'claimed', position: { uses: { [link.linkId]: 1 } } });
    expect(await direct.readPosition(positionId)).toStrictEqual(result.position);
  });

  it('a lost response to a refused claim is not taken for success', async () => {
    await direct.createPosition(examplePosition);
    const other = { ...claim, leaseToken: 'another' };
    await direct.claimPosition({ positionId, claim: other, from: ['open'] });
    proxy.decide = firstWith('UpdateItem', loseAnswer);
    expect(await table.claimPosition({ positionId, claim, from: ['open'] })).toMatchObject({
      kind: 'refused',
      position: { claim: other, epoch: 1 },
    });
  });

  it('a lost response leaves a save done once', async () => {
    await direct.createPosition(examplePosition);
    proxy.decide = firstWith('UpdateItem', loseAnswer);
    const saved = await table.savePosition(examplePosition, { label: 'saved' });
    expect(saved).toStrictEqual({ ...examplePosition, label: 'saved', revision: 1 });
    expect(await direct.readPosition(positionId)).toStrictEqual(saved);
    expect(requests('UpdateItem')).toBe(2);
  });

  it('a save succeeds if a claim came between its write and its retry', async () => {
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

  it('a lost response to a refused save is not taken for success', async () => {
    await direct.createPosition(examplePosition);
    await direct.savePosition(examplePosition, { label: 'first' });
    proxy.decide = firstWith('UpdateItem', loseAnswer);
    expect(await table.savePosition(examplePosition, { label: 'second' })).toBeUndefined();
  });

  it('a lost response leaves a position created', async () => {
    proxy.decide = firstWith('PutItem', loseAnswer);
    expect(await table.createPosition(examplePosition)).toBe(true);
    expect(requests('PutItem')).toBe(2);
    expect(await table.createPosition(examplePosition)).toBe(false);
  });

  it('a link does not conflict with itself after a lost response', async () => {
    proxy.decide = firstWith('PutItem', loseAnswer);
    await table.createLink(link);
    expect(requests('PutItem')).toBe(2);
    expect(await direct.listLinks()).toStrictEqual([link]);
  });

  it('a lost response leaves a link revoked', async () => {
    await direct.createPosition(examplePosition);
    await direct.createLink(link);
    proxy.decide = firstWith('UpdateItem', loseAnswer, 2);
    await table.revokeLink(link, '2026-10-09T09:00:00.000Z');
    expect(await direct.readLink(link.linkId)).toHaveProperty('revokedAt');
    expect(await direct.claimPosition({ positionId, claim, from: ['open'] })).toMatchObject({
      revoked: true,
    });
  });

  it('a read is repeated after a lost response', async () => {
    await direct.createPosition(examplePosition);
    proxy.decide = firstWith('GetItem', { kind: 'cut', afterBytes: 300 });
    expect(await table.readPosition(positionId)).toStrictEqual(examplePosition);
  });
});

describe('A lost request', () => {
  it('a lost request is sent again', async () => {
    proxy.decide = firstWith('PutItem', { kind: 'drop' });
    expect(await table.createPosition(examplePosition)).toBe(true);
    expect(requests('PutItem')).toBe(2);
  });

  it('a claim whose every request is lost is neither made nor refused', async () => {
    await direct.createPosition(examplePosition);
    proxy.decide = firstWith('UpdateItem', { kind: 'drop' }, always);
    await expect(table.claimPosition({ positionId, claim, from: ['open'] })).rejects.toMatchObject(
      unreachable,
    );
    expect(await direct.readPosition(positionId)).toStrictEqual(examplePosition);
  });
});

describe('A late copy of a request', () => {
  /** Holds the first such request until the SDK has sent it again. @returns a function that releases it and waits. */
  const holdFirst = (operation: string): (() => Promise<void>) => {
    const released = Promise.withResolvers<void>();
    proxy.decide = firstWith(operation, { kind: 'hold', what: 'request', until: released.promise });
    return async () => {
      const late = proxy.turns.find(({ head }) => head.includes(operation));
      released.resolve();
      await late?.answered;
    };
  };

  it('a late copy does not claim again after the claim has ended', async () => {
    await direct.createPosition(examplePosition);
    const release = holdFirst('UpdateItem');
    const { position } = await table.claimPosition({ positionId, claim, from: ['open'] });
    expect(position?.claim).toStrictEqual(claim);
    const over = position && (await direct.savePosition(position, { state: 'open', claim: null }));
    await release();
    expect(await direct.readPosition(positionId)).toStrictEqual(over);
  });

  it('a late copy of a creation does not undo the revocation of its link', async () => {
    const release = holdFirst('PutItem');
    await table.createLink(link);
    await direct.revokeLink(link, '2026-10-09T09:00:00.000Z');
    await release();
    expect(await direct.readLink(link.linkId)).toHaveProperty('revokedAt');
  });

  it('a late copy of a save does not overwrite a later save', async () => {
    await direct.createPosition(examplePosition);
    const release = holdFirst('UpdateItem');
    const saved = await table.savePosition(examplePosition, { label: 'saved' });
    const next = saved && (await direct.savePosition(saved, { label: 'next' }));
    await release();
    expect(await direct.readPosition(positionId)).toStrictEqual(next);
  });
});

describe('An unreachable table', () => {
  const calls: [string, (table: Store) => Promise<unknown>][] = [
    ['createPosition', (table) => table.createPosition(examplePosition)],
    ['readPosition', (table) => table.readPosition(positionId)],
    ['listPositions', (table) => table.listPositions('all')],
    ['claimPosition', (table) => table.claimPosition({ positionId, claim, from: ['open'] })],
    ['savePosition', (table) => table.savePosition(examplePosition, { label: 'x' })],
    ['archivePosition', (table) => table.archivePosition(positionId)],
    ['deletePosition', (table) => table.deletePosition(positionId)],
    ['createLink', (table) => table.createLink(link)],
    ['readLink', (table) => table.readLink(link.linkId)],
    ['readLinkAndPause', (table) => table.readLinkAndPause(link.linkId)],
    ['readStatus', (table) => table.readStatus()],
    ['setPaused', (table) => table.setPaused(true)],
    ['recordHit', (table) => table.recordHit(exampleHit, Date.parse('2100-01-01'))],
    ['listHits', (table) => table.listHits(positionId, 10)],
    ['listLinks', (table) => table.listLinks(positionId)],
    ['revokeLink', (table) => table.revokeLink(link, '2026-10-09T09:00:00.000Z')],
    ['updateLink', (table) => table.updateLink(link.linkId, { label: 'x' })],
  ];

  it.each(calls)('a refused connection is reported as unreachable by %s', async (_, call) => {
    await proxy.refuse();
    await expect(call(table)).rejects.toMatchObject(unreachable);
  });

  it('silence is reported as unreachable within the timeout of a test', async () => {
    const other = positionIdAt(1);
    await direct.createPosition({ ...examplePosition, positionId: other });
    const silences: { treatment: Treatment; asked: typeof calls }[] = [
      { treatment: { kind: 'hold', what: 'request', until: never }, asked: calls },
      { treatment: { kind: 'hold', what: 'answer', until: never }, asked: calls },
      // Within the headers of a response, and after them.
      { treatment: { kind: 'stall', afterBytes: 20 }, asked: calls },
      {
        treatment: { kind: 'stall', afterBytes: 400 },
        asked: [['readPosition', (table) => table.readPosition(other)]],
      },
    ];
    // Each call waits for the timeouts of all its attempts, so the calls run in parallel.
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

  it('a request succeeds again once the table is back', async () => {
    await proxy.refuse();
    await expect(table.createPosition(examplePosition)).rejects.toMatchObject(unreachable);
    await proxy.accept();
    expect(await table.createPosition(examplePosition)).toBe(true);
  });
});

it('a position archived between the two queries of a list is listed once', async () => {
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

it.each(['FIN', 'RST', 'silence'] as const)(
  'a connection that died by %s more than a second ago is not used for a claim',
  async (death) => {
    await direct.createPosition(examplePosition);
    await table.readPosition(positionId);
    await table.readPosition(positionId);
    proxy.kill(death);
    const now = Date.now;
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => now() + 1_001);
    const startedAt = performance.now();
    const claimed = table.claimPosition({ positionId, claim, from: ['open'] });
    expect(await claimed.finally(() => clock.mockRestore())).toMatchObject({ kind: 'claimed' });
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(proxy.turns.map(({ connection }) => connection)).toEqual([0, 0, 1]);
  },
);
