import { expect, test } from 'vitest';
import { blockMarket, mayHaveSent } from '../../../lib/close/market-block.ts';
import type { Position } from '../../../lib/position/position.ts';
import { createMemoryStore } from '../../simulation/memory-store.ts';
import { exampleClaim, examplePosition, positionIdAt } from '../position/example-position.ts';

const own: Position = { ...examplePosition, exchange: 'whitebit', positionId: positionIdAt(1), attempt: 2 };
const other: Position = { ...own, positionId: positionIdAt(2), attempt: 1 };

async function startStore(...positions: Position[]) {
  const store = createMemoryStore();
  for (const position of positions) await store.createPosition(position);
  return store;
}

test('an attempt that has not blocked its market has sent nothing', async () => {
  const store = await startStore(own);
  expect(await mayHaveSent(store, own)).toBe(false);
  expect(await blockMarket(store, own)).toBeUndefined();
  expect(await mayHaveSent(store, own)).toBe(true);
});

test.each(['claimed', 'needs-attention'] as const)(
  'a position that is %s blocks the others',
  async (state) => {
    const holder = { ...other, state, claim: exampleClaim, attentionReason: 'unknown' } as Position;
    const store = await startStore(holder, own);
    await blockMarket(store, holder);
    expect(await blockMarket(store, own)).toMatchObject({ positionId: holder.positionId });
    expect(await mayHaveSent(store, own)).toBe(false);
  },
);

test('a position with a result blocks no other', async () => {
  const store = await startStore(other, own);
  await blockMarket(store, other);
  expect(await blockMarket(store, own)).toBeUndefined();
});

test('a process that wakes up late takes no block from a later attempt', async () => {
  const store = await startStore(own);
  await blockMarket(store, own);
  expect(await blockMarket(store, { ...own, attempt: 1 })).toBeDefined();
  expect(await mayHaveSent(store, own)).toBe(true);
});

test.each([{ account: 'another' }, { symbol: 'ETH/USDT' }])(
  'another %o is not blocked',
  async (difference) => {
    const holder = { ...other, state: 'claimed', claim: exampleClaim } as Position;
    const store = await startStore(holder, own);
    await blockMarket(store, holder);
    expect(await blockMarket(store, { ...own, ...difference })).toBeUndefined();
  },
);
