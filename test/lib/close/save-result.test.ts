import { describe, expect, it } from 'vitest';
import type { ActionResult } from '../../../lib/close/action-result.ts';
import { newClaim } from '../../../lib/close/claim.ts';
import { createOutcome } from '../../../lib/close/outcomes.ts';
import { saveResult } from '../../../lib/close/save-result.ts';
import { claimableStates } from '../../../lib/close/transitions.ts';
import { Fault } from '../../../lib/fault.ts';
import type { Action, Outcome, Position } from '../../../lib/position/position.ts';
import { setStage } from '../../simulation/harness.ts';
import { exampleFailure, exampleOutcome } from '../position/example-position.ts';

const linkId = 'lnk_0123456789abcdef';

interface Scene {
  action?: Action;
  actor?: 'link' | 'operator';
  before?: Partial<Position>;
  /** Absent: the link may be used three times. */
  limit?: 'none';
}

/** A claim, and a way to save its result. */
async function claimedStage({ action = 'close', actor = 'link', before = {}, limit }: Scene = {}) {
  const stage = await setStage({}, (adopted) => ({ ...adopted, ...before }) as Position);
  const { services, position } = stage;
  const intent = actor === 'link' ? ({ actor, linkId, action } as const) : ({ actor, action } as const);
  const claim = newClaim(services, intent);
  const from = claimableStates(action);
  const claimed = await services.store.claimPosition({
    positionId: position.positionId,
    claim,
    from,
    maxUses: limit === 'none' ? undefined : 3,
  });
  if (claimed.kind !== 'claimed') throw new Error('not claimed');
  const held = claimed.position;
  const save = (result: ActionResult, learned: Partial<Position> = {}) =>
    saveResult(services, held, claim, {
      result,
      position: { ...held, ...learned } as Position,
      requests: [],
    });
  return { ...stage, claim, held, save };
}

function settledAs(outcome: Outcome['outcome'], reopens = false): ActionResult {
  return { kind: 'settled', outcome: { ...exampleOutcome, outcome }, reopens };
}

const fault = new Fault('exchange-unreachable', 'No connection.');

describe('a saved result', () => {
  it.each<[ActionResult, string, string]>([
    [settledAs('closed'), 'closed', 'closed'],
    [settledAs('dust'), 'closed', 'dust'],
    [settledAs('canceled'), 'canceled', 'canceled'],
    [settledAs('kept'), 'kept', 'kept'],
    [settledAs('closed', true), 'open', 'part-closed'],
    [{ kind: 'failed', failure: exampleFailure }, 'failed', 'failed'],
    [{ kind: 'attention', reason: 'A reason.' }, 'needs-attention', 'needs-attention'],
    [{ kind: 'released', fault }, 'open', 'failed'],
  ])('ends the claim (case %#)', async (result, state, event) => {
    const { save, now } = await claimedStage();
    const saved = await save(result);
    expect(saved.result).toEqual(result);
    expect(saved.position).toMatchObject({ state, notices: [{ event }] });
    expect(saved.position.claim).toBeUndefined();
    expect(await now()).toEqual(saved.position);
  });

  it.each<[string, ActionResult, (saved: ActionResult | undefined) => string | undefined]>([
    [
      'an outcome',
      settledAs('closed', true),
      (saved) => (saved?.kind === 'settled' ? saved.outcome.detail : undefined),
    ],
    [
      'a failure',
      { kind: 'failed', failure: exampleFailure },
      (saved) => (saved?.kind === 'failed' ? saved.failure.message : undefined),
    ],
    [
      'a reason for attention',
      { kind: 'attention', reason: 'A reason.' },
      (saved) => (saved?.kind === 'attention' ? saved.reason : undefined),
    ],
    [
      'a fault',
      { kind: 'released', fault },
      (saved) => (saved?.kind === 'released' ? saved.fault.message : undefined),
    ],
  ])("names in %s an exit that was canceled and can't return", async (_, result, toText) => {
    const { save, claim, position } = await claimedStage();
    const trailing = {
      orderId: '7',
      type: 'trailing_stop_market',
      status: 'done',
      amount: '0.1',
      filled: '0',
      canceledByClaimAt: claim.claimedAt,
    } as const;
    const saved = await save(result, { exitOrders: [...position.exitOrders, trailing] });
    const named = "Exit order 7 (trailing_stop_market) was canceled and can't be placed again.";
    expect(toText(saved.result)).toContain(named);
    expect(saved.position.notices?.at(-1)?.text).toContain(named);
  });

  it('keeps the outcome, the failure or the reason', async () => {
    const settled = await claimedStage();
    expect((await settled.save(settledAs('closed'))).position.outcome).toMatchObject(exampleOutcome);
    const failed = await claimedStage();
    const failure = { kind: 'failed', failure: exampleFailure } as const;
    expect((await failed.save(failure)).position.failure).toEqual(exampleFailure);
    const attention = await claimedStage();
    const reason = { kind: 'attention', reason: 'A reason.' } as const;
    expect((await attention.save(reason)).position.attentionReason).toBe('A reason.');
  });

  it('keeps what was learned of orders and of the market', async () => {
    const { save, held } = await claimedStage();
    const market = { ...held.market, amountStep: '0.5' };
    const exitOrders = [{ orderId: 'x', type: 'limit', status: 'live' as const, amount: '1', filled: '0' }];
    const { position } = await save({ kind: 'pending', reason: 'Wait' }, { market, exitOrders });
    expect(position).toMatchObject({ state: 'claimed', market, exitOrders });
  });
});

describe('a use of a link', () => {
  it.each<[string, ActionResult, number]>([
    ['counts if the position settled', settledAs('closed'), 1],
    ['counts if the owner has to decide', { kind: 'attention', reason: 'A reason.' }, 1],
    ['does not count if nothing executed', { kind: 'failed', failure: exampleFailure }, 0],
    ['does not count if nothing was sent', { kind: 'released', fault }, 0],
    ['counts while the result is pending', { kind: 'pending', reason: 'Wait' }, 1],
  ])('%s', async (_, result, uses) => {
    const { save } = await claimedStage();
    expect((await save(result)).position.uses).toEqual({ [linkId]: uses });
  });

  it.each<ActionResult>([
    { kind: 'failed', failure: exampleFailure },
    { kind: 'released', fault },
  ])('is not recorded for a link without a limit (case %#)', async (result) => {
    const { save } = await claimedStage({ limit: 'none' });
    expect((await save(result)).position.uses).toEqual({});
  });

  it('leaves the uses of other links', async () => {
    const { save } = await claimedStage({ before: { uses: { lnk_other: 2, [linkId]: 1 } } });
    expect((await save({ kind: 'released', fault })).position.uses).toEqual({ lnk_other: 2, [linkId]: 1 });
  });
});

describe('a released claim', () => {
  it('gives a kept position back as kept', async () => {
    const { save } = await claimedStage({
      before: { state: 'kept', outcome: { ...exampleOutcome, outcome: 'kept' } },
    });
    expect((await save({ kind: 'released', fault })).position.state).toBe('kept');
  });

  it('gives a position of which a part was closed back as open', async () => {
    const { save } = await claimedStage({ before: { outcome: exampleOutcome } });
    expect((await save({ kind: 'released', fault })).position.state).toBe('open');
  });

  it('of the operator leaves no notice', async () => {
    const { save } = await claimedStage({ actor: 'operator' });
    const { position } = await save({ kind: 'released', fault });
    expect(position).toMatchObject({ state: 'open', uses: {} });
    expect(position.notices).toBeUndefined();
  });
});

describe('a claim that continues', () => {
  it('may be taken over at once if no close order was sent', async () => {
    const { save, services, claim } = await claimedStage();
    const { position } = await save({ kind: 'retry', reason: 'Later' });
    expect(position.state).toBe('claimed');
    expect(position.claim).toEqual({ ...claim, phase: 'not-sent', leaseExpiresAt: services.now() });
  });

  it('may be looked up at once and keeps the last exchange error if a close order was sent', async () => {
    const { save, services, claim } = await claimedStage();
    const { position } = await save({ kind: 'pending', reason: 'Wait', exchangeMessage: 'Busy' });
    expect(position.state).toBe('claimed');
    expect(position.claim).toEqual({
      ...claim,
      leaseExpiresAt: services.now(),
      lastExchangeMessage: 'Busy',
    });
  });

  it('does not forget the last words of the exchange', async () => {
    const { services, held, claim } = await claimedStage();
    const result = { kind: 'pending', reason: 'Wait' } as const;
    const said = { ...claim, lastExchangeMessage: 'Busy' };
    const { position } = await saveResult(services, held, said, { result, position: held, requests: [] });
    expect(position.claim?.lastExchangeMessage).toBe('Busy');
  });
});

describe('a result that cannot be saved', () => {
  it('is pending if the database did not respond', async () => {
    const { save, services, held } = await claimedStage();
    services.store.savePosition = () => Promise.reject(new Fault('table-unreachable', 'no'));
    expect(await save(settledAs('closed'))).toEqual({
      position: held,
      result: { kind: 'pending', reason: 'The outcome could not be saved yet' },
      requests: [],
    });
  });

  it('is a fault for any other reason', async () => {
    const { save, services } = await claimedStage();
    services.store.savePosition = () => Promise.reject(new Error('a bug'));
    await expect(save(settledAs('closed'))).rejects.toThrow('a bug');
  });

  it('is no result if another process ended the claim', async () => {
    const { save, now } = await claimedStage();
    await save(settledAs('closed'));
    const second = await save({ kind: 'failed', failure: exampleFailure });
    expect(second.result).toBeUndefined();
    expect(second.position).toEqual(await now());
    expect(second.position.state).toBe('closed');
  });

  it('leaves the position as it was held if it is gone', async () => {
    const { save, services, held } = await claimedStage();
    services.store.savePosition = async () => undefined;
    services.store.readPosition = async () => undefined;
    expect(await save(settledAs('closed'))).toEqual({ position: held, result: undefined, requests: [] });
  });
});

it('an outcome is saved as it was created', async () => {
  const { save, held, claim, services } = await claimedStage({ action: 'keep' });
  const facts = { outcome: 'kept', closedBy: 'ripcord', detail: 'Kept.', remaining: '0.1' } as const;
  const outcome = createOutcome(held, claim, facts, services.now());
  const { position } = await save({ kind: 'settled', outcome, reopens: false });
  expect(position.outcome).toMatchObject({ action: 'keep', remaining: '0.1', detail: 'Kept.' });
});
