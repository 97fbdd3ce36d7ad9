import { describe, expect, it } from 'vitest';
import { type ActorIntent, newClaim } from '../../../lib/close/claim.ts';
import { executeAction } from '../../../lib/close/execute-action.ts';
import { recover } from '../../../lib/close/recover.ts';
import { runClaim } from '../../../lib/close/run-claim.ts';
import { claimableStates } from '../../../lib/close/transitions.ts';
import { Fault } from '../../../lib/fault.ts';
import type { Position } from '../../../lib/position/position.ts';
import { computeTotals } from '../../../lib/position/totals.ts';
import { type Stage, setStage } from '../../simulation/harness.ts';

const linkId = 'lnk_0123456789abcdef';
const minute = 60_000;

function run({ services, position, during }: Stage, intent: { action: 'close' | 'keep'; percent?: number }) {
  return during(() => executeAction(services, position.positionId, { actor: 'link', linkId, ...intent }));
}

/** A close whose owner dies at some moment, once it has the claim. */
async function die(stage: Stage, at: 'before-writing' | 'before-sending'): Promise<void> {
  const { services, position, during, environment } = stage;
  const claim = newClaim(services, { actor: 'link', linkId, action: 'close' });
  const { positionId } = position;
  const result = await during(() =>
    services.store.claimPosition({ positionId, claim, from: claimableStates('close') }),
  );
  if (result.kind !== 'claimed') throw new Error('not claimed');
  if (at === 'before-writing') {
    const write = services.store.savePosition;
    services.store.savePosition = () => Promise.reject(new Fault('table-unreachable', 'dead'));
    await during(() => runClaim(services, result.position, claim));
    services.store.savePosition = write;
  }
  environment.time += 13_000;
}

function recoverNow({ services, now, during }: Stage) {
  return during(async () => recover(services, await now()));
}

describe('a cancel that is not heard', () => {
  it('is followed only as long as the function can still write down where it stands', async () => {
    const stage = await setStage({ exitOrders: [{ amount: 100, filled: 0 }] });
    const { exchange, environment } = stage;
    exchange.cancelOrder = async () => {
      await environment.sleep(4_000);
      return { kind: 'unconfirmed', reason: 'no-response', message: 'no response' };
    };
    const look = exchange.fetchOrder;
    exchange.fetchOrder = async (market, name) => {
      await environment.sleep(1_500);
      return look(market, name);
    };
    const startedAt = environment.time;
    const result = await run(stage, { action: 'close' });
    expect(result).toMatchObject({ kind: 'ran', execution: { result: { kind: 'retry' } } });
    // Lambda ends the function at 10 s.
    expect(environment.time - startedAt).toBeLessThan(9_500);
  });
});

it('an order that nobody had the time to look for is not called unknown to the exchange', async () => {
  const stage = await setStage({ exitOrders: [{ amount: 100, filled: 0 }] });
  stage.exchange.cancelOrder = async () => {
    await stage.environment.sleep(8_000);
    return { kind: 'unconfirmed', reason: 'no-response', message: 'no response' };
  };
  await run(stage, { action: 'close' });
  for (let sweep = 0; sweep < 12; sweep += 1) {
    stage.environment.time += minute;
    await recoverNow(stage);
  }
  expect((await stage.now()).state).toBe('claimed');
});

describe('a close order that recovery has found', () => {
  it('waits for the fee that its owner had known, and leaves nothing then', async () => {
    const stage = await setStage({ entryOrders: [{ amount: 200, filled: 100 }], feePerMille: 1 });
    await die(stage, 'before-writing');
    const fee = stage.exchange.fetchFills;
    stage.exchange.fetchFills = () => Promise.reject(new Fault('exchange-unreachable', 'not told yet'));
    expect((await recoverNow(stage)).position.state).toBe('claimed');
    stage.exchange.fetchFills = fee;
    stage.environment.time += 13_000;
    expect((await recoverNow(stage)).position).toMatchObject({
      state: 'closed',
      outcome: { closedAmount: '0.099', remaining: '0' },
    });
  });

  it('is for a person where the exchange has refused for long to tell of it', async () => {
    const stage = await setStage();
    await die(stage, 'before-sending');
    stage.exchange.fetchOrder = () => Promise.reject(new Fault('exchange-refused', 'the key is gone'));
    expect((await recoverNow(stage)).position.state).toBe('claimed');
    stage.environment.time += 11 * minute;
    expect((await recoverNow(stage)).position).toMatchObject({
      state: 'needs-attention',
      attentionReason: expect.stringContaining('the key is gone'),
      notices: [{ event: 'needs-attention' }],
    });
  });

  it('is for no person yet where the order has only just left, however old the claim is', async () => {
    const stage = await setStage({ exitOrders: [{ amount: 100, filled: 0 }] });
    const create = stage.exchange.createMarketOrder;
    const refuse = {
      kind: 'rejected',
      reason: 'no-connection',
      code: 'no-connection',
      message: 'none',
    } as const;
    stage.exchange.createMarketOrder = () => Promise.resolve(refuse);
    await run(stage, { action: 'close' });
    for (let sweep = 0; sweep < 11; sweep += 1) {
      stage.environment.time += minute;
      await recoverNow(stage);
    }
    // The exchange is back and takes the order; its answer is lost, and one look is refused.
    const look = stage.exchange.fetchOrder;
    stage.exchange.createMarketOrder = async (market, order) => {
      await create(market, order);
      return { kind: 'unknown', message: 'no answer' };
    };
    stage.exchange.fetchOrder = () => Promise.reject(new Fault('exchange-refused', 'an odd code'));
    await recoverNow(stage);
    stage.environment.time += 13_000;
    expect((await recoverNow(stage)).position.state).toBe('claimed');
    stage.exchange.fetchOrder = look;
    stage.environment.time += 13_000;
    expect((await recoverNow(stage)).position).toMatchObject({
      state: 'closed',
      outcome: { closedAmount: '0.1' },
    });
    expect(stage.book.of('close')).toHaveLength(1);
  });

  it('is for a person where its account has been gone for long', async () => {
    const stage = await setStage();
    await die(stage, 'before-sending');
    stage.services.exchanges.of = () =>
      Promise.reject(new Fault('account-not-found', 'There is no account.'));
    expect((await recoverNow(stage)).position.state).toBe('claimed');
    stage.environment.time += 11 * minute;
    expect((await recoverNow(stage)).position.state).toBe('needs-attention');
  });
});

it('keep takes no empty look without a trade for the end of a perpetual', async () => {
  const stage = await setStage({ market: 'perpetual' });
  stage.exchange.fetchPosition = () => Promise.resolve({ side: undefined, amount: '0', hedged: false });
  await run(stage, { action: 'keep' });
  expect(await stage.now()).toMatchObject({
    state: 'kept',
    outcome: { detail: expect.stringContaining('The exchange no longer shows it') },
  });
});

it('keep tells of a perpetual that has turned to the other side that it is closed', async () => {
  const stage = await setStage({ market: 'perpetual' });
  stage.exchange.fetchPosition = () => Promise.resolve({ side: 'short', amount: '0.1', hedged: false });
  await run(stage, { action: 'keep' });
  expect(await stage.now()).toMatchObject({
    state: 'closed',
    outcome: { closedBy: 'external', closedAmount: '0' },
  });
});

it('a part that is too small to be closed is refused before its exits are cancelled', async () => {
  const stage = await setStage({
    entryOrders: [{ amount: 10, filled: 10 }],
    exitOrders: [{ amount: 10, filled: 0 }],
  });
  // A tenth is one step, and the least is two.
  await run(stage, { action: 'close', percent: 10 });
  expect(await stage.now()).toMatchObject({
    state: 'failed',
    failure: { code: 'below-minimum', canceledExitOrderIds: [] },
  });
  expect(stage.book.of('exit')).toMatchObject([{ live: true }]);
});

it('what a thin book leaves below the minimum is told, and needs no person', async () => {
  const stage = await setStage({ entryOrders: [{ amount: 100, filled: 100 }], liquidity: 99 });
  await run(stage, { action: 'close' });
  expect(await stage.now()).toMatchObject({
    state: 'closed',
    outcome: {
      closedAmount: '0.099',
      remaining: '0.001',
      detail: expect.stringContaining("0.001 BTC is below the exchange's minimum"),
    },
  });
});

it('an outage of a day uses up no client order ids', async () => {
  const stage = await setStage({ exitOrders: [{ amount: 100, filled: 0 }] });
  const create = stage.exchange.createMarketOrder;
  const ids = new Set<string>();
  stage.exchange.createMarketOrder = (_, { clientOrderId }) => {
    ids.add(clientOrderId);
    return Promise.resolve({
      kind: 'rejected',
      reason: 'no-connection',
      code: 'no-connection',
      message: 'none',
    });
  };
  await run(stage, { action: 'close' });
  for (let sweep = 0; sweep < 100; sweep += 1) {
    stage.environment.time += minute;
    await recoverNow(stage);
  }
  expect(ids.size).toBe(1);
  stage.exchange.createMarketOrder = create;
  stage.environment.time += minute;
  await recoverNow(stage);
  expect(await stage.now()).toMatchObject({ state: 'closed', outcome: { closedAmount: '0.1' } });
});

describe('a link that came to nothing', () => {
  const refuse = async (stage: Stage, by: ActorIntent): Promise<Position> => {
    stage.exchange.createMarketOrder = () =>
      Promise.resolve({
        kind: 'rejected',
        reason: 'rate-limit',
        code: '-1003',
        message: 'Too many requests.',
      });
    const { services, position, during } = stage;
    await during(() => executeAction(services, position.positionId, { ...by, action: 'close' }));
    return stage.now();
  };

  it('is told of once, however often the alert is sent again', async () => {
    const stage = await setStage();
    for (let alert = 0; alert < 4; alert += 1) {
      const { state, notices } = await refuse(stage, { actor: 'link', linkId });
      expect(state).toBe('open');
      expect(notices).toMatchObject([
        { event: 'failed', text: expect.stringContaining('nothing was executed: Too many requests.') },
      ]);
      stage.environment.time += 5_000;
    }
    stage.environment.time += 11 * minute;
    expect((await refuse(stage, { actor: 'link', linkId })).notices).toHaveLength(2);
  });

  it('is told of again where something has come between, or another link comes to nothing', async () => {
    const stage = await setStage();
    await refuse(stage, { actor: 'link', linkId });
    expect((await refuse(stage, { actor: 'link', linkId: 'lnk_fedcba9876543210' })).notices).toHaveLength(2);
  });

  it('is not told of any more once the resend has done it', async () => {
    const stage = await setStage();
    const create = stage.exchange.createMarketOrder;
    await refuse(stage, { actor: 'link', linkId });
    stage.exchange.createMarketOrder = create;
    await run(stage, { action: 'close' });
    expect((await stage.now()).notices).toMatchObject([{ event: 'closed' }]);
  });

  it('is told by its answer alone to an owner who closes by hand', async () => {
    expect((await refuse(await setStage(), { actor: 'operator' })).notices).toBeUndefined();
  });
});

it('a hit that ends what another link had begun is told that it was done before', async () => {
  const stage = await setStage();
  await die(stage, 'before-writing');
  const { services, position, during } = stage;
  const other = { actor: 'link', linkId: 'lnk_fedcba9876543210', action: 'close' } as const;
  const result = await during(() => executeAction(services, position.positionId, other));
  expect(result).toMatchObject({
    kind: 'refused',
    position: { state: 'closed', outcome: { linkId } },
    recovered: { requests: [{ request: 'look up' }] },
  });
});

it('a partial close whose last exit order cannot be canceled keeps its close order on record', async () => {
  const stage = await setStage(
    {
      market: 'perpetual',
      entryOrders: [{ amount: 3, filled: 3 }],
      exitOrders: [{ amount: 3, filled: 0 }],
    },
    (adopted) => ({
      ...adopted,
      exitOrders: adopted.exitOrders.map((exit) => ({ ...exit, reduceOnly: true })),
    }),
  );
  const read = stage.exchange.fetchOrder;
  stage.exchange.fetchOrder = async (market, ref) => {
    const order = await read(market, ref);
    return order && { ...order, reduceOnly: true };
  };
  stage.exchange.cancelOrder = () =>
    Promise.resolve({ kind: 'denied', code: '-2015', message: 'no permission' });
  // Two of three steps are closed; the third is dust, so the exit has nothing left to protect.
  await run(stage, { action: 'close', percent: 67 });
  const after = await stage.now();
  expect(after.state).toBe('needs-attention');
  expect(computeTotals(after).remaining).toBe('0.001');
});
