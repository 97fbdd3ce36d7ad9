import { describe, expect, it } from 'vitest';
import { newClaim } from '../../../lib/close/claim.ts';
import { recover } from '../../../lib/close/recover.ts';
import { connect, keepIfSenderGone, runClaim } from '../../../lib/close/run-claim.ts';
import { claimableStates } from '../../../lib/close/transitions.ts';
import { Fault } from '../../../lib/fault.ts';
import type { Action, Claim, ClaimedPosition, Position } from '../../../lib/position/position.ts';
import {
  leaseMs,
  lookUpIntervalMs,
  maxCloseAttempts,
  missIntervalMs,
  senderTimeoutMs,
  sendWindowMs,
} from '../../../lib/position/timing.ts';
import { type Stage, setStage } from '../../simulation/harness.ts';
import { exampleClaim } from '../position/example-position.ts';

const linkId = 'lnk_0123456789abcdef';
const minute = 60_000;

interface Scene {
  action?: Action;
  actor?: 'link' | 'operator';
  /** What the holder that died had saved of its claim. */
  claim?: Partial<Claim>;
  exits?: { amount: number; filled: number }[];
}

/** A position whose claim is abandoned: its holder died before it sent anything. */
async function abandonedStage({ action = 'close', actor = 'link', claim = {}, exits = [] }: Scene = {}) {
  const stage = await setStage({ exitOrders: exits });
  const { services, position, environment } = stage;
  const intent = actor === 'link' ? ({ actor, linkId, action } as const) : ({ actor, action } as const);
  const { positionId } = position;
  const fresh = { ...newClaim(services, intent), ...claim };
  const from = claimableStates(action);
  await services.store.claimPosition({ positionId, claim: fresh, from, maxUses: undefined });
  environment.time += leaseMs + 1;
  return stage;
}

async function recoverNow({ services, now, during }: Stage) {
  const position = await now();
  return during(() => recover(services, position));
}

async function claimOf({ now }: Stage): Promise<Claim | undefined> {
  return ((await now()) as ClaimedPosition).claim;
}

describe('a takeover', () => {
  it('leaves a position that is not claimed', async () => {
    const stage = await setStage();
    expect(await recoverNow(stage)).toEqual({ position: stage.position, result: undefined, requests: [] });
  });

  it('leaves a claim until its lease is over', async () => {
    const stage = await abandonedStage();
    stage.environment.time -= 1;
    const before = await stage.now();
    expect(await recoverNow(stage)).toEqual({ position: before, result: undefined, requests: [] });
  });

  it('ends its own lease with its look-up and keeps the send deadline of the claim', async () => {
    const stage = await abandonedStage();
    const { claim: before, epoch } = (await stage.now()) as ClaimedPosition;
    const takenAt = stage.environment.time;
    const { result, requests } = await recoverNow(stage);
    const endedAt = stage.environment.time;
    expect(result).toEqual({
      kind: 'pending',
      reason: 'The close order was not found. Confirming before retrying',
    });
    expect(requests).toMatchObject([{ request: 'look up', answer: 'not found' }]);
    const { claim, epoch: after } = (await stage.now()) as ClaimedPosition;
    expect(after).toBe(epoch + 1);
    expect(claim).toMatchObject({
      claimedAt: before.claimedAt,
      sendDeadline: before.sendDeadline,
      takenOver: true,
      notFoundCount: 1,
      lastMissAt: takenAt,
      lookAgainAt: takenAt + lookUpIntervalMs,
    });
    expect(claim.leaseExpiresAt).toBeLessThanOrEqual(endedAt);
    expect(claim.leaseToken).not.toBe(before.leaseToken);
  });

  it('of a claim that another process took over meanwhile does nothing', async () => {
    const stage = await abandonedStage();
    const before = await stage.now();
    await recoverNow(stage);
    const { services, during } = stage;
    expect(await during(() => recover(services, before))).toEqual({
      position: before,
      result: undefined,
      requests: [],
    });
  });
});

it('two look-ups of a claim are an interval apart, also when hits flood it', async () => {
  const stage = await abandonedStage();
  const startedAt = stage.environment.time;
  const lookedAt: number[] = [];
  const { fetchOrder } = stage.exchange;
  stage.exchange.fetchOrder = (market, ref) => {
    lookedAt.push(stage.environment.time - startedAt);
    return fetchOrder(market, ref);
  };
  while (stage.environment.time < startedAt + missIntervalMs) {
    await recoverNow(stage);
    stage.environment.time += 100;
  }
  expect(lookedAt.length).toBeGreaterThan(1);
  for (const [index, at] of lookedAt.slice(1).entries())
    expect(at - (lookedAt[index] ?? 0)).toBeGreaterThanOrEqual(lookUpIntervalMs);
  expect(await claimOf(stage)).toMatchObject({ notFoundCount: 1 });
});

describe('a close order that was never found', () => {
  async function sweepUntilSettled(stage: Stage): Promise<void> {
    for (let sweep = 0; sweep < 40 && (await stage.now()).state === 'claimed'; sweep += 1) {
      stage.environment.time += minute;
      await recoverNow(stage);
    }
  }

  it('is sent again under a new client order id', async () => {
    const stage = await abandonedStage();
    const { attempt } = await stage.now();
    await sweepUntilSettled(stage);
    expect(await stage.now()).toMatchObject({
      state: 'closed',
      attempt: attempt + 1,
      outcome: { closedAmount: '0.1' },
    });
    expect(stage.book.of('close')).toHaveLength(1);
  });

  it.each([
    ['Too busy', '3 close orders were not accepted. Last exchange error: Too busy.'],
    [undefined, '3 close orders were not accepted.'],
  ])('fails after several attempts; last exchange message: %s', async (lastExchangeMessage, message) => {
    const claim = { lostAttempts: maxCloseAttempts - 1, lastExchangeMessage };
    const stage = await abandonedStage({ claim });
    await sweepUntilSettled(stage);
    expect(await stage.now()).toMatchObject({
      state: 'failed',
      failure: { source: 'ripcord', code: 'not-accepted', message },
    });
    expect(stage.book.of('close')).toEqual([]);
  });
});

describe('a claim that is proven to have sent nothing', () => {
  const claim = { phase: 'not-sent' } as const;

  it('is attempted at once, under the same client order id', async () => {
    const stage = await abandonedStage({ claim });
    const { attempt } = await stage.now();
    expect((await recoverNow(stage)).position).toMatchObject({ state: 'closed', attempt });
  });

  it('gets a send deadline of its own', async () => {
    const stage = await abandonedStage({ claim });
    stage.exchange.createMarketOrder = async () => ({ kind: 'unknown', message: 'no answer' });
    const takenAt = stage.environment.time;
    await recoverNow(stage);
    expect(await claimOf(stage)).toMatchObject({
      phase: 'may-have-sent',
      sendDeadline: takenAt + sendWindowMs,
    });
  });

  it.each<[string, (stage: Stage) => Promise<unknown>, string]>([
    [
      'all links are paused',
      async ({ services }) => {
        services.store.readLinkAndPause = async () => ({ link: undefined, paused: true });
      },
      'All links were paused before a close order was sent.',
    ],
    [
      'its link is revoked',
      async ({ services }) => {
        const link = { revokedAt: '2026-10-09T08:53:20.000Z' };
        services.store.readLinkAndPause = async () => ({ link, paused: false }) as never;
      },
      'The link was revoked before a close order was sent.',
    ],
    [
      'all links are paused for another minute',
      async ({ services }) => {
        const pausedUntil = new Date(services.now() + 60_000).toISOString();
        services.store.readLinkAndPause = async () => ({ link: undefined, paused: true, pausedUntil });
      },
      'All links were paused before a close order was sent.',
    ],
  ])('is withdrawn if %s', async (_, prepare, reason) => {
    const stage = await abandonedStage({ claim });
    await prepare(stage);
    const { position, result } = await recoverNow(stage);
    expect(position.state).toBe('open');
    expect(result).toMatchObject({
      kind: 'released',
      fault: { code: 'conflict', detail: reason, publicMessage: reason },
    });
    expect(stage.book.of('close')).toEqual([]);
  });

  it('fails if it is withdrawn after its exits were canceled', async () => {
    const exits = [{ amount: 100, filled: 0 }];
    const stage = await abandonedStage({ claim, exits });
    const { services } = stage;
    const claimed = await stage.now();
    const exitOrders = claimed.exitOrders.map((exit) => ({
      ...exit,
      status: 'done' as const,
      canceledByClaimAt: claimed.claim?.claimedAt,
    }));
    await services.store.savePosition(claimed, { exitOrders });
    services.store.readLinkAndPause = async () => ({ link: undefined, paused: true });
    expect((await recoverNow(stage)).position).toMatchObject({
      state: 'failed',
      failure: {
        source: 'ripcord',
        code: 'withdrawn',
        message: expect.stringContaining('All links were paused before a close order was sent.'),
        canceledExitOrderIds: exitOrders.map(({ orderId }) => orderId),
      },
    });
  });

  it('fails if it is withdrawn after its holder died between canceling its exits and saving that', async () => {
    const stage = await abandonedStage({ claim, exits: [{ amount: 100, filled: 0 }] });
    const { services, book } = stage;
    const exits = book.of('exit');
    for (const exit of exits) book.end(exit);
    services.store.readLinkAndPause = async () => ({ link: undefined, paused: true });
    expect((await recoverNow(stage)).position).toMatchObject({
      state: 'failed',
      failure: { code: 'withdrawn', canceledExitOrderIds: exits.map(({ orderId }) => orderId) },
    });
  });

  it('waits if it is withdrawn while its exits can not be read', async () => {
    const stage = await abandonedStage({ claim, exits: [{ amount: 100, filled: 0 }] });
    stage.services.store.readLinkAndPause = async () => ({ link: undefined, paused: true });
    stage.exchange.fetchOrder = () => Promise.reject(new Fault('exchange-unreachable', 'no answer'));
    expect((await recoverNow(stage)).position).toMatchObject({ state: 'claimed' });
    stage.environment.time += 11 * 60_000;
    stage.exchange.fetchOrder = () => Promise.reject(new Fault('exchange-refused', 'The key is gone'));
    expect((await recoverNow(stage)).position).toMatchObject({ state: 'open' });
  });

  it('continues if the pause has ended by itself', async () => {
    const stage = await abandonedStage({ claim });
    const pausedUntil = new Date(stage.environment.time).toISOString();
    stage.services.store.readLinkAndPause = async () => ({ link: undefined, paused: true, pausedUntil });
    expect((await recoverNow(stage)).position.state).toBe('closed');
  });

  it('continues for the operator while all links are paused', async () => {
    const stage = await abandonedStage({ claim, actor: 'operator' });
    stage.services.store.readLinkAndPause = async () => ({ link: undefined, paused: true });
    expect((await recoverNow(stage)).position.state).toBe('closed');
  });

  it('is not given back when nothing can be sent, because its sender is gone', async () => {
    const stage = await abandonedStage({ claim });
    stage.exchange.createMarketOrder = async () => ({
      kind: 'rejected',
      reason: 'no-connection',
      code: 'no-connection',
      message: 'No connection',
    });
    expect((await recoverNow(stage)).result).toEqual({ kind: 'retry', reason: 'No connection' });
  });
});

it('an abandoned keep is attempted under the same client order id', async () => {
  const stage = await abandonedStage({ action: 'keep' });
  const { attempt } = await stage.now();
  expect((await recoverNow(stage)).position).toMatchObject({ state: 'kept', attempt });
});

describe('an account that is not available', () => {
  const missing = new Fault('account-not-found', 'Account "main" does not exist.');
  const remove = ({ services }: Stage) => {
    services.exchanges.of = () => Promise.reject(missing);
  };

  it('leaves an abandoned claim as it is at first', async () => {
    const stage = await abandonedStage();
    remove(stage);
    expect((await recoverNow(stage)).result).toEqual({ kind: 'pending', reason: missing.message });
  });

  it('needs attention after long, without naming the account', async () => {
    const stage = await abandonedStage();
    remove(stage);
    stage.environment.time += 11 * minute;
    expect((await recoverNow(stage)).position).toMatchObject({
      state: 'needs-attention',
      attentionReason:
        "The account behind this link is not available. The result of the close can't be read.",
    });
  });

  it('releases a fresh claim', async () => {
    const stage = await setStage();
    remove(stage);
    const { services, position, during } = stage;
    const claim = newClaim(services, { actor: 'link', linkId, action: 'close' });
    await services.store.claimPosition({
      positionId: position.positionId,
      claim,
      from: claimableStates('close'),
      maxUses: undefined,
    });
    const claimed = await stage.now();
    const { result, position: after } = await during(() => runClaim(services, claimed, claim));
    expect(result).toEqual({ kind: 'released', fault: missing });
    expect(after.state).toBe('open');
    expect(await connect(services, position)).toEqual({ fault: missing });
  });
});

it.each([
  [senderTimeoutMs, 'released'],
  [senderTimeoutMs + 1, 'retry'],
])('a result that released the claim after %d ms is %s', async (afterMs, kind) => {
  const { services } = await setStage();
  services.now = () => exampleClaim.claimedAt + afterMs;
  const released = { kind: 'released', fault: new Fault('exchange-unreachable', 'No connection') } as const;
  expect(keepIfSenderGone(services, exampleClaim, released)).toMatchObject({
    kind,
    ...(kind === 'retry' ? { reason: 'No connection' } : {}),
  });
  const pending = { kind: 'pending', reason: 'Wait' } as const;
  expect(keepIfSenderGone(services, exampleClaim, pending)).toBe(pending);
});

it('a close order whose look-up is refused for long needs attention and is named', async () => {
  const stage = await abandonedStage();
  stage.exchange.fetchOrder = () => Promise.reject(new Fault('exchange-refused', 'The key is gone'));
  stage.environment.time += 11 * minute;
  const { position } = await recoverNow(stage);
  expect((position as Position).attentionReason).toMatch(
    /^The exchange does not report the close order \S+: The key is gone$/,
  );
});

it('a close order that the exchange acknowledged is looked up by its id, and is never absent', async () => {
  const stage = await abandonedStage({ claim: { sentOrder: { sentAt: 0, orderId: '7' } } });
  const refs: unknown[] = [];
  stage.exchange.fetchOrder = async (_, ref) => {
    refs.push(ref);
    return undefined;
  };
  for (let count = 0; count < 12; count += 1) {
    await recoverNow(stage);
    stage.environment.time += minute;
  }
  expect(refs[0]).toEqual({ orderId: '7' });
  expect(stage.book.of('close')).toEqual([]);
  const { state, attentionReason, exitOrders } = (await stage.now()) as Position;
  expect(state).toBe('needs-attention');
  expect(attentionReason).toMatch(/: The exchange acknowledged order 7, and does not find it$/);
  // So that a check of the position finds it, or does not know its result.
  expect(exitOrders).toMatchObject([
    { orderId: '7', status: 'live', filled: '0', sentBy: { actor: 'link' } },
  ]);
});
