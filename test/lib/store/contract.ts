import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { unknownHealth } from '../../../lib/health/account-health.ts';
import type { Link, Scope } from '../../../lib/link/link.ts';
import { type LinkState, unknownLinkState } from '../../../lib/link/link-state.ts';
import { inParallel } from '../../../lib/parallel.ts';
import { type Position, type State, stateSchema } from '../../../lib/position/position.ts';
import { type Store, toHitPlace } from '../../../lib/store/store.ts';
import { exampleHit, fullHit } from '../link/example-hit.ts';
import { linkAt } from '../link/example-link.ts';
import {
  exampleClaim,
  exampleOrder,
  exampleOutcome,
  examplePosition,
  examplePositionIn,
  fullPosition,
  positionIdAt,
} from '../position/example-position.ts';
import { runSeed } from './run-seed.ts';

const { positionId } = examplePosition;
const states: State[] = stateSchema.options;
function otherThan(...others: State[]): State[] {
  return states.filter((state) => !others.includes(state));
}

const link = linkAt(1);
const fullLink = linkAt(1, {
  label: '🪂 exit',
  expiresAt: '2026-10-10T08:00:00.000Z',
  maxUses: 3,
  confirm: true,
  methods: 'post-only',
  sources: ['203.0.113.0/24', '2001:db8::1'],
  percent: 50,
  revokedAt: '2026-10-09T09:00:00.000Z',
});
const claim = { ...exampleClaim, linkId: link.linkId };
const revokedAt = '2026-10-09T09:00:00.000Z';
const later = '2026-10-09T10:00:00.000Z';

/** Runs `act` for all inputs, ten at a time, so that a busy machine responds to each within its timeout. */
function many<Input>(inputs: Input[], act: (input: Input) => Promise<unknown>) {
  return inParallel(inputs, 10, act);
}

/** The contract of every store, DynamoDB and the model. `makeTable` creates an empty one. */
export function describeStore(name: string, makeTable: () => Promise<Store>): void {
  describe(name, () => {
    let table: Store;
    beforeEach(async () => {
      table = await makeTable();
    });

    const create = async (differing: Partial<Position> = {}): Promise<Position> => {
      const position = examplePositionIn(differing.state ?? 'open', differing);
      expect(await table.createPosition(position)).toBe(true);
      return position;
    };
    const read = async (id = positionId): Promise<Position> => {
      const position = await table.readPosition(id);
      if (position === undefined) throw new Error(`${id} does not exist.`);
      return position;
    };

    describe('A position', () => {
      it('a position is created once per id, and the first one stays', async () => {
        await create({ label: 'first' });
        expect(await table.createPosition({ ...examplePosition, label: 'second' })).toBe(false);
        expect((await read()).label).toBe('first');
      });

      it('one of two concurrent creations of a position succeeds', async () => {
        const labels = ['a', 'b'];
        const created = await Promise.all(
          labels.map((label) => table.createPosition({ ...examplePosition, label })),
        );
        expect(created.toSorted()).toEqual([false, true]);
        expect((await read()).label).toBe(labels[created.indexOf(true)]);
      });

      it.each([
        ['with required attributes only', examplePosition],
        ['with every attribute', fullPosition],
      ])('a stored record is read back exactly: one %s', async (_, position) => {
        await table.createPosition(position);
        expect(await read()).toStrictEqual(position);
      });

      it('an undefined attribute is not stored', async () => {
        await table.createPosition({
          ...examplePosition,
          label: undefined,
          lastSync: { at: 1, price: undefined },
        });
        const position = await read();
        expect(position).not.toHaveProperty('label');
        expect(position.lastSync).toStrictEqual({ at: 1 });
      });

      it('reading a missing position returns undefined', async () => {
        expect(await table.readPosition(positionId)).toBeUndefined();
      });

      it('a later change to a position object does not change the stored position', async () => {
        const position = structuredClone(fullPosition);
        await table.createPosition(position);
        position.entryOrders.pop();
        (await read()).exitOrders.pop();
        for (const listed of await table.listPositions('all')) listed.market.base = 'ETH';
        expect(await read()).toStrictEqual(fullPosition);
      });

      it('strings of any characters are read back exactly', async () => {
        const text = fc.string({ unit: 'binary', minLength: 1 });
        const strange = fc.constantFrom(
          '\u0000',
          '#state',
          ':claimed',
          '__proto__',
          'constructor',
          '{"S":"x"}',
          '\u202e',
          '🪂'.repeat(80),
          '\r\n',
          "'; DROP TABLE positions; --",
          '',
        );
        let index = 0;
        await fc.assert(
          fc.asyncProperty(fc.oneof(text, strange), async (string) => {
            index += 1;
            const position = {
              ...examplePosition,
              positionId: positionIdAt(index),
              label: string,
              outcome: { ...exampleOutcome, detail: string, canceledExitOrderIds: [string] },
            };
            await table.createPosition(position);
            const saved = await table.savePosition(position, { attentionReason: string });
            expect(saved?.attentionReason).toBe(string);
            expect(await read(position.positionId)).toStrictEqual({
              ...position,
              attentionReason: string,
              revision: 1,
            });
          }),
          { seed: runSeed, numRuns: 40 },
        );
      });
    });

    describe('The list of positions', () => {
      const createAt = (index: number, createdAt: string) =>
        create({ positionId: positionIdAt(index), createdAt, state: 'closed' });
      const listed = async (list: 'open' | 'all') =>
        (await table.listPositions(list)).map((position) => position.positionId);

      it('the lists of positions are empty at first', async () => {
        expect(await table.listPositions('open')).toEqual([]);
        expect(await table.listPositions('all')).toEqual([]);
      });

      it('positions are listed newest first, and by id within the same millisecond', async () => {
        await createAt(2, '2026-10-09T08:00:00.000Z');
        await createAt(3, '2026-10-10T08:00:00.000Z');
        await createAt(1, '2026-10-09T08:00:00.000Z');
        await createAt(4, '2026-10-08T08:00:00.000Z');
        const ids = [3, 2, 1, 4].map(positionIdAt);
        expect(await listed('open')).toEqual(ids);
        expect(await listed('all')).toEqual(ids);
      });

      it.each(['open', 'all'] as const)(
        'the pages of the list %s hold every position once, in its order, also while positions are archived',
        async (list) => {
          const days = ['09', '08', '09', '07', '10', '06'];
          for (const [index, day] of days.entries()) await createAt(index, `2026-10-${day}T08:00:00.000Z`);
          await table.archivePosition(positionIdAt(1));
          const all = await listed(list);
          const pages: string[] = [];
          let after: string | undefined;
          do {
            const page = await table.listPositionPage({ list, after, limit: 2 });
            expect(page.positions.length).toBeLessThanOrEqual(2);
            pages.push(...page.positions.map((position) => position.positionId));
            after = page.next;
            if (after !== undefined) await table.archivePosition(pages.at(-1) ?? '');
          } while (after !== undefined);
          expect(pages).toEqual(all);
        },
      );

      it('a page follows the place of a position also after that was deleted, and its id only before', async () => {
        const days = ['09', '10', '11'];
        for (const [index, day] of days.entries()) await createAt(index, `2026-10-${day}T08:00:00.000Z`);
        const { next } = await table.listPositionPage({ list: 'open', limit: 2 });
        const pageAfter = async (after: string | undefined) =>
          (await table.listPositionPage({ list: 'open', after, limit: 3 })).positions.map(
            (position) => position.positionId,
          );
        expect(await pageAfter(next)).toEqual([positionIdAt(0)]);
        expect(await pageAfter(positionIdAt(1))).toEqual([positionIdAt(0)]);
        await table.deletePosition(positionIdAt(1));
        expect(await pageAfter(next)).toEqual([positionIdAt(0)]);
        expect(await pageAfter(positionIdAt(1))).toEqual([2, 0].map(positionIdAt));
      });

      it('the list returns complete, current positions', async () => {
        const position = { ...fullPosition, state: 'open' as const };
        await table.createPosition(position);
        const saved = await table.savePosition(position, { label: 'changed' });
        expect(await table.listPositions('open')).toStrictEqual([saved]);
      });

      it.each(['closed', 'canceled'] as const)(
        'the open list leaves out an archived position that is %s',
        async (state) => {
          await create({ state });
          expect(await listed('open')).toEqual([positionId]);
          await table.archivePosition(positionId);
          expect(await listed('open')).toEqual([]);
          expect(await listed('all')).toEqual([positionId]);
          await table.archivePosition(positionId);
          expect(await listed('all')).toEqual([positionId]);
        },
      );

      it.each(otherThan('closed', 'canceled'))('a position that is %s is not archived', async (state) => {
        await create({ state });
        await table.archivePosition(positionId);
        expect(await listed('open')).toEqual([positionId]);
      });

      it('archiving a missing position creates nothing', async () => {
        await table.archivePosition(positionId);
        expect(await table.readPosition(positionId)).toBeUndefined();
        expect(await table.listPositions('all')).toEqual([]);
      });

      it('archiving changes nothing else in a position', async () => {
        const position = await create({ state: 'closed' });
        await table.archivePosition(positionId);
        expect(await read()).toStrictEqual(position);
        expect(await table.savePosition(position, { label: 'changed' })).toBeDefined();
        expect(await listed('open')).toEqual([]);
      });

      it('more positions than fit one batch are all listed', async () => {
        const ids = Array.from({ length: 230 }, (_, index) => positionIdAt(index)).toReversed();
        const closed = ids.filter((_, index) => index % 2 === 1);
        await many(ids, (id) => create({ positionId: id, state: closed.includes(id) ? 'closed' : 'open' }));
        expect(await listed('open')).toEqual(ids);
        await many(ids, (id) => table.archivePosition(id));
        expect(await listed('open')).toEqual(ids.filter((id) => !closed.includes(id)));
        expect(await listed('all')).toEqual(ids);
      });

      it('more positions than fit one page of keys are all listed', async () => {
        // A page of a query is 1 MB: about a thousand keys of nearly the maximum length.
        const createdAt = '2026-10-09T08:00:00.000Z'.padEnd(1_000, '0');
        const ids = Array.from({ length: 1_050 }, (_, index) => positionIdAt(index)).toReversed();
        await many(ids, (id) => create({ positionId: id, createdAt }));
        expect(await listed('open')).toEqual(ids);
      }, 60_000);

      it('more positions than fit one response are all listed', async () => {
        // A batch response is at most 16 MB; DynamoDB returns the other keys as unprocessed.
        const label = 'x'.repeat(300_000);
        const ids = Array.from({ length: 60 }, (_, index) => positionIdAt(index)).toReversed();
        await many(ids, (id) => create({ positionId: id, label }));
        expect(await listed('open')).toEqual(ids);
      }, 60_000);
    });

    describe('A claim', () => {
      it.each(states)('a claim takes a position that is %s if that state is legal', async (state) => {
        const { failure: _, ...position } = await create({ state });
        const taken = { ...position, state: 'claimed', claim, epoch: 1, attempt: 1, revision: 1 };
        expect(await table.claimPosition({ positionId, claim, from: [state] })).toStrictEqual({
          kind: 'claimed',
          position: taken,
        });
        expect(await read()).toStrictEqual(taken);
      });

      it.each(states)(
        'a claim of a position that is %s is refused with the position if that state is not legal',
        async (state) => {
          const position = await create({ ...fullPosition, positionId, state } as Partial<Position>);
          const request = { positionId, claim: { ...claim, leaseToken: 'another' }, from: otherThan(state) };
          expect(await table.claimPosition(request)).toStrictEqual({
            kind: 'refused',
            position,
            revoked: false,
          });
          expect(await read()).toStrictEqual(position);
        },
      );

      it('a claim raises epoch, attempt and revision by one and removes the previous failure', async () => {
        const { failure, ...rest } = { ...fullPosition, state: 'failed' as const };
        await create({ ...rest, failure } as Partial<Position>);
        const result = await table.claimPosition({ positionId, claim, from: ['open', 'failed'] });
        expect(result.position).toStrictEqual({
          ...rest,
          state: 'claimed',
          claim,
          epoch: rest.epoch + 1,
          attempt: rest.attempt + 1,
          revision: rest.revision + 1,
        });
        expect(await read()).toStrictEqual(result.position);
      });

      it('a claim of a missing position is refused and creates nothing', async () => {
        expect(await table.claimPosition({ positionId, claim, from: states })).toStrictEqual({
          kind: 'refused',
          position: undefined,
          revoked: false,
        });
        expect(await table.readPosition(positionId)).toBeUndefined();
      });

      it('a claim by a revoked link is refused even if the state is legal', async () => {
        const position = await create();
        await table.createLink(link);
        await table.revokeLink(link, revokedAt);
        expect(await table.claimPosition({ positionId, claim, from: ['open'] })).toStrictEqual({
          kind: 'refused',
          position,
          revoked: true,
        });
        expect(await read()).toStrictEqual(position);
      });

      it('a claim is not refused because another link was revoked', async () => {
        await create();
        await table.revokeLink(linkAt(2), revokedAt);
        await table.revokeLink(linkAt(3), revokedAt);
        expect(await table.claimPosition({ positionId, claim, from: ['open'] })).toMatchObject({
          kind: 'claimed',
        });
      });

      it('a refusal reports a revoked link even if the state is not legal either', async () => {
        const position = await create({ state: 'closed' });
        await table.revokeLink(link, revokedAt);
        expect(await table.claimPosition({ positionId, claim, from: ['open'] })).toStrictEqual({
          kind: 'refused',
          position,
          revoked: true,
        });
      });

      it('one of many concurrent claims succeeds, and the others see its lease token', async () => {
        await create();
        const owners = Array.from({ length: 10 }, (_, index) => `owner${index}`);
        const results = await Promise.all(
          owners.map((owner) =>
            table.claimPosition({ positionId, claim: { ...claim, leaseToken: owner }, from: ['open'] }),
          ),
        );
        const winners = owners.filter((_, index) => results[index]?.kind === 'claimed');
        expect(winners).toHaveLength(1);
        for (const { position } of results) expect(position?.claim?.leaseToken).toBe(winners[0]);
        expect(await read()).toMatchObject({ epoch: 1, attempt: 1, revision: 1 });
      });

      it('a repeated claim returns the first result and claims once', async () => {
        await create();
        const first = await table.claimPosition({ positionId, claim, from: ['open'] });
        expect(await table.claimPosition({ positionId, claim, from: ['open'] })).toStrictEqual(first);
        expect(await read()).toMatchObject({ epoch: 1, attempt: 1, revision: 1 });
      });

      it('a repeated claim returns the first result after its link was revoked', async () => {
        await create();
        const first = await table.claimPosition({ positionId, claim, from: ['open'] });
        await table.revokeLink(link, revokedAt);
        expect(await table.claimPosition({ positionId, claim, from: ['open'] })).toStrictEqual(first);
      });

      it('a repeated claim is refused after a takeover', async () => {
        await create();
        await table.claimPosition({ positionId, claim, from: ['open'] });
        const taken = await table.savePosition(await read(), {
          epoch: 2,
          claim: { ...claim, leaseToken: 'another' },
        });
        expect(await table.claimPosition({ positionId, claim, from: ['open'] })).toStrictEqual({
          kind: 'refused',
          position: taken,
          revoked: false,
        });
      });

      it('a late copy of an ended claim is refused even if the state is legal again', async () => {
        await create();
        await table.claimPosition({ positionId, claim, from: ['open'] });
        const released = await table.savePosition(await read(), { state: 'open', claim: null });
        expect(await table.claimPosition({ positionId, claim, from: ['open'] })).toStrictEqual({
          kind: 'refused',
          position: released,
          revoked: false,
        });
        const other = { ...claim, leaseToken: 'another' };
        expect(await table.claimPosition({ positionId, claim: other, from: ['open'] })).toMatchObject({
          kind: 'claimed',
        });
      });

      it('a repeated claim is refused after the position was closed', async () => {
        await create();
        await table.claimPosition({ positionId, claim, from: ['open'] });
        const closed = await table.savePosition(await read(), { state: 'closed' });
        expect(closed?.claim).toEqual(claim);
        expect(await table.claimPosition({ positionId, claim, from: ['open'] })).toStrictEqual({
          kind: 'refused',
          position: closed,
          revoked: false,
        });
      });
    });

    describe('A claim by a link with a use limit', () => {
      const { linkId } = link;
      const other = linkAt(2).linkId;
      const claimAs = (owner: string, maxUses: number | undefined, by = linkId) =>
        table.claimPosition({
          positionId,
          claim: { ...claim, leaseToken: owner, linkId: by },
          from: ['open'],
          maxUses,
        });
      const release = async () => table.savePosition(await read(), { state: 'open', claim: null });

      it('a claim with a use limit counts one use of its own link', async () => {
        await create({ uses: { [linkId]: 1, [other]: 5 } });
        const result = await claimAs('a', 3);
        expect(result).toMatchObject({ kind: 'claimed', position: { uses: { [linkId]: 2, [other]: 5 } } });
        expect(await read()).toStrictEqual(result.position);
      });

      it('a claim by a used-up link is refused and changes nothing', async () => {
        await create();
        for (const owner of ['a', 'b']) {
          expect(await claimAs(owner, 2)).toMatchObject({ kind: 'claimed' });
          await release();
        }
        const position = await read();
        expect(await claimAs('c', 2)).toStrictEqual({ kind: 'refused', position, revoked: false });
        expect(await read()).toStrictEqual(position);
        expect(position.uses).toEqual({ [linkId]: 2 });
      });

      it('a claim is not refused because another link is used up', async () => {
        await create({ uses: { [other]: 1 } });
        expect(await claimAs('a', 1, other)).toMatchObject({ kind: 'refused' });
        expect(await claimAs('a', 1)).toMatchObject({ kind: 'claimed' });
      });

      it('a repeated claim counts one use', async () => {
        await create();
        const first = await claimAs('a', 1);
        expect(await claimAs('a', 1)).toStrictEqual(first);
        expect((await read()).uses).toEqual({ [linkId]: 1 });
      });

      it('many concurrent claims count one use', async () => {
        await create();
        await Promise.all(['a', 'b', 'c', 'd'].map((owner) => claimAs(owner, 9)));
        expect((await read()).uses).toEqual({ [linkId]: 1 });
      });

      it('a claim without a use limit counts no use', async () => {
        await create();
        expect(await claimAs('a', undefined)).toMatchObject({ kind: 'claimed', position: { uses: {} } });
      });

      it('a save can return a use to its link', async () => {
        await create();
        await claimAs('a', 1);
        await table.savePosition(await read(), { state: 'open', claim: null, uses: { [linkId]: 0 } });
        expect(await claimAs('b', 1)).toMatchObject({ kind: 'claimed', position: { uses: { [linkId]: 1 } } });
      });

      it('a claim with a use limit on a missing position is refused', async () => {
        expect(await claimAs('a', 1)).toStrictEqual({ kind: 'refused', position: undefined, revoked: false });
      });
    });

    describe('A save', () => {
      it('a save sets what changed and leaves the rest', async () => {
        const position = await create(fullPosition);
        const change = {
          state: 'closed',
          epoch: 4,
          attempt: 3,
          entryOrders: [exampleOrder, exampleOrder],
          market: { ...position.market, amountStep: '0.1' },
          lastSync: { at: 5 },
        } as const;
        const saved = await table.savePosition(position, { ...change, entryOrders: [...change.entryOrders] });
        expect(saved).toStrictEqual({ ...fullPosition, ...change, revision: fullPosition.revision + 1 });
        expect(await read()).toStrictEqual(saved);
      });

      it('a save removes attributes that are null', async () => {
        const position = await create(fullPosition);
        const { claim, outcome, failure, attentionReason, label, ...rest } = fullPosition;
        const saved = await table.savePosition(position, {
          state: 'open',
          claim: null,
          outcome: null,
          failure: null,
          attentionReason: null,
          label: null,
        });
        expect(saved).toStrictEqual({ ...rest, state: 'open', revision: rest.revision + 1 });
        expect(await read()).toStrictEqual(saved);
      });

      it('a save may remove attributes that do not exist', async () => {
        const position = await create();
        const saved = await table.savePosition(position, { claim: null, attentionReason: null });
        expect(saved).toStrictEqual({ ...examplePosition, revision: 1 });
        expect(await read()).toStrictEqual(saved);
      });

      it('a save leaves attributes that are undefined', async () => {
        const position = await create(fullPosition);
        const saved = await table.savePosition(position, { label: undefined, claim: undefined } as object);
        expect(saved).toStrictEqual({ ...fullPosition, revision: fullPosition.revision + 1 });
        expect(await read()).toStrictEqual(saved);
      });

      it('a save raises the revision even if nothing changed', async () => {
        const position = await create();
        expect(await table.savePosition(position, {})).toStrictEqual({ ...position, revision: 1 });
        expect(await read()).toStrictEqual({ ...position, revision: 1 });
      });

      it.each([
        ['revision', { revision: 8 }],
        ['newer revision than there is', { revision: 10 }],
        ['epoch', { epoch: 2 }],
        ['state', { state: 'open' as const }],
      ])('a save at another %s is refused and changes nothing', async (_, differing) => {
        const position = await create(fullPosition);
        const result = await table.savePosition({ ...position, ...differing }, { label: 'lost' });
        expect(result).toBeUndefined();
        expect(await read()).toStrictEqual(position);
      });

      it('a save of a missing position is refused and creates nothing', async () => {
        expect(await table.savePosition(examplePosition, { label: 'lost' })).toBeUndefined();
        expect(await table.readPosition(positionId)).toBeUndefined();
      });

      it('a save from before a claim is refused', async () => {
        const position = await create();
        await table.claimPosition({ positionId, claim, from: ['open'] });
        expect(await table.savePosition(position, { entryOrders: [] })).toBeUndefined();
        expect((await read()).entryOrders).toEqual(position.entryOrders);
      });

      it('one of many concurrent saves from the same revision succeeds', async () => {
        const position = await create();
        const labels = Array.from({ length: 10 }, (_, index) => `writer ${index}`);
        const results = await Promise.all(labels.map((label) => table.savePosition(position, { label })));
        const winners = labels.filter((_, index) => results[index] !== undefined);
        expect(winners).toHaveLength(1);
        expect(await read()).toMatchObject({ label: winners[0], revision: 1 });
      });

      it('a save keeps a revocation that came after its read', async () => {
        const position = await create({ state: 'failed' });
        await table.revokeLink(link, revokedAt);
        expect(await table.savePosition(position, { state: 'open', claim: null })).toBeDefined();
        expect(await table.claimPosition({ positionId, claim, from: ['open'] })).toMatchObject({
          kind: 'refused',
          revoked: true,
        });
      });

      it('a save can follow a save without a read in between', async () => {
        const first = await table.savePosition(await create(), { label: 'one', epoch: 1 });
        const second = first && (await table.savePosition(first, { attentionReason: 'two', state: 'kept' }));
        expect(second).toMatchObject({
          label: 'one',
          epoch: 1,
          attentionReason: 'two',
          state: 'kept',
          revision: 2,
        });
        expect(await read()).toStrictEqual(second);
      });
    });

    describe('A deletion', () => {
      it.each(otherThan('claimed'))(
        'a position that is %s can be deleted, and leaves the lists',
        async (state) => {
          await create({ state });
          expect(await table.deletePosition(positionId)).toBe(true);
          expect(await table.readPosition(positionId)).toBeUndefined();
          expect(await table.listPositions('all')).toEqual([]);
        },
      );

      it('a claimed position is not deleted', async () => {
        const position = await create({ state: 'claimed', claim });
        expect(await table.deletePosition(positionId)).toBe(false);
        expect(await read()).toStrictEqual(position);
      });

      it('deleting a missing position returns false', async () => {
        expect(await table.deletePosition(positionId)).toBe(false);
      });

      it('an archived position can be deleted', async () => {
        await create({ state: 'closed' });
        await table.archivePosition(positionId);
        expect(await table.deletePosition(positionId)).toBe(true);
        expect(await table.listPositions('all')).toEqual([]);
      });

      it('a deletion leaves links and other positions', async () => {
        await create();
        await create({ positionId: positionIdAt(1) });
        await table.createLink(link);
        await table.deletePosition(positionId);
        expect(await table.readLink(link.linkId)).toStrictEqual(link);
        expect(await table.listPositions('all')).toHaveLength(1);
      });

      it('either a deletion or a concurrent claim succeeds', async () => {
        await create();
        const [deleted, claimed] = await Promise.all([
          table.deletePosition(positionId),
          table.claimPosition({ positionId, claim, from: ['open'] }),
        ]);
        expect(claimed.kind).toBe(deleted ? 'refused' : 'claimed');
        expect((await table.readPosition(positionId)) === undefined).toBe(deleted);
      });
    });

    describe('A link', () => {
      it.each([
        ['with required attributes only', link],
        ['with every attribute', fullLink],
      ])('a stored record is read back exactly: one %s', async (_, given) => {
        await table.createLink(given);
        expect(await table.readLinkAndPause(given.linkId)).toStrictEqual({ link: given, paused: false });
        expect(await table.readLink(given.linkId)).toStrictEqual(given);
      });

      it('reading a missing link returns undefined', async () => {
        expect(await table.readLink(link.linkId)).toBeUndefined();
        expect(await table.readLinkAndPause(link.linkId)).toStrictEqual({ link: undefined, paused: false });
      });

      it('a link with the id of another conflicts, and the first one stays', async () => {
        await table.createLink(link);
        const other = { ...linkAt(2), linkId: link.linkId };
        await expect(table.createLink(other)).rejects.toMatchObject({ name: 'Fault', code: 'conflict' });
        expect(await table.readLink(link.linkId)).toStrictEqual(link);
      });

      it('creating the same link twice stores it once', async () => {
        await table.createLink(link);
        await table.createLink(link);
        expect(await table.listLinks()).toStrictEqual([link]);
      });

      it('creating a revoked link again leaves it revoked', async () => {
        await table.createLink(link);
        await table.revokeLink(link, revokedAt);
        await table.createLink(link);
        expect((await table.readLink(link.linkId))?.revokedAt).toBe(revokedAt);
      });

      it('links are listed by position and all together, newest first', async () => {
        const other = positionIdAt(7);
        const links = [
          linkAt(1, { createdAt: '2026-10-09T08:00:00.000Z' }),
          linkAt(2, { createdAt: '2026-10-10T08:00:00.000Z' }),
          linkAt(3, { createdAt: '2026-10-09T09:00:00.000Z', positionId: other }),
          linkAt(4, { createdAt: '2026-10-08T08:00:00.000Z' }),
        ];
        for (const each of links) await table.createLink(each);
        const listed = async (id?: string) =>
          (await table.listLinks(id)).map(
            (each) => links.findIndex(({ linkId }) => linkId === each.linkId) + 1,
          );
        expect(await listed(positionId)).toEqual([2, 1, 4]);
        expect(await listed(other)).toEqual([3]);
        expect(await listed(positionIdAt(8))).toEqual([]);
        expect(await listed()).toEqual([2, 3, 1, 4]);
        const listedOf = async (...ids: string[]) =>
          (await table.listLinksOf(ids)).map(
            ({ linkId }) => links.findIndex((each) => each.linkId === linkId) + 1,
          );
        expect(await listedOf(positionId)).toEqual([2, 1, 4]);
        expect(await listedOf(other, positionId)).toEqual([2, 3, 1, 4]);
        expect(await listedOf(other, positionIdAt(8))).toEqual([3]);
        expect(await listedOf()).toEqual([]);
      });

      it('positions and links have separate lists', async () => {
        await create();
        await table.createLink(link);
        expect(await table.listPositions('all')).toStrictEqual([examplePosition]);
        expect(await table.listLinks()).toStrictEqual([link]);
      });

      it('more links than fit one batch are all listed', async () => {
        const links = Array.from({ length: 230 }, (_, index) => linkAt(index));
        await many(links, (each) => table.createLink(each));
        const ids = links.map(({ linkId }) => linkId).sort();
        expect((await table.listLinks(positionId)).map(({ linkId }) => linkId)).toEqual(ids);
      });

      it('a second revocation keeps the time of the first', async () => {
        await create();
        await table.createLink(link);
        await table.revokeLink(link, revokedAt);
        await table.revokeLink(link, later);
        expect(await table.readLink(link.linkId)).toStrictEqual({ ...link, revokedAt });
        expect(await table.listLinks(positionId)).toStrictEqual([{ ...link, revokedAt }]);
      });

      it('a revocation does not change the position or its revision', async () => {
        const position = await create();
        await table.createLink(link);
        await table.revokeLink(link, revokedAt);
        expect(await read()).toStrictEqual(position);
      });

      it('revoking a link of a deleted position does not create the position', async () => {
        await table.createLink(link);
        await table.revokeLink(link, revokedAt);
        expect(await table.readLink(link.linkId)).toStrictEqual({ ...link, revokedAt });
        expect(await table.readPosition(positionId)).toBeUndefined();
        expect(await table.listPositions('all')).toEqual([]);
      });

      it('a link gets another label and expiry, loses either, and keeps the rest', async () => {
        await table.createLink({ ...link, label: 'old', expiresAt: later });
        await table.updateLink(link.linkId, { label: 'new' });
        expect(await table.readLink(link.linkId)).toStrictEqual({ ...link, label: 'new', expiresAt: later });
        await table.updateLink(link.linkId, { label: null, expiresAt: revokedAt });
        expect(await table.listLinks()).toStrictEqual([{ ...link, expiresAt: revokedAt }]);
        await table.updateLink(link.linkId, { expiresAt: null });
        expect(await table.readLink(link.linkId)).toStrictEqual(link);
      });

      it('changing a missing link creates nothing', async () => {
        await table.updateLink(link.linkId, { label: 'new' });
        expect(await table.listLinks()).toEqual([]);
      });

      it('revoking a missing link creates nothing', async () => {
        await table.revokeLink(link, revokedAt);
        expect(await table.readLink(link.linkId)).toBeUndefined();
        expect(await table.listLinks()).toEqual([]);
      });

      it('either a claim succeeds or a concurrent revocation refuses it', async () => {
        await create();
        await table.createLink(link);
        const [claimed] = await Promise.all([
          table.claimPosition({ positionId, claim, from: ['open'] }),
          table.revokeLink(link, revokedAt),
        ]);
        expect(claimed.kind === 'claimed' || claimed.revoked).toBe(true);
        expect((await read()).state).toBe(claimed.kind === 'claimed' ? 'claimed' : 'open');
      });
    });

    describe('A standing link', () => {
      const { positionId: _, ...others } = linkAt(2);
      const standing: Link = { ...others, scope: { tag: 'trend' } };
      const full: Link = {
        ...standing,
        action: 'reduce',
        toPercent: '50',
        follows: 'market-position',
        adopt: true,
        rehearsal: true,
        watch: { every: '5m', missed: 2, then: 'tell' },
      };

      it.each<[Scope]>([
        [{ account: 'main', symbol: 'BTC/USDT', side: 'long' }],
        [{ tag: 'trend' }],
        [{ account: 'main' }],
      ])('a standing link is read back with its scope %o', async (scope) => {
        await table.createLink({ ...full, scope });
        expect(await table.readLink(full.linkId)).toEqual({ ...full, scope });
        expect(await table.listLinks()).toEqual([{ ...full, scope }]);
        expect(await table.listLinks(positionId)).toEqual([]);
        await table.createLink(linkAt(3));
        expect(await table.listStandingLinks()).toEqual([{ ...full, scope }]);
      });

      it('a standing link is revoked at the positions in its scope as well', async () => {
        await create();
        await table.createLink(standing);
        await table.revokeLink(standing, revokedAt, [positionId]);
        expect((await table.readLink(standing.linkId))?.revokedAt).toBe(revokedAt);
        const byLink = { ...exampleClaim, linkId: standing.linkId };
        expect(await table.claimPosition({ positionId, claim: byLink, from: states })).toMatchObject({
          kind: 'refused',
          revoked: true,
        });
      });

      it('a rehearsal ends', async () => {
        await table.createLink(full);
        await table.updateLink(full.linkId, { rehearsal: null });
        expect((await table.readLink(full.linkId))?.rehearsal).toBeUndefined();
      });

      it("a link's watch is replaced, and removed", async () => {
        await table.createLink(full);
        const watch = { every: '1h', missed: 3, then: 'close' } as const;
        await table.updateLink(full.linkId, { watch });
        expect(await table.readLink(full.linkId)).toEqual({ ...full, watch });
        await table.updateLink(full.linkId, { watch: null });
        const { watch: _watch, ...rest } = full;
        expect(await table.readLink(full.linkId)).toEqual(rest);
      });
    });

    describe('The state of a link', () => {
      const { linkId } = linkAt(2);
      const fullState: LinkState = {
        ...unknownLinkState(linkId),
        episode: { positionIds: [positionId], at: 1 },
        unsure: { hit_1: 16 },
        unfinished: { positionIds: [positionId], notBefore: 2, giveUpAt: 3, by: 'link' },
        heard: { position: 'long', time: '2026-11-26T12:00:00Z', at: 4 },
        ownSideAt: 4,
        followed: [positionId],
        unfollowedReported: [positionId],
        beats: { firstAt: 1, lastAt: 4, count: 2, longestGap: { ms: 3, endedAt: 4 } },
        watch: { state: 'alive', since: 4, awakeSince: 1 },
      };

      it('the state of a link is unknown at first, and on no list', async () => {
        expect(await table.readLinkState(linkId)).toEqual(unknownLinkState(linkId));
        expect(await table.listLinkStates()).toEqual([]);
      });

      it('the state of a link is read back, alone and on the list', async () => {
        const saved = await table.saveLinkState(fullState);
        expect(saved).toEqual({ ...fullState, revision: 1 });
        expect(await table.readLinkState(linkId)).toEqual(saved);
        expect(await table.listLinkStates()).toEqual([saved]);
      });

      it('one of many concurrent writes of a state from the same revision succeeds', async () => {
        const saved = await Promise.all(Array.from({ length: 8 }, () => table.saveLinkState(fullState)));
        expect(saved.filter((each) => each !== undefined)).toHaveLength(1);
        const again = await Promise.all(
          Array.from({ length: 8 }, () => table.saveLinkState({ ...fullState, revision: 1 })),
        );
        expect(again.filter((each) => each !== undefined)).toHaveLength(1);
        expect((await table.readLinkState(linkId)).revision).toBe(2);
      });

      it('a state that has ended is on no list and can still be read', async () => {
        const saved = await table.saveLinkState({ ...fullState, ended: true });
        expect(await table.listLinkStates()).toEqual([]);
        expect(await table.readLinkState(linkId)).toEqual(saved);
      });

      it('a state does not change its link', async () => {
        await table.createLink(linkAt(2));
        await table.saveLinkState(fullState);
        expect(await table.readLink(linkId)).toEqual(linkAt(2));
        expect(await table.listLinks()).toEqual([linkAt(2)]);
      });
    });

    describe('A hit as a whole', () => {
      it('it is listed with its link, and on no list of all hits', async () => {
        const { positionId: __, ...hit } = exampleHit;
        const whole = { ...hit, positions: [{ positionId, outcome: 'closed' }] };
        await table.recordHit(whole, Date.parse(later));
        expect(await table.listHits(linkAt(1).linkId, 10)).toEqual([whole]);
        expect(await table.listHitsSince('0', 10)).toEqual([]);
      });

      it('without a position it is on the list of all hits', async () => {
        const { positionId: __, ...hit } = exampleHit;
        await table.recordHit(hit, Date.parse(later));
        expect(await table.listHits(linkAt(1).linkId, 10)).toEqual([hit]);
        expect(await table.listHitsSince('0', 10)).toEqual([hit]);
      });
    });

    describe('The kill switch', () => {
      it('links are not paused at first', async () => {
        expect((await table.readStatus()).paused).toBe(false);
      });

      it('every link read returns the current kill switch', async () => {
        await table.createLink(link);
        for (const paused of [true, true, false, false, true]) {
          await table.setPaused(paused);
          expect((await table.readStatus()).paused).toBe(paused);
          expect(await table.readLinkAndPause(link.linkId)).toStrictEqual({ link, paused });
          expect(await table.readLinkAndPause(linkAt(2).linkId)).toStrictEqual({ link: undefined, paused });
        }
      });

      it('the end of a pause is stored with it, replaced by the next pause, and removed when links resume', async () => {
        await table.createLink(link);
        const [first, second] = ['2026-11-27T13:00:00.000Z', '2026-11-28T13:00:00.000Z'];
        for (const pausedUntil of [first, second]) {
          await table.setPaused(true, pausedUntil);
          expect(await table.readStatus()).toStrictEqual({ paused: true, pausedUntil });
          const read = await table.readLinkAndPause(link.linkId);
          expect(read).toStrictEqual({ link, paused: true, pausedUntil });
        }
        await table.setPaused(true);
        expect(await table.readStatus()).toStrictEqual({ paused: true });
        await table.setPaused(true, first);
        await table.setPaused(false);
        expect(await table.readLinkAndPause(link.linkId)).toStrictEqual({ link, paused: false });
      });

      it('the last sweep is reported with it, and neither changes the other', async () => {
        expect(await table.readStatus()).toStrictEqual({ paused: false });
        for (const sweptAt of ['2026-10-09T00:00:00.000Z', '2026-10-09T00:01:00.000Z']) {
          await table.recordSweep(sweptAt);
          expect(await table.readStatus()).toStrictEqual({ paused: false, sweptAt });
        }
        await table.setPaused(true);
        expect(await table.readStatus()).toStrictEqual({ paused: true, sweptAt: '2026-10-09T00:01:00.000Z' });
      });

      it('the accounts in use are those that the last sweep noted', async () => {
        const sweptAt = '2026-10-09T00:00:00.000Z';
        const accountsInUse = [{ account: 'main', exchange: 'bybit' }];
        await table.recordSweep(sweptAt, accountsInUse);
        expect(await table.readStatus()).toStrictEqual({ paused: false, sweptAt, accountsInUse });
        await table.recordSweep(sweptAt);
        expect(await table.readStatus()).toStrictEqual({ paused: false, sweptAt });
      });

      it('the kill switch is on no list', async () => {
        await table.setPaused(true);
        expect(await table.listPositions('all')).toEqual([]);
        expect(await table.listLinks()).toEqual([]);
      });
    });

    describe('A marker', () => {
      const place = { account: 'main', symbol: 'BTC/USDT:USDT', side: 'long' } as const;
      const at = Date.parse(later);
      const never = Date.parse('2100-01-01');

      it('a market without a marker has none', async () => {
        expect(await table.listMarked(place, 0)).toEqual([]);
      });

      it('all positions that many writers mark at once are listed', async () => {
        const ids = Array.from({ length: 20 }, (_, index) => positionIdAt(index));
        await many(ids, (id) => table.markPosition(place, id, at, never));
        expect((await table.listMarked(place, at - 1)).toSorted()).toEqual(ids.toSorted());
      });

      it('a marker is listed only for its account, market and side', async () => {
        await table.markPosition(place, positionId, at, never);
        const others = [{ account: 'other' }, { symbol: 'ETH/USDT:USDT' }, { side: 'short' }] as const;
        for (const other of others) expect(await table.listMarked({ ...place, ...other }, 0)).toEqual([]);
      });

      it('a marker that is older than asked for is not listed', async () => {
        await table.markPosition(place, positionId, at, never);
        expect(await table.listMarked(place, at + 1)).toEqual([]);
      });

      it('a marker is on no list of positions', async () => {
        await table.markPosition(place, positionId, at, never);
        expect(await table.listPositions('all')).toEqual([]);
      });
    });

    describe('The health of the accounts', () => {
      it('is unknown before the first write', async () => {
        expect(await table.readAccountHealth()).toStrictEqual(unknownHealth);
      });

      it('is read as it was written, at the next revision', async () => {
        const trouble = { code: 'exchange-refused', why: 'No.', since: 1, looks: 2 };
        const written = { ...unknownHealth, lookedAt: 5, troubles: { main: trouble } };
        const stored = await table.saveAccountHealth(written);
        expect(stored).toStrictEqual({ ...written, revision: 1 });
        expect(await table.readAccountHealth()).toStrictEqual(stored);
      });

      it('is written by one of two writers that read the same revision', async () => {
        const [first] = [await table.saveAccountHealth(unknownHealth)];
        expect(await table.saveAccountHealth({ ...unknownHealth, lookedAt: 9 })).toBeUndefined();
        expect(await table.readAccountHealth()).toStrictEqual(first);
      });

      it('is on no list', async () => {
        await table.saveAccountHealth(unknownHealth);
        expect(await table.listPositions('all')).toEqual([]);
        expect(await table.listLinks()).toEqual([]);
      });
    });

    describe('A hit', () => {
      const never = Date.parse('2100-01-01');
      const listed = async (limit = 100, id = positionId) =>
        (await table.listHits(id, limit)).map(({ hitId }) => hitId);

      it.each([
        ['with required attributes only', exampleHit],
        ['with every attribute', fullHit],
      ])('a stored record is read back exactly: one %s', async (_, hit) => {
        await table.recordHit(hit, never);
        expect(await table.listHits(positionId, 10)).toStrictEqual([hit]);
      });

      it('hits are listed by position, newest first, and by descending id within the same millisecond', async () => {
        const [earlier, same, newest] = [1, 2, 3].map((hour) => `2026-10-09T0${hour}:00:00.000Z`);
        const hits: [string, string | undefined][] = [
          ['b', same],
          ['d', newest],
          ['a', same],
          ['c', earlier],
        ];
        for (const [hitId, at = ''] of hits) await table.recordHit({ ...exampleHit, hitId, at }, never);
        expect(await listed()).toEqual(['d', 'b', 'a', 'c']);
        expect(await listed(2)).toEqual(['d', 'b']);
        expect(await listed(100, positionIdAt(1))).toEqual([]);
      });

      it('the hits of all positions after a time are listed, the latest ones if there are more', async () => {
        const at = (second: number) => `2026-10-09T00:00:0${second}.000Z`;
        for (const [index, hitId] of ['a', 'b', 'c'].entries())
          await table.recordHit(
            { ...exampleHit, hitId, at: at(index), positionId: positionIdAt(index) },
            never,
          );
        const since = async (after: string, limit: number) =>
          (await table.listHitsSince(after, limit)).map(({ hitId }) => hitId);
        expect(await since('0', 10)).toEqual(['c', 'b', 'a']);
        expect(await since('0', 2)).toEqual(['c', 'b']);
        expect(await since(at(1), 10)).toEqual(['c', 'b']);
        expect(await since(at(3), 10)).toEqual([]);
      });

      it('the hits before a place are listed page by page, of one position or of all', async () => {
        const at = '2026-10-09T00:00:01.000Z';
        for (const [hitId, position] of [
          ['hit_a', 0],
          ['hit_b', 1],
          ['hit_c', 0],
        ] as const)
          await table.recordHit({ ...exampleHit, hitId, at, positionId: positionIdAt(position) }, never);
        const later = '2026-10-09T00:00:02.000Z';
        const ids = (hits: { hitId: string }[]) => hits.map(({ hitId }) => hitId);
        expect(ids(await table.listHitsBefore(later, 2))).toEqual(['hit_c', 'hit_b']);
        expect(ids(await table.listHitsBefore(toHitPlace({ ...exampleHit, at, hitId: 'hit_b' }), 2))).toEqual(
          ['hit_a'],
        );
        expect(ids(await table.listHitsBefore(at, 2))).toEqual([]);
        expect(ids(await table.listHits(positionIdAt(0), 9, later))).toEqual(['hit_c', 'hit_a']);
        const place = toHitPlace({ ...exampleHit, at, hitId: 'hit_c' });
        expect(ids(await table.listHits(positionIdAt(0), 9, place))).toEqual(['hit_a']);
      });

      it('hits are listed up to the limit, even if they are more than one response of DynamoDB', async () => {
        // One response ends at 1 MB.
        const why = 'x'.repeat(300_000);
        const hitIds = ['hit_a', 'hit_b', 'hit_c', 'hit_d', 'hit_e'];
        for (const hitId of hitIds) await table.recordHit({ ...exampleHit, hitId, why }, never);
        expect(await listed(5)).toEqual(hitIds.toReversed());
        expect(await listed(4)).toEqual(hitIds.toReversed().slice(0, 4));
      });

      it('recording a hit twice stores it once', async () => {
        await table.recordHit(exampleHit, never);
        await table.recordHit(exampleHit, never);
        expect(await table.listHits(positionId, 10)).toStrictEqual([exampleHit]);
      });

      it('hits of two positions with the same id and time are separate', async () => {
        const other = { ...exampleHit, positionId: positionIdAt(1) };
        await table.recordHit(exampleHit, never);
        await table.recordHit(other, never);
        expect(await table.listHits(positionId, 10)).toStrictEqual([exampleHit]);
        expect(await table.listHits(other.positionId, 10)).toStrictEqual([other]);
      });

      it('hits stay after their position was deleted', async () => {
        await create();
        await table.recordHit(exampleHit, never);
        await table.deletePosition(positionId);
        expect(await listed()).toEqual([exampleHit.hitId]);
        expect(await table.listPositions('all')).toEqual([]);
      });
    });
  });
}
