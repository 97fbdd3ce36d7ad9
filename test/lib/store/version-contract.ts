import { beforeEach, describe, expect, it } from 'vitest';
import { unknownLinkState } from '../../../lib/link/link-state.ts';
import type { Store } from '../../../lib/store/store.ts';
import { exampleHit } from '../link/example-hit.ts';
import { linkAt } from '../link/example-link.ts';
import { exampleClaim, examplePosition, examplePositionIn } from '../position/example-position.ts';

const { positionId } = examplePosition;
const link = linkAt(1);
const claim = { ...exampleClaim, linkId: link.linkId };
const key = 'order#main#BTC/USDT#1';
const place = { account: 'main', symbol: 'BTC/USDT:USDT', side: 'long' } as const;
const later = '2026-10-09T09:00:00.000Z';

const newer = {
  code: 'newer-version',
  message: expect.stringMatching(
    /^This (position|link|record|reservation|marker|kill switch) was written by a newer Ripcord \(version 2; this one reads version 1\)\. Nothing was done\. Deploy the newer Ripcord again\.$/,
  ),
};

/**
 * The contract of every store while functions of two versions use its table, as during a deployment or after a
 * downgrade. `makeStores` creates an empty table.
 */
export function describeVersions(name: string, makeStores: () => Promise<(version: number) => Store>): void {
  describe(`${name}, used by two versions of Ripcord`, () => {
    let older: Store;
    let current: Store;
    beforeEach(async () => {
      const at = await makeStores();
      older = at(1);
      current = at(2);
    });

    const writeAll = async (store: Store) => {
      await store.createPosition(examplePosition);
      await store.createLink(link);
      await store.recordHit({ ...exampleHit, positionId }, Date.parse(later));
      await store.reserve(key, positionId);
      await store.markPosition(place, positionId, 1, Date.parse(later));
      await store.setPaused(true);
    };
    const readAll = async (store: Store) => ({
      position: await store.readPosition(positionId),
      positions: await store.listPositions('all'),
      link: await store.readLink(link.linkId),
      both: await store.readLinkAndPause(link.linkId),
      links: await store.listLinks(),
      hits: await store.listHits(positionId, 10),
      holder: await store.readReservation(key),
      marked: await store.listMarked(place, 0),
      paused: (await store.readStatus()).paused,
    });

    it('what an older version has written is read and written by a newer one', async () => {
      await writeAll(older);
      expect(await readAll(current)).toMatchObject({
        position: examplePosition,
        positions: [examplePosition],
        link,
        both: { link, paused: true },
        links: [link],
        hits: [{ hitId: exampleHit.hitId }],
        holder: positionId,
        marked: [positionId],
        paused: true,
      });
      const { position } = await current.claimPosition({ positionId, claim, from: ['open'] });
      expect(await current.savePosition(position ?? examplePosition, { state: 'open', claim: null })).toEqual(
        expect.objectContaining({ state: 'open' }),
      );
      await current.revokeLink(link, later);
      expect(await current.readLink(link.linkId)).toMatchObject({ revokedAt: later });
      expect(await current.reserve(key, 'pos_another00000', { replacing: positionId })).toBe(
        'pos_another00000',
      );
      await current.setPaused(false);
      expect((await current.readStatus()).paused).toBe(false);
    });

    const reads: [string, (store: Store) => Promise<unknown>][] = [
      ['reading a position', (store) => store.readPosition(positionId)],
      ['reading a link', (store) => store.readLink(link.linkId)],
      ['a hit that reads its link', (store) => store.readLinkAndPause(link.linkId)],
      ['listing links', (store) => store.listLinks()],
      ['reading the history', (store) => store.listHits(positionId, 10)],
      ['reading the markers', (store) => store.listMarked(place, 0)],
      ['reading a reservation', (store) => store.readReservation(key)],
      ['reading the kill switch', (store) => store.readStatus()],
    ];
    const writes: [string, (store: Store) => Promise<unknown>][] = [
      ['a claim', (store) => store.claimPosition({ positionId, claim, from: ['open'] })],
      [
        "the operator's claim",
        (store) => store.claimPosition({ positionId, claim: ofOperator, from: ['open'] }),
      ],
      ['a deletion', (store) => store.deletePosition(positionId)],
      ['a revocation', (store) => store.revokeLink(link, later)],
      ['a reservation', (store) => store.reserve(key, 'pos_another00000', { replacing: positionId })],
      ['the same reservation', (store) => store.reserve(key, positionId)],
      ['a pause', (store) => store.setPaused(false)],
    ];
    const { linkId: _, ...unlinked } = claim;
    const ofOperator = { ...unlinked, actor: 'operator' } as const;

    it.each([...reads, ...writes])(
      '%s refuses what a newer version has written, and changes nothing',
      async (_, act) => {
        await writeAll(current);
        const before = await readAll(current);
        await expect(act(older)).rejects.toMatchObject(newer);
        expect(await readAll(current)).toEqual(before);
      },
    );

    it('a hit is refused by a newer kill switch alone', async () => {
      await older.createLink(link);
      await current.setPaused(false);
      await expect(older.readLinkAndPause(link.linkId)).rejects.toMatchObject(newer);
    });

    it('a revocation is refused by a newer position alone, before the link says that it was revoked', async () => {
      await older.createLink(link);
      await current.createPosition(examplePosition);
      await expect(older.revokeLink(link, later)).rejects.toMatchObject(newer);
      expect(await older.readLink(link.linkId)).toEqual(link);
    });

    it('the list leaves a newer position out and names it', async () => {
      await current.createPosition(examplePosition);
      const unreadable: string[] = [];
      expect(await older.listPositions('open', (id) => unreadable.push(id))).toEqual([]);
      expect(unreadable).toEqual([positionId]);
    });

    it('the list of link states leaves a newer one out and names it', async () => {
      const { linkId } = linkAt(1);
      await older.saveLinkState(unknownLinkState(linkId));
      const [known] = await older.listLinkStates();
      await current.saveLinkState({ ...unknownLinkState(linkId), ...known });
      const unreadable: string[] = [];
      expect(await older.listLinkStates((id) => unreadable.push(id))).toEqual([]);
      expect(unreadable).toEqual([linkId]);
    });

    it('a newer position is not archived', async () => {
      await current.createPosition(examplePositionIn('closed'));
      await older.archivePosition(positionId);
      expect(await current.listPositions('open')).toHaveLength(1);
    });

    it('a claim by a newer version makes every save of the older one late', async () => {
      await older.createPosition(examplePosition);
      await current.claimPosition({ positionId, claim, from: ['open'] });
      expect(await older.savePosition(examplePosition, { label: 'older' })).toBeUndefined();
      await expect(older.claimPosition({ positionId, claim, from: ['open'] })).rejects.toMatchObject(newer);
      expect(await current.readPosition(positionId)).toMatchObject({ state: 'claimed', revision: 1 });
    });

    it('a takeover by a newer version makes the older holder late', async () => {
      await older.createPosition(examplePosition);
      const { position: held } = await older.claimPosition({ positionId, claim, from: ['open'] });
      if (held === undefined) throw new Error('not claimed');
      const taken = await current.savePosition(held, {
        epoch: held.epoch + 1,
        claim: { ...claim, leaseToken: 'another' },
      });
      expect(await older.savePosition(held, { state: 'closed', claim: null })).toBeUndefined();
      expect(await current.readPosition(positionId)).toEqual(taken);
    });

    it('a newer position whose revision, epoch and state are the same is not saved', async () => {
      await current.createPosition(examplePosition);
      expect(await older.savePosition(examplePosition, { label: 'older' })).toBeUndefined();
      expect(await current.readPosition(positionId)).toEqual(examplePosition);
    });

    it('of concurrent claims by both versions one succeeds', async () => {
      await older.createPosition(examplePosition);
      const claims = Array.from({ length: 10 }, (_, index) =>
        (index % 2 === 0 ? older : current)
          .claimPosition({ positionId, claim: { ...claim, leaseToken: `owner${index}` }, from: ['open'] })
          .then(
            ({ kind }) => kind,
            ({ code }: { code: string }) => code,
          ),
      );
      const results = await Promise.all(claims);
      expect(results.filter((result) => result === 'claimed')).toHaveLength(1);
      expect(results.every((result) => ['claimed', 'refused', 'newer-version'].includes(result))).toBe(true);
    });
  });
}
