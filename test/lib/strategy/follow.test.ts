import { describe, expect, it } from 'vitest';
import { unknownLinkState } from '../../../lib/link/link-state.ts';
import { hear } from '../../../lib/strategy/follow.ts';
import { noteBeat } from '../../../lib/strategy/watch.ts';
import { Random } from '../../simulation/random.ts';
import { type Staged, type StandingStage, setStandingStage } from '../../simulation/standing-stage.ts';

const minuteMs = 60_000;
const linkId = 'lnk_0000000000000000';
const [long, short] = [
  { positionId: 'pos_long00000000', side: 'long' as const },
  { positionId: 'pos_short0000000', side: 'short' as const },
];

it('A link for both sides follows one and acts on the other with the same message', () => {
  const options = { rehearses: false, side: undefined, ended: [], newer: [], now: 1 };
  const state = hear(unknownLinkState(linkId), { position: 'short' }, [long, short], options).state;
  const { followed, targets } = hear(state, { position: 'long' }, [long, short], { ...options, now: 2 });
  expect([followed, targets]).toEqual([[long.positionId], [short.positionId]]);
});

it('Ended positions are forgotten', () => {
  const options = { rehearses: false, side: undefined, ended: [], newer: [], now: 1 };
  const state = hear(unknownLinkState(linkId), { position: 'long' }, [long], options).state;
  const ended = [long.positionId];
  expect(hear(state, { position: 'flat' }, [], { ...options, ended }).state).toMatchObject({ followed: [] });
});

it('A position that a list lacks is still followed, and a later "flat" acts on it', () => {
  const options = { rehearses: false, side: undefined, ended: [], newer: [], now: 1 };
  const state = hear(unknownLinkState(linkId), { position: 'long' }, [long], options).state;
  const unlisted = hear(state, { position: 'flat' }, [], options).state;
  expect(hear(unlisted, { position: 'flat' }, [long], options).targets).toEqual([long.positionId]);
});

const leftByWatch = {
  ...unknownLinkState(linkId),
  unfinished: { positionIds: [long.positionId], notBefore: 0, giveUpAt: 300_000, by: 'watch' as const },
};

it('A beat drops what the watch has left to do', () => {
  expect(noteBeat(leftByWatch, 1).unfinished).toBeUndefined();
});

it.each(['long', 'flat'] as const)('The message "%s" drops what the watch has left to do', (position) => {
  const options = { rehearses: false, side: undefined, ended: [], newer: [], now: 1 };
  expect(hear(leftByWatch, { position }, [long], options).state.unfinished).toBeUndefined();
});

/** One message of the strategy, and when it is delivered. */
interface Delivery {
  at: number;
  bar: number;
  state: 'long' | 'flat';
}

/** A strategy that changes its mind now and then, and what becomes of its messages on their way. */
function planDeliveries(random: Random, bars: number): Delivery[] {
  const deliveries: Delivery[] = [];
  let state: Delivery['state'] = 'long';
  for (let bar = 1; bar <= bars; bar += 1) {
    if (random.chance(0.3)) state = state === 'long' ? 'flat' : 'long';
    const isLost = random.chance(0.2);
    const lateBars = random.chance(0.2) ? random.between(1, 3) : 0;
    const at = (bar + lateBars) * minuteMs + random.between(0, 20_000);
    const copies = random.chance(0.3) ? random.between(2, 4) : 1;
    for (let copy = 0; copy < (isLost ? 0 : copies); copy += 1)
      deliveries.push({ at: at + copy * random.between(0, 40_000), bar, state });
  }
  // One more message gets through after all others.
  deliveries.push({ at: (bars + 9) * minuteMs, bar: bars + 1, state });
  return deliveries.toSorted((a, b) => a.at - b.at);
}

interface World {
  stage: StandingStage;
  startedAt: number;
  open: { staged: Staged; markedAt: number | undefined }[];
}

async function deliver(world: World, { at, bar, state }: Delivery, newest: number): Promise<string[]> {
  const { stage, startedAt, open } = world;
  stage.environment.time = Math.max(stage.environment.time, startedAt + at);
  const before = open.map(({ staged }) => stage.closes(staged));
  const message = `${state} ${new Date(startedAt + bar * minuteMs).toISOString()}`;
  await stage.during(() => stage.hit({ message, hasBody: true }));
  const wrong: string[] = [];
  for (const [index, each] of open.entries()) {
    const hasClosed = stage.closes(each.staged) > (before[index] ?? 0);
    if (hasClosed && each.markedAt === undefined) wrong.push(`bar ${bar} closed an unfollowed position`);
    if (hasClosed && (state === 'long' || bar < newest)) wrong.push(`bar ${bar} closed while it was long`);
    if (state === 'long' && bar > newest) each.markedAt ??= bar;
  }
  return wrong;
}

async function run(seed: number): Promise<string[]> {
  const random = new Random(seed);
  const stage = await setStandingStage({ follows: 'market-position' });
  const world: World = { stage, startedAt: stage.environment.time - 60 * minuteMs, open: [] };
  stage.environment.time = world.startedAt;
  const deliveries = planDeliveries(random, 12);
  const wrong: string[] = [];
  let newest = 0;
  for (const delivery of deliveries) {
    if (random.chance(0.2)) world.open.push({ staged: await stage.open(), markedAt: undefined });
    wrong.push(...(await deliver(world, delivery, newest)));
    newest = Math.max(newest, delivery.bar);
  }
  const last = deliveries.at(-1)?.state;
  for (const { staged, markedAt } of world.open) {
    const isOpen = stage.closes(staged) === 0;
    if (last === 'flat' && markedAt !== undefined && isOpen) wrong.push('a followed position stayed open');
    if (stage.closes(staged) > 1) wrong.push('a position was closed twice');
  }
  return wrong.map((what) => `seed ${seed}: ${what}`);
}

describe('1,000 random orders of messages', () => {
  it('end flat exactly when the strategy is flat, and close nothing that is not followed', async () => {
    const wrong: string[] = [];
    for (let seed = 1; seed <= 1_000; seed += 1) wrong.push(...(await run(seed)));
    expect(wrong).toEqual([]);
  });
});
