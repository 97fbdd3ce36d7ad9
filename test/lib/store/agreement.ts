import fc from 'fast-check';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { Fault } from '../../../lib/fault.ts';
import { type Position, type State, stateSchema } from '../../../lib/position/position.ts';
import type { PositionChange, Store } from '../../../lib/store/store.ts';
import { createMemoryStore } from '../../simulation/memory-store.ts';
import { exampleHit } from '../link/example-hit.ts';
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

const few = fc.nat({ max: 2 });
const state = fc.constantFrom(...stateSchema.options);
/** Two times only, so that some coincide. */
const moment = fc.constantFrom('2026-10-09T08:00:00.000Z', '2026-10-10T08:00:00.000Z');
const list = fc.constantFrom('open' as const, 'all' as const);
const claim = fc.record({ link: few, owner: few, notSent: fc.boolean() }).map(({ link, owner, notSent }) => ({
  ...exampleClaim,
  linkId: linkAt(link).linkId,
  leaseToken: `owner${owner}`,
  ...(notSent ? { phase: 'not-sent' as const } : {}),
}));
function orUndefined<Value>(value: fc.Arbitrary<Value>) {
  return fc.option(value, { nil: undefined });
}
/** @returns what a position in this state requires. */
function toRequired(state: State | undefined): PositionChange {
  const { claim, failure, attentionReason } = examplePositionIn(state ?? 'open');
  return {
    ...(claim === undefined ? {} : { claim }),
    ...(failure === undefined ? {} : { failure }),
    ...(attentionReason === undefined ? {} : { attentionReason }),
  };
}
function orNull<Value>(value: Value) {
  return fc.constantFrom(value, null);
}
const anyChange = fc.record(
  {
    state,
    epoch: fc.nat({ max: 5 }),
    attempt: fc.nat({ max: 5 }),
    claim: fc.option(claim),
    outcome: orNull(exampleOutcome),
    failure: orNull(fullPosition.failure),
    attentionReason: orNull('check'),
    entryOrders: fc.array(fc.constant(exampleOrder), { maxLength: 2 }),
    exitOrders: fc.constant(fullPosition.exitOrders),
    market: fc.constantFrom(examplePosition.market, fullPosition.market),
    declaredSize: fc.constant(fullPosition.declaredSize),
    lastSync: fc.record({ at: fc.nat() }),
    uses: fc.dictionary(
      few.map((index) => linkAt(index).linkId),
      few,
      { noNullPrototype: true },
    ),
    label: orUndefined(fc.option(fc.string({ unit: 'grapheme' }))),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<PositionChange>;
/** Mostly with what the new state requires; the store must refuse a change that lacks it. */
const change = fc
  .tuple(anyChange, fc.nat({ max: 3 }))
  .map(([given, chance]) => (chance === 0 ? given : { ...given, ...toRequired(given.state) }));

const operation = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('create' as const), which: few, state, moment }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('read' as const), which: few }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('list' as const), list }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('claim' as const),
      which: few,
      claim,
      from: fc.uniqueArray(state, { minLength: 1 }),
      maxUses: orUndefined(fc.integer({ min: 1, max: 3 })),
    }),
  },
  // From a position read some steps ago, so that many saves are stale.
  { weight: 6, arbitrary: fc.record({ do: fc.constant('save' as const), ago: fc.nat({ max: 4 }), change }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('archive' as const), which: few }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), which: few }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('create-link' as const),
      which: few,
      of: few,
      moment,
      isOther: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('read-link' as const), which: few }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('open-link' as const), which: few }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('pause' as const),
      paused: fc.boolean(),
      until: fc.option(moment, { nil: undefined }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('record-hit' as const), which: few, of: few, moment }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('list-hits' as const),
      of: few,
      limit: fc.constantFrom(1, 2, 99),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('list-links' as const), of: orUndefined(few) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('revoke' as const), which: few, of: few, moment }) },
);
type Operation = typeof operation extends fc.Arbitrary<infer Value> ? Value : never;

/** Runs the operations in order. @returns each result, and the lists at the end. */
async function run(table: Store, operations: Operation[]): Promise<unknown[]> {
  const seen: Position[] = [];
  const results: unknown[] = [];
  for (const each of operations) {
    const result = await take(table, each, seen).catch((thrown: unknown) => {
      if (thrown instanceof Fault) return thrown.code;
      if (thrown instanceof z.ZodError) return 'invalid';
      throw thrown;
    });
    results.push(result);
  }
  const standing = [table.listPositions('open'), table.listPositions('all'), table.listLinks()];
  return [...results, ...(await Promise.all(standing))];
}

async function take(table: Store, each: Operation, seen: Position[]): Promise<unknown> {
  const see = (position: Position | undefined) => {
    if (position !== undefined) seen.unshift(position);
    return position;
  };
  switch (each.do) {
    case 'create': {
      const { state, moment: createdAt } = each;
      const position = examplePositionIn(state, { positionId: positionIdAt(each.which), createdAt });
      const created = await table.createPosition(position);
      if (created) see(position);
      return created;
    }
    case 'read':
      return see(await table.readPosition(positionIdAt(each.which)));
    case 'list':
      return table.listPositions(each.list);
    case 'claim': {
      const { claim, from, maxUses } = each;
      const positionId = positionIdAt(each.which);
      const result = await table.claimPosition({ positionId, claim, from, maxUses });
      see(result.position);
      return result;
    }
    case 'save': {
      const position = seen[each.ago];
      return position && see(await table.savePosition(position, each.change));
    }
    case 'archive':
      return table.archivePosition(positionIdAt(each.which));
    case 'delete':
      return table.deletePosition(positionIdAt(each.which));
    case 'create-link': {
      const { linkId } = linkAt(each.which);
      const createdAt = each.moment;
      const positionId = positionIdAt(each.of);
      return table.createLink(linkAt(each.isOther ? 9 : each.which, { linkId, createdAt, positionId }));
    }
    case 'read-link':
      return table.readLink(linkAt(each.which).linkId);
    case 'open-link':
      return table.readLinkAndPause(linkAt(each.which).linkId);
    case 'pause':
      return table
        .setPaused(each.paused, each.until && new Date(each.until).toISOString())
        .then(() => table.readStatus());
    case 'record-hit': {
      const { which, of, moment: at } = each;
      const hit = { ...exampleHit, hitId: `hit${which}`, positionId: positionIdAt(of), at };
      return table.recordHit(hit, Date.parse('2100-01-01'));
    }
    case 'list-hits':
      return table.listHits(positionIdAt(each.of), each.limit);
    case 'list-links':
      return table.listLinks(each.of === undefined ? undefined : positionIdAt(each.of));
    case 'revoke':
      return table.revokeLink(linkAt(each.which, { positionId: positionIdAt(each.of) }), each.moment);
  }
}

/** Every sequence of operations has the same results in the store as in the model. */
export function itAgreesWithTheModel(makeTable: () => Promise<Store>): void {
  it('every sequence of operations has the same results as in the model', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(operation, { minLength: 1, maxLength: 40, size: 'max' }),
        async (operations) => {
          expect(await run(await makeTable(), operations)).toStrictEqual(
            await run(createMemoryStore(), operations),
          );
        },
      ),
      { seed: runSeed, numRuns: 30 },
    );
  }, 60_000);
}
