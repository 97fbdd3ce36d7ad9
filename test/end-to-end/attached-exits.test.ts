import { describe, expect, it, onTestFinished } from 'vitest';
import type { CommandInput } from '../../lib/admin/contract/commands.ts';
import { fire, ledgerSince, markOf, startEnvironment } from './environment.ts';

const environment = await startEnvironment({ table: 'model' });
const { core } = environment;

type Opening = Partial<CommandInput<'positions.open'>>;
const stopLoss = { price: '58000' };
const target = { price: '65000', percent: '100' };
const sweep = () => environment.invoke('ripcord-sweep', {});
const moveTo = (price: string) => core.setPrice({ market: 'usdm', symbol: 'BTCUSDT', price });
let requests = 0;

/** A Bybit account, where BTC is at 60000. */
async function stage({ hedged = false } = {}) {
  const { apiKey, account } = await environment.newAccount({
    exchange: 'bybit',
    hedged,
    balances: { spot: {}, usdm: { USDT: '100000' } },
  });
  const orders = () => [...core.state.orders.values()];
  const isOpen = ({ status }: { status: string }) => ['new', 'partially_filled'].includes(status);
  const mark = markOf(core);
  return {
    apiKey,
    async open(input: Opening = {}) {
      requests += 1;
      const { position } = await environment.admin('positions.open', {
        requestId: `attached-${requests}`,
        account,
        symbol: 'BTC/USDT:USDT',
        side: 'long',
        type: 'limit',
        price: '59000',
        amount: '0.5',
        ...input,
      });
      // Sweeps of later tests must not take their faults for this position.
      onTestFinished(async () => {
        await environment.admin('positions.forget', { positionId: position.positionId });
      });
      return position;
    },
    setExits: async (input: CommandInput<'positions.setExits'>) =>
      (await environment.admin('positions.setExits', input)).position,
    held: () => Object.values(core.accountOf(apiKey).positions).map(({ amount }) => amount),
    /** What would end a long, by the exchange's own books. */
    resting: () =>
      orders()
        .filter((order) => isOpen(order) && order.side === 'sell')
        .map(({ type, amount, triggerPrice = '' }) => `${type} ${amount} ${triggerPrice}`.trim())
        .sort(),
    idOf: (type: string) => orders().findLast((order) => isOpen(order) && order.type === type)?.id ?? 0,
    /** What Ripcord sent, in its order. */
    sent: () =>
      ledgerSince(core, mark).requests.map(({ path, parameters }) => ({ path, ...JSON.parse(parameters) })),
  };
}

const stopFor = (amount: string, price = '58000') => `stop_market ${amount} ${price}`;
const targetFor = (amount: string) => `take_profit_limit ${amount} 65000`;

describe('a LIMIT entry at Bybit linear', () => {
  it('is sent with its stop and its only target, for what it fills and never for the whole position', async () => {
    const { open, sent, resting } = await stage();
    expect(await open({ stopLoss, takeProfits: [target] })).toMatchObject({
      protection: 'none',
      stopLoss: { state: 'waiting' },
    });
    expect(sent()).toMatchObject([
      {
        path: '/v5/order/create',
        orderType: 'Limit',
        tpslMode: 'Partial',
        stopLoss: '58000',
        slOrderType: 'Market',
        takeProfit: '65000',
        tpOrderType: 'Limit',
        tpLimitPrice: '65000',
      },
    ]);
    expect(resting()).toEqual([]);
  });

  it('is sent with a LIMIT stop, and without the targets of a ladder', async () => {
    const { open, sent } = await stage();
    const takeProfits = [
      { price: '65000', percent: '50' },
      { price: '70000', percent: '50' },
    ];
    await open({ stopLoss: { price: '58000', limitPrice: '57900' }, takeProfits });
    const [entry] = sent();
    expect(entry).toMatchObject({ stopLoss: '58000', slOrderType: 'Limit', slLimitPrice: '57900' });
    expect(entry).not.toHaveProperty('takeProfit');
  });

  it('protects from the fill, and gets no second stop', async () => {
    const { open, sent, resting, idOf } = await stage();
    const { positionId } = await open({ stopLoss, takeProfits: [target] });
    core.fill({ orderId: idOf('limit') });
    expect(resting()).toEqual([stopFor('0.5'), targetFor('0.5')]);
    await sweep();
    await sweep();
    expect(resting()).toEqual([stopFor('0.5'), targetFor('0.5')]);
    expect(sent()).toHaveLength(1);
    expect(await environment.positionNow(positionId)).toMatchObject({
      protection: 'full',
      stopLoss: { price: '58000', amount: '0.5', state: 'resting', orderId: expect.any(String) },
      takeProfits: [{ price: '65000', amount: '0.5', state: 'resting', orderId: expect.any(String) }],
    });
  });

  it('protects from each fill of its parts', async () => {
    const { open, sent, resting, idOf } = await stage();
    const { positionId } = await open({ stopLoss, takeProfits: [target] });
    const entry = idOf('limit');
    for (const amount of ['0.2', '0.1', '0.2']) {
      core.fill({ orderId: entry, amount });
      await sweep();
      expect(await environment.positionNow(positionId)).toMatchObject({ protection: 'full' });
    }
    expect(resting()).toEqual([stopFor('0.5'), targetFor('0.5')]);
    expect(sent()).toHaveLength(1);
  });

  it('gets the targets of a ladder beside the stop that it came with', async () => {
    const { open, resting, idOf } = await stage();
    const takeProfits = [
      { price: '65000', percent: '50' },
      { price: '70000', percent: '50' },
    ];
    await open({ stopLoss, takeProfits });
    const entry = idOf('limit');
    core.fill({ orderId: entry, amount: '0.2' });
    await sweep();
    expect(resting()).toEqual(['limit 0.1', 'limit 0.1', stopFor('0.2')]);
    core.fill({ orderId: entry });
    await sweep();
    expect(resting()).toEqual(['limit 0.25', 'limit 0.25', stopFor('0.5')]);
  });

  it('is closed by its stop while Ripcord does not run, and the outcome names the order', async () => {
    const { open, idOf, held } = await stage();
    const { positionId } = await open({ stopLoss, takeProfits: [target] });
    core.fill({ orderId: idOf('limit') });
    moveTo('57900');
    expect(held()).toEqual(['0']);
    await sweep();
    await sweep();
    const position = await environment.positionNow(positionId);
    expect(position).toMatchObject({
      status: 'closed',
      stopLoss: { state: 'filled', filled: '0.5' },
      realizedProfit: '-550',
      outcome: { closedBy: 'exit-order', detail: expect.stringContaining(position.stopLoss?.orderId ?? '?') },
    });
  });

  it('is closed by its target, which ends the stop', async () => {
    const { open, idOf, resting } = await stage();
    const { positionId } = await open({ stopLoss, takeProfits: [target] });
    core.fill({ orderId: idOf('limit') });
    moveTo('65000');
    await sweep();
    expect(resting()).toEqual([]);
    expect(await environment.positionNow(positionId)).toMatchObject({
      status: 'closed',
      takeProfits: [{ state: 'filled', filled: '0.5' }],
      outcome: { closedBy: 'exit-order' },
    });
  });

  it('is protected again after a target that fills in part has ended the stop', async () => {
    const { open, idOf, resting } = await stage();
    const { positionId } = await open({ stopLoss, takeProfits: [target] });
    core.fill({ orderId: idOf('limit') });
    await sweep();
    core.setLiquidity({ market: 'usdm', symbol: 'BTCUSDT', amount: '0.2' });
    moveTo('65000');
    core.setLiquidity({ market: 'usdm', symbol: 'BTCUSDT', amount: null });
    expect(resting()).toEqual([targetFor('0.5')]);
    await sweep();
    expect(resting()).toEqual([stopFor('0.3'), targetFor('0.5')]);
    expect(await environment.positionNow(positionId)).toMatchObject({
      protection: 'full',
      remaining: '0.3',
      stopLoss: { state: 'resting', amount: '0.3' },
    });
  });

  it('says at once that its owner has canceled the exits, and does not place them again', async () => {
    const { open, idOf, resting } = await stage();
    const { positionId } = await open({ stopLoss, takeProfits: [target] });
    core.fill({ orderId: idOf('limit') });
    await sweep();
    core.cancelOrder({ orderId: idOf('stop_market') });
    expect(await environment.positionNow(positionId)).toMatchObject({ protection: 'none' });
    await sweep();
    await sweep();
    expect(resting()).toEqual([]);
    expect(await environment.positionNow(positionId)).toMatchObject({
      stopLoss: { state: 'removed' },
      takeProfits: [{ state: 'removed' }],
    });
  });

  it('has a stop of its own before the target that ends with it is replaced', async () => {
    const { open, setExits, idOf, resting, sent } = await stage();
    const { positionId } = await open({ stopLoss, takeProfits: [target] });
    core.fill({ orderId: idOf('limit') });
    const changed = await setExits({ positionId, takeProfits: [{ price: '66000', percent: '50' }] });
    expect(changed).toMatchObject({
      protection: 'full',
      takeProfits: [{ price: '66000', amount: '0.25', state: 'resting' }],
      stopLoss: { price: '58000', amount: '0.5', state: 'resting' },
    });
    expect(resting()).toEqual(['limit 0.25', stopFor('0.5')]);
    expect(sent().map(({ path }) => path)).toEqual([
      '/v5/order/create',
      '/v5/order/create',
      '/v5/order/cancel',
      '/v5/order/cancel',
      '/v5/order/create',
    ]);
  });

  it('gets the stop that was set before it filled', async () => {
    const { open, setExits, idOf, resting } = await stage();
    const { positionId } = await open({ stopLoss });
    await setExits({ positionId, stopLoss: { price: '57000' } });
    core.fill({ orderId: idOf('limit') });
    expect(resting()).toEqual([stopFor('0.5')]);
    await sweep();
    expect(resting()).toEqual([stopFor('0.5', '57000')]);
    expect(await environment.positionNow(positionId)).toMatchObject({
      protection: 'full',
      stopLoss: { price: '57000', state: 'resting' },
    });
  });

  it.each(['close', 'keep'] as const)(
    'takes its exits with it if a link ends it unfilled: %s',
    async (action) => {
      const { open, resting } = await stage();
      const { positionId } = await open({ stopLoss, takeProfits: [target] });
      expect(await fire(await environment.newLink(positionId, action))).toMatchObject({
        json: { outcome: 'canceled' },
      });
      moveTo('59000');
      expect(resting()).toEqual([]);
    },
  );

  it('leaves no exit to act on what else the account holds, if a link closes it before a sweep', async () => {
    const { open, resting, held, idOf, apiKey } = await stage();
    core.setPosition({ apiKey, symbol: 'BTCUSDT', amount: '0.3' });
    const { positionId } = await open({ stopLoss, takeProfits: [target] });
    const url = await environment.newLink(positionId, 'close');
    core.fill({ orderId: idOf('limit'), amount: '0.2' });
    expect(await fire(url)).toMatchObject({ json: { outcome: 'closed', closedAmount: '0.2' } });
    expect(held()).toEqual(['0.3']);
    expect(resting()).toEqual([]);
  });

  it('keeps its exits if a link keeps it', async () => {
    const { open, resting, idOf } = await stage();
    const { positionId } = await open({ stopLoss, takeProfits: [target] });
    core.fill({ orderId: idOf('limit'), amount: '0.2' });
    expect(await fire(await environment.newLink(positionId, 'keep'))).toMatchObject({
      json: { outcome: 'kept' },
    });
    await sweep();
    expect(resting()).toEqual([stopFor('0.2'), targetFor('0.2')]);
    expect(await environment.positionNow(positionId)).toMatchObject({ protection: 'full' });
  });

  it('has exits for the rest after a link has closed a part', async () => {
    const { open, resting, idOf } = await stage();
    const { positionId } = await open({ stopLoss, takeProfits: [target] });
    core.fill({ orderId: idOf('limit') });
    const { url } = await environment.admin('links.create', { positionId, action: 'close', percent: 50 });
    expect(await fire(url)).toMatchObject({ json: { closedAmount: '0.25' } });
    await sweep();
    expect(resting()).toEqual([stopFor('0.25'), targetFor('0.25')]);
    expect(await environment.positionNow(positionId)).toMatchObject({ protection: 'full' });
  });

  it('is found with its exits if the answer of the exchange was lost', async () => {
    const { open, resting, idOf, sent } = await stage();
    core.addFault({ kind: 'drop-after', match: { method: 'POST', path: '/v5/order/create' } });
    const { positionId } = await open({ stopLoss });
    core.fill({ orderId: idOf('limit') });
    await sweep();
    expect(resting()).toEqual([stopFor('0.5')]);
    expect(sent()).toHaveLength(1);
    expect(await environment.positionNow(positionId)).toMatchObject({ protection: 'full' });
  });

  it('gets no second stop while the exchange does not list the first', async () => {
    const { open, resting, idOf, sent } = await stage();
    const { positionId } = await open({ stopLoss });
    core.fill({ orderId: idOf('limit') });
    // The look-up of the entry passes.
    core.addFault({
      kind: 'status',
      status: 200,
      code: 10016,
      msg: 'Server error.',
      match: { path: '/v5/order/realtime', nth: 2 },
      times: 4,
    });
    await sweep();
    expect(resting()).toEqual([stopFor('0.5')]);
    core.clearFaults();
    await sweep();
    expect(resting()).toEqual([stopFor('0.5')]);
    expect(sent()).toHaveLength(1);
    expect(await environment.positionNow(positionId)).toMatchObject({ protection: 'full' });
  });

  it('has exits of its own beside another position of the same market', async () => {
    const { open, resting, held } = await stage();
    const first = await open({ stopLoss });
    const second = await open({ stopLoss: { price: '57000' }, amount: '0.3' });
    moveTo('59000');
    await sweep();
    expect(resting()).toEqual([stopFor('0.3', '57000'), stopFor('0.5')]);
    expect(await fire(await environment.newLink(first.positionId, 'close'))).toMatchObject({
      json: { closedAmount: '0.5' },
    });
    expect(held()).toEqual(['0.3']);
    expect(resting()).toEqual([stopFor('0.3', '57000')]);
    expect(await environment.positionNow(second.positionId)).toMatchObject({ protection: 'full' });
  });

  it('protects one side of a hedge', async () => {
    const { open, resting, idOf, sent } = await stage({ hedged: true });
    const { positionId } = await open({ stopLoss, takeProfits: [target] });
    expect(sent()).toMatchObject([{ positionIdx: 1, tpslMode: 'Partial' }]);
    core.fill({ orderId: idOf('limit') });
    await sweep();
    expect(resting()).toEqual([stopFor('0.5'), targetFor('0.5')]);
    expect(await environment.positionNow(positionId)).toMatchObject({ protection: 'full' });
  });

  it('protects from the first fill if its price is marketable', async () => {
    const { open, resting, sent } = await stage();
    const opened = await open({ price: '60500', stopLoss });
    expect(opened).toMatchObject({ protection: 'full', stopLoss: { state: 'resting', amount: '0.5' } });
    expect(resting()).toEqual([stopFor('0.5')]);
    expect(sent()).toHaveLength(1);
  });
});

describe('the stop of a position at Bybit linear', () => {
  const amendPath = '/v5/order/amend';

  async function stageFilled(input: Opening = {}) {
    const staged = await stage();
    const { positionId } = await staged.open({ type: 'market', price: undefined, stopLoss, ...input });
    const before = staged.sent().length;
    const paths = () =>
      staged
        .sent()
        .slice(before)
        .map(({ path }) => path);
    return { ...staged, positionId, paths };
  }

  it('is changed in place, so that the position is never without one', async () => {
    const { setExits, positionId, resting, paths, sent, apiKey } = await stageFilled();
    // The account holds more than the position, so that a second stop could not rest beside the first.
    core.setPosition({ apiKey, symbol: 'BTCUSDT', amount: '0.8' });
    expect(await setExits({ positionId, stopLoss: { price: '58500' } })).toMatchObject({
      protection: 'full',
      stopLoss: { price: '58500', amount: '0.5', state: 'resting' },
    });
    expect(resting()).toEqual([stopFor('0.5', '58500')]);
    expect(paths()).toEqual([amendPath]);
    expect(sent().at(-1)).toMatchObject({ category: 'linear', qty: '0.5', triggerPrice: '58500' });
    await sweep();
    expect(paths()).toEqual([amendPath]);
  });

  it('is changed in place if it came with its entry, and stays bound to its target', async () => {
    const { open, setExits, idOf, resting, sent } = await stage();
    const { positionId } = await open({ stopLoss, takeProfits: [target] });
    core.fill({ orderId: idOf('limit') });
    await setExits({ positionId, stopLoss: { price: '57000' } });
    expect(resting()).toEqual([stopFor('0.5', '57000'), targetFor('0.5')]);
    expect(sent().map(({ path }) => path)).toEqual(['/v5/order/create', amendPath]);
  });

  it('is changed in place before its effect shows', async () => {
    core.setEffectDelay({ ms: 100 });
    const { setExits, positionId, paths } = await stageFilled();
    expect(await setExits({ positionId, stopLoss: { price: '58500' } })).toMatchObject({
      stopLoss: { price: '58500', state: 'resting' },
    });
    expect(paths()).toEqual([amendPath]);
    core.setEffectDelay({ ms: 0 });
  });

  it.each(['drop-after', 'drop-before'] as const)(
    'is changed once if the answer is lost: %s',
    async (kind) => {
      const { setExits, positionId, resting } = await stageFilled();
      core.addFault({ kind, match: { path: amendPath } });
      await setExits({ positionId, stopLoss: { price: '58500' } });
      await sweep();
      expect(resting()).toEqual([stopFor('0.5', '58500')]);
      expect(await environment.positionNow(positionId)).toMatchObject({
        protection: 'full',
        stopLoss: { price: '58500', state: 'resting' },
      });
    },
  );

  it('is replaced if Bybit does not change it', async () => {
    const { setExits, positionId, resting, paths } = await stageFilled();
    core.addFault({ kind: 'status', status: 200, code: 110060, msg: 'No.', match: { path: amendPath } });
    await setExits({ positionId, stopLoss: { price: '58500' } });
    expect(resting()).toEqual([stopFor('0.5', '58500')]);
    expect(paths()).toEqual([amendPath, '/v5/order/create', '/v5/order/cancel']);
  });

  it('stays as it was if the price has passed the new one meanwhile', async () => {
    const { positionId, resting, paths } = await stageFilled();
    const msg = 'expect Falling, but trigger_price[585000000] >= current[580000000]??last';
    core.addFault({ kind: 'status', status: 200, code: 110093, msg, match: { path: amendPath } });
    const stop = { command: 'positions.setExits', positionId, stopLoss: { price: '58500' } };
    expect(await environment.refusal(stop)).toMatchObject({ code: 'would-trigger' });
    expect(resting()).toEqual([stopFor('0.5')]);
    await sweep();
    expect(paths()).toEqual([amendPath]);
    expect(await environment.positionNow(positionId)).toMatchObject({
      protection: 'full',
      stopLoss: { price: '58000', state: 'resting' },
    });
  });

  it('is refused before anything is sent if ten conditional orders are open, unless it goes with its entry', async () => {
    const { open, resting, positionId, apiKey, paths, setExits } = await stageFilled();
    for (let nth = 1; nth <= 9; nth += 1)
      core.acknowledgeOrder({
        account: core.accountOf(apiKey),
        market: 'usdm',
        symbol: 'BTCUSDT',
        side: 'buy',
        type: 'stop_market',
        amount: '0.01',
        triggerPrice: `9${nth - 1}000`,
      });
    const refused = open({ type: 'market', price: undefined, stopLoss });
    await expect(refused).rejects.toThrow('allows 10 for each account, and 10 others are open.');
    expect(paths()).toEqual([]);
    await setExits({ positionId, stopLoss: { price: '57000' } });
    await open({ stopLoss });
    expect(resting()).toEqual([stopFor('0.5', '57000')]);
    expect(paths()).toEqual([amendPath, '/v5/order/create']);
  });

  it('is replaced if it becomes a LIMIT order, which no change makes of it', async () => {
    const { setExits, positionId, resting, paths } = await stageFilled();
    await setExits({ positionId, stopLoss: { price: '58500', limitPrice: '58400' } });
    expect(resting()).toEqual(['stop_limit 0.5 58500']);
    await setExits({ positionId, stopLoss: { price: '58600', limitPrice: '58500' } });
    expect(resting()).toEqual(['stop_limit 0.5 58600']);
    expect(paths()).toEqual(['/v5/order/create', '/v5/order/cancel', amendPath]);
  });
});
