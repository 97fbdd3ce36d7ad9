import { describe, expect, it } from 'vitest';
import { type Intent, newClaim } from '../../../lib/close/claim.ts';
import { executeAction } from '../../../lib/close/execute-action.ts';
import { claimableStates } from '../../../lib/close/transitions.ts';
import type { Position } from '../../../lib/position/position.ts';
import { leaseMs } from '../../../lib/position/timing.ts';
import { type Stage, setStage } from '../../simulation/harness.ts';
import { exampleOutcome } from '../position/example-position.ts';

const mine = { actor: 'link', linkId: 'lnk_0123456789abcdef' } as const;
const other = { actor: 'link', linkId: 'lnk_fedcba9876543210' } as const;
const operator = { actor: 'operator' } as const;

/** Another claim that does not end while the test runs. */
async function holdClaim({ services, position, environment }: Stage, intent: Intent): Promise<void> {
  const { positionId } = position;
  const claim = newClaim(services, intent);
  await services.store.claimPosition({
    positionId,
    claim,
    from: claimableStates(intent.action),
    maxUses: undefined,
  });
  // The stage's lease tokens differ only by time.
  environment.time += 1;
}

function run({ services, position, during }: Stage, intent: Intent, maxUses?: number) {
  return during(() => executeAction(services, position.positionId, intent, maxUses));
}

describe('a claim in progress', () => {
  it.each<[string, Intent, Intent, 'refused' | 'busy']>([
    ['to close all covers a keep', { ...other, action: 'close' }, { ...mine, action: 'keep' }, 'refused'],
    ['to close all covers a close', { ...other, action: 'close' }, { ...mine, action: 'close' }, 'refused'],
    ['to keep covers a keep', { ...other, action: 'keep' }, { ...mine, action: 'keep' }, 'refused'],
    ['to keep does not cover a close', { ...other, action: 'keep' }, { ...mine, action: 'close' }, 'busy'],
    [
      'to close a part does not cover a close',
      { ...other, action: 'close', percent: 50 },
      { ...mine, action: 'close' },
      'busy',
    ],
    [
      'to reduce to a target does not cover a close',
      { ...other, action: 'close', toPercent: '50' },
      { ...mine, action: 'close' },
      'busy',
    ],
    [
      "of a link's watch to reduce does not cover the link",
      { ...mine, actor: 'watch', action: 'close', toPercent: '50' },
      { ...mine, action: 'close' },
      'busy',
    ],
    [
      'to close a part does not cover a keep',
      { ...other, action: 'close', percent: 50 },
      { ...mine, action: 'keep' },
      'busy',
    ],
    [
      'of the same link covers a resend',
      { ...mine, action: 'keep' },
      { ...mine, action: 'close' },
      'refused',
    ],
    [
      'of the operator does not cover a link',
      { ...operator, action: 'keep' },
      { ...mine, action: 'close' },
      'busy',
    ],
  ])('%s', async (_, held, intent, kind) => {
    const stage = await setStage();
    await holdClaim(stage, held);
    const startedAt = stage.environment.time;
    expect(await run(stage, intent)).toMatchObject({
      kind,
      position: { state: 'claimed' },
      ...(kind === 'refused' ? { revoked: false } : {}),
    });
    expect(stage.environment.time - startedAt).toBe(kind === 'busy' ? 7 * 250 : 0);
    expect(stage.book.of('close')).toEqual([]);
  });

  it('is waited for', async () => {
    const stage = await setStage({ market: 'perpetual' });
    const { services, position, environment, during } = stage;
    const [first, second] = await Promise.all([
      run(stage, { ...other, action: 'close', percent: 50 }),
      during(async () => {
        await environment.sleep(1);
        return executeAction(services, position.positionId, { ...mine, action: 'close' });
      }),
    ]);
    expect([first, second]).toMatchObject([{ kind: 'ran' }, { kind: 'ran' }]);
    expect(stage.book.of('close')).toMatchObject([{ amount: 50 }, { amount: 50 }]);
    expect((await stage.now()).state).toBe('closed');
  });
});

describe('a claim that cannot be made', () => {
  it('is refused if the position is closed', async () => {
    const stage = await setStage(
      {},
      (adopted) => ({ ...adopted, state: 'closed', outcome: exampleOutcome }) as Position,
    );
    expect(await run(stage, { ...mine, action: 'close' })).toMatchObject({
      kind: 'refused',
      position: { state: 'closed' },
      revoked: false,
    });
  });

  it('is refused if there is no such position', async () => {
    const { services, during } = await setStage();
    const intent = { ...mine, action: 'close' } as const;
    expect(await during(() => executeAction(services, 'pos_none', intent))).toMatchObject({
      kind: 'refused',
      position: undefined,
    });
  });

  it('is refused if the link has no use left', async () => {
    const stage = await setStage({}, (adopted) => ({ ...adopted, uses: { [mine.linkId]: 1 } }));
    expect(await run(stage, { ...mine, action: 'close' }, 1)).toMatchObject({ kind: 'refused' });
    expect(await run(stage, { ...mine, action: 'close' }, 2)).toMatchObject({ kind: 'ran' });
  });
});

describe('a claim that lost a race while the position was open', () => {
  /** The first claims are refused although the position is open, as by a claim that was given back before the read. */
  const refuseFirst = ({ services, position }: Stage, count: number) => {
    const { store } = services;
    const claimPosition = store.claimPosition;
    let refused = 0;
    store.claimPosition = async (request) => {
      refused += 1;
      return refused > count ? claimPosition(request) : { kind: 'refused', position, revoked: false };
    };
  };

  it.each([1, 7])('is tried again (%i times)', async (count) => {
    const stage = await setStage();
    refuseFirst(stage, count);
    const startedAt = stage.environment.time;
    expect(await run(stage, { ...mine, action: 'close' })).toMatchObject({ kind: 'ran' });
    expect(stage.environment.time - startedAt).toBeGreaterThanOrEqual(count * 250);
  });

  it('is tried again while the link has a use left', async () => {
    const stage = await setStage({}, (adopted) => ({ ...adopted, uses: { [mine.linkId]: 1 } }));
    refuseFirst(stage, 1);
    expect(await run(stage, { ...mine, action: 'close' }, 2)).toMatchObject({ kind: 'ran' });
  });

  it('is not tried again without a use left', async () => {
    const stage = await setStage({}, (adopted) => ({ ...adopted, uses: { [mine.linkId]: 1 } }));
    const startedAt = stage.environment.time;
    expect(await run(stage, { ...mine, action: 'close' }, 1)).toMatchObject({ kind: 'refused' });
    expect(stage.environment.time).toBe(startedAt);
  });

  it('has no time left after eight tries, or is refused if the position is gone', async () => {
    const stage = await setStage();
    refuseFirst(stage, 8);
    const intent = { ...mine, action: 'close' } as const;
    // No other action is in progress, so none is reported.
    expect(await run(stage, intent)).toEqual({ kind: 'out-of-time' });
    refuseFirst(stage, 8);
    stage.services.store.readPosition = async () => undefined;
    expect(await run(stage, intent)).toMatchObject({ kind: 'refused', position: undefined, revoked: false });
  });
});

describe('an abandoned claim', () => {
  const abandon = async (stage: Stage, intent: Intent) => {
    await holdClaim(stage, intent);
    stage.environment.time += leaseMs + 1;
  };

  it('that a resend finds unproven is answered as pending', async () => {
    const stage = await setStage();
    await abandon(stage, { ...mine, action: 'close' });
    expect(await run(stage, { ...mine, action: 'close' })).toMatchObject({
      kind: 'ran',
      execution: { result: { kind: 'pending' }, position: { state: 'claimed' } },
    });
  });

  it('of another link that is unproven and covers the action is answered as pending', async () => {
    const stage = await setStage();
    await abandon(stage, { ...other, action: 'close' });
    expect(await run(stage, { ...mine, action: 'close' })).toMatchObject({
      kind: 'ran',
      execution: { result: { kind: 'pending' } },
    });
  });

  it('to close a part that is unproven keeps a close busy', async () => {
    const stage = await setStage();
    await abandon(stage, { ...other, action: 'close', percent: 50 });
    expect(await run(stage, { ...mine, action: 'close' })).toMatchObject({ kind: 'busy' });
  });

  it('is completed by a resend, which is answered with its result', async () => {
    const stage = await setStage();
    await abandon(stage, { ...mine, action: 'keep' });
    expect(await run(stage, { ...mine, action: 'keep' })).toMatchObject({
      kind: 'ran',
      execution: { result: { kind: 'settled' }, position: { state: 'kept' } },
    });
  });

  it('of another link is completed, and then the claim is made', async () => {
    const stage = await setStage();
    await abandon(stage, { ...other, action: 'keep' });
    expect(await run(stage, { ...mine, action: 'close' })).toMatchObject({
      kind: 'ran',
      execution: { position: { state: 'closed', outcome: { linkId: mine.linkId } } },
    });
  });

  /** The recovery takes until the hit's time to act is over. */
  const recoverUntilOver = async (intent: Intent) => {
    const stage = await setStage();
    await abandon(stage, intent);
    const { services, environment } = stage;
    const { savePosition } = services.store;
    services.store.savePosition = async (position, change) => {
      const saved = await savePosition(position, change);
      if (change.claim === null) services.until = environment.time - 1;
      return saved;
    };
    return stage;
  };

  it('that was completed when the time is over is not reported as an action in progress', async () => {
    const stage = await recoverUntilOver({ ...other, action: 'keep' });
    expect(await run(stage, { ...mine, action: 'close' })).toEqual({ kind: 'out-of-time' });
  });

  it('that has closed the position when the time is over is reported as its outcome', async () => {
    const stage = await recoverUntilOver({ ...other, action: 'keep' });
    expect(await run(stage, { ...mine, action: 'keep' })).toMatchObject({
      kind: 'refused',
      position: { state: 'kept' },
      recovered: { result: { kind: 'settled' } },
    });
  });
});
