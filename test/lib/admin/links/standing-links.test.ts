import { describe, expect, it } from 'vitest';
import type { Account } from '../../../../lib/account/account.ts';
import type { Exchange } from '../../../../lib/exchange/exchange.ts';
import { Fault } from '../../../../lib/fault.ts';
import type { Position } from '../../../../lib/position/position.ts';
import { exampleHit } from '../../link/example-hit.ts';
import {
  exampleClaim,
  exampleOutcome,
  examplePerpetual,
  examplePosition,
  positionIdAt,
} from '../../position/example-position.ts';
import { newAdmin } from '../new-admin.ts';

const main: Account = { exchange: 'binanceusdm', apiKey: 'k', secret: 's' } as Account;
const symbol = examplePerpetual.symbol;
const market = { account: 'main', symbol, side: 'long' } as const;
const perpetual: Partial<Position> = { exchange: 'binanceusdm', market: examplePerpetual, symbol };
/** A claimed position is shown as it is stored. */
const claimed: Partial<Position> = { state: 'claimed', claim: exampleClaim } as Partial<Position>;
const exchange: Partial<Exchange> = {
  async loadMarket(wanted) {
    if (wanted === symbol) return examplePerpetual;
    throw new Fault('market-not-found', `There is no market ${wanted}.`);
  },
  fetchPrice: async () => '60000',
  exits: {
    perpetual: {
      forms: new Set(['take-profit', 'stop-loss']),
      stopRef: { conditional: true, type: 'stop_market' },
    },
  },
};

function stage() {
  return newAdmin({ accounts: { main }, exchange });
}

describe('a link for more than one position', () => {
  it.each([
    [{ ...market, action: 'close' }, market],
    [{ tag: 'trend', action: 'keep' }, { tag: 'trend' }],
    [{ account: 'main', action: 'close' }, { account: 'main' }],
    [{ tag: 'trend', action: 'reduce', toPercent: '50' }, { tag: 'trend' }],
    [{ tag: 'trend', action: 'reduce', byPercent: '25' }, { tag: 'trend' }],
    [{ ...market, action: 'stop', stop: { breakEven: true } }, market],
    [{ ...market, action: 'stop', stop: { trailPercent: '2.5' } }, market],
    [
      { tag: 'trend', action: 'heartbeat', watch: { every: '5m', missed: 2, then: 'tell' } },
      { tag: 'trend' },
    ],
    [{ ...market, action: 'close', follows: 'market-position', adopt: true }, market],
  ] as const)('is created from %j and stored with its scope', async (input, scope) => {
    const admin = stage();
    const { link } = await admin.run('links.create', { ...input });
    const stored = await admin.table.readLink(link.linkId);
    expect(stored).toMatchObject({ scope, action: input.action });
    expect(link).toMatchObject({ scope, state: 'armed', matches: 0 });
    expect(link).not.toHaveProperty('positionId');
    expect(await admin.table.listLinkStates()).toMatchObject([{ linkId: link.linkId, revision: 1 }]);
    expect((await admin.run('links.list', {})).links).toEqual([link]);
  });

  it.each([
    ['an unknown account', { account: 'other', action: 'close' }, 'account-not-found'],
    [
      'an unknown account with a market',
      { ...market, account: 'other', action: 'close' },
      'account-not-found',
    ],
    ['an unknown market', { ...market, symbol: 'DOGE/USDT', action: 'close' }, 'market-not-found'],
    ['two scopes', { account: 'main', tag: 'trend', action: 'close' }, 'invalid-input'],
    ['a position and a tag', { positionId: positionIdAt(1), tag: 'trend', action: 'close' }, 'invalid-input'],
    ['no scope', { action: 'close' }, 'invalid-input'],
    ['an account with only a side', { account: 'main', side: 'long', action: 'close' }, 'invalid-input'],
    ['an account with only a symbol', { account: 'main', symbol, action: 'close' }, 'invalid-input'],
    ['a tag with a side', { tag: 'trend', side: 'long', action: 'close' }, 'invalid-input'],
    ['a tag that is too long', { tag: 'x'.repeat(33), action: 'close' }, 'invalid-input'],
    ['close with toPercent', { tag: 'trend', action: 'close', toPercent: '50' }, 'invalid-input'],
    ['keep with byPercent', { tag: 'trend', action: 'keep', byPercent: '50' }, 'invalid-input'],
    ['reduce without a target', { tag: 'trend', action: 'reduce' }, 'invalid-input'],
    ['reduce with both', { tag: 't', action: 'reduce', toPercent: '5', byPercent: '5' }, 'invalid-input'],
    ['reduce to 100 %', { tag: 'trend', action: 'reduce', toPercent: '100' }, 'invalid-input'],
    ['stop without a target', { tag: 'trend', action: 'stop' }, 'invalid-input'],
    [
      'stop with two targets',
      { tag: 't', action: 'stop', stop: { breakEven: true, price: '1' } },
      'invalid-input',
    ],
    ['close with a stop', { tag: 'trend', action: 'close', stop: { breakEven: true } }, 'invalid-input'],
    [
      'a stop that follows',
      { ...market, action: 'stop', stop: { breakEven: true }, follows: 'market-position' },
      'invalid-input',
    ],
    [
      'reduce by that follows',
      { ...market, action: 'reduce', byPercent: '5', follows: 'market-position' },
      'invalid-input',
    ],
    ['another thing to follow', { ...market, action: 'close', follows: 'price' }, 'invalid-input'],
    ['adopt for a tag', { tag: 'trend', action: 'close', adopt: true }, 'invalid-input'],
    ['adopt on spot', { ...market, symbol: 'BTC/USDT', action: 'close', adopt: true }, 'invalid-input'],
    ['a watch of a plain close', { ...market, action: 'close', watch: { every: '5m' } }, 'invalid-input'],
    ['a watch below 5 minutes', { tag: 't', action: 'heartbeat', watch: { every: '4m' } }, 'invalid-input'],
    [
      'a watch that opens',
      { tag: 't', action: 'heartbeat', watch: { every: '5m', then: 'open' } },
      'invalid-input',
    ],
    ['percent for a tag', { tag: 'trend', action: 'close', percent: 50 }, 'invalid-input'],
    ['a limit of uses for a tag', { tag: 'trend', action: 'close', maxUses: 2 }, 'invalid-input'],
  ])('is refused with %s, and nothing is stored', async (_name, input, code) => {
    const admin = stage();
    expect(await admin.refusal({ command: 'links.create', ...input })).toMatchObject({ code });
    expect(await admin.table.listLinks()).toEqual([]);
    expect(await admin.table.listLinkStates()).toEqual([]);
  });

  it('for one position, an action with a target is stored with the position', async () => {
    const admin = stage();
    await admin.table.createPosition(examplePosition);
    const { positionId } = examplePosition;
    const { link } = await admin.run('links.create', { positionId, action: 'reduce', toPercent: '50' });
    expect(await admin.table.readLink(link.linkId)).toMatchObject({ positionId, toPercent: '50' });
    expect(link).toMatchObject({ positionId, scope: { positionId } });
    expect(await admin.table.listLinkStates()).toMatchObject([{ linkId: link.linkId }]);
  });

  it('for one position, close and keep are stored without a state, as before', async () => {
    const admin = stage();
    await admin.table.createPosition(examplePosition);
    const { link } = await admin.run('links.create', {
      positionId: examplePosition.positionId,
      action: 'close',
    });
    expect(link.matches).toBeUndefined();
    expect(await admin.table.listLinkStates()).toEqual([]);
  });

  it('counts the open positions that it matches, and is counted at each of them', async () => {
    const admin = stage();
    await admin.create(1, 2, perpetual);
    await admin.create(3, 3, { ...perpetual, side: 'short' });
    await admin.create(4, 4, { ...perpetual, state: 'closed', outcome: exampleOutcome });
    await admin.create(5, 5, { ...perpetual, state: 'kept', tag: 'trend' });
    await admin.run('links.create', { ...market, action: 'close' });
    await admin.run('links.create', { tag: 'trend', action: 'close' });
    await admin.run('links.create', { ...market, action: 'close', rehearsal: true });
    const { links } = await admin.run('links.list', {});
    const found = links.map(({ scope, matches, state }) => [scope.tag, matches, state]);
    expect(found.toSorted()).toEqual([
      [undefined, 3, 'armed'],
      [undefined, 3, 'rehearsal'],
      ['trend', 1, 'armed'],
    ]);
    const counted = await Promise.all(
      [1, 3, 4, 5].map(async (index) => {
        const { position } = await admin.run('positions.get', { positionId: positionIdAt(index) });
        return position.links;
      }),
    );
    expect(counted).toEqual([1, 0, 0, 2]);
    const { positions } = await admin.run('positions.list', { open: true });
    const byId = Object.fromEntries(positions.map(({ positionId, links: count }) => [positionId, count]));
    expect(byId).toMatchObject({ [positionIdAt(1)]: 1, [positionIdAt(3)]: 0, [positionIdAt(5)]: 2 });
  });

  it('is listed with a position that it matches, beside its own links', async () => {
    const admin = stage();
    await admin.create(1, 2, perpetual);
    const [first, second] = [positionIdAt(1), positionIdAt(2)];
    const { link: wide } = await admin.run('links.create', { ...market, action: 'close' });
    const { link: own } = await admin.run('links.create', { positionId: first, action: 'close' });
    await admin.run('links.create', { tag: 'trend', action: 'close' });
    const ids = async (positionId: string) =>
      (await admin.run('links.list', { positionId })).links.map(({ linkId }) => linkId).toSorted();
    expect(await ids(first)).toEqual([wide.linkId, own.linkId].toSorted());
    expect(await ids(second)).toEqual([wide.linkId]);
  });
});

describe('warnings at creation', () => {
  const follow = { ...market, follows: 'market-position' } as const;
  it.each([
    [
      { tag: 't', action: 'reduce', toPercent: '50' },
      { tag: 't', action: 'reduce', toPercent: '25' },
    ],
    [
      { ...market, action: 'stop', stop: { price: '50000' } },
      { ...market, action: 'stop', stop: { price: '51000' } },
    ],
    [
      { ...follow, action: 'close' },
      { ...follow, action: 'keep' },
    ],
  ] as const)('name the link that %j contradicts', async (first, second) => {
    const admin = stage();
    const created = await admin.run('links.create', { ...first, label: 'earlier' });
    expect(created.warnings ?? []).toEqual([]);
    const { warnings = [] } = await admin.run('links.create', { ...second });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(`Link ${created.link.linkId} "earlier"`);
    await admin.run('links.revoke', { linkId: created.link.linkId });
    const last = (await admin.run('links.list', {})).links.find(({ state }) => state === 'armed');
    await admin.run('links.revoke', { linkId: last?.linkId ?? '' });
    expect(await admin.run('links.create', { ...second })).not.toHaveProperty('warnings');
  });

  it.each([
    [
      { ...market, action: 'close' },
      { ...market, action: 'keep' },
    ],
    [
      { tag: 't', action: 'reduce', toPercent: '50' },
      { tag: 'u', action: 'reduce', toPercent: '25' },
    ],
    [
      { tag: 't', action: 'reduce', toPercent: '50' },
      { tag: 't', action: 'reduce', toPercent: '50.0' },
    ],
  ] as const)('are absent for %j and %j', async (first, second) => {
    const admin = stage();
    await admin.run('links.create', { ...first });
    expect(await admin.run('links.create', { ...second })).not.toHaveProperty('warnings');
  });

  it.each([
    ['long', '60001', 'beyond the current price 60000 USDT of the long'],
    ['short', '59999', 'beyond the current price 60000 USDT of the short'],
  ] as const)('name a stop of a %s at %s', async (side, price, text) => {
    const admin = stage();
    const { warnings } = await admin.run('links.create', {
      ...{ ...market, side, action: 'stop', stop: { price } },
    });
    expect(warnings).toEqual([expect.stringContaining(text)]);
  });

  it('name a fixed price for positions of any market', async () => {
    const admin = stage();
    await admin.create(1, 1, { ...perpetual, tag: 'trend' });
    const stop = { price: '61000' };
    const { warnings } = await admin.run('links.create', { tag: 'trend', action: 'stop', stop });
    expect(warnings).toEqual([
      expect.stringContaining('in all their markets'),
      expect.stringContaining('beyond the current price'),
    ]);
  });
});

describe('a watch that closes', () => {
  const beating = { tag: 'trend', action: 'heartbeat' } as const;
  const closing = { every: '5m', missed: 3, then: 'close' } as const;

  it('is accepted for a new link, with a warning that no week of alerts shows their pauses', async () => {
    const admin = stage();
    const { link, warnings } = await admin.run('links.create', { ...beating, watch: closing });
    expect(link.watch).toMatchObject({ ...closing, state: 'waiting' });
    expect(warnings).toEqual([expect.stringContaining('A watch that only notifies shows that first.')]);
    const told = await admin.run('links.create', { ...beating, watch: { ...closing, then: 'tell' } });
    expect(told).not.toHaveProperty('warnings');
  });

  it.each([
    [7 * 86_400_000, undefined],
    [7 * 86_400_000 - 1, [expect.stringContaining('7 days of alerts have not shown yet')]],
  ])('is chosen %i ms after the first alert with the warnings %j', async (ms, warnings) => {
    const admin = stage();
    const { link } = await admin.run('links.create', { ...beating, watch: { ...closing, then: 'tell' } });
    const state = await admin.table.readLinkState(link.linkId);
    const firstAt = admin.now() - ms;
    await admin.table.saveLinkState({ ...state, beats: { firstAt, lastAt: admin.now(), count: 9 } });
    const updated = await admin.run('links.update', { linkId: link.linkId, watch: closing });
    expect(updated.link.watch).toMatchObject({ then: 'close' });
    expect(updated.warnings).toEqual(warnings);
  });
});

describe('arming', () => {
  it('ends a rehearsal', async () => {
    const admin = stage();
    const { link } = await admin.run('links.create', { ...market, action: 'close', rehearsal: true });
    expect(link.state).toBe('rehearsal');
    expect((await admin.run('links.arm', { linkId: link.linkId })).link.state).toBe('armed');
  });

  it('of an expired link does not hide that it has expired', async () => {
    const admin = stage();
    const { link } = await admin.run('links.create', {
      ...{ ...market, action: 'close', rehearsal: true, expiresIn: 3600 },
    });
    admin.pass(2 * 3_600_000);
    const [listed] = (await admin.run('links.list', {})).links;
    expect(listed).toMatchObject({ linkId: link.linkId, state: 'expired', rehearsal: true });
    expect((await admin.run('links.preview', { linkId: link.linkId })).would).toBe(
      'If fired now: nothing changes; the link has expired.',
    );
  });

  it('of a link that follows a strategy waits until its own side was heard', async () => {
    const admin = stage();
    const { link } = await admin.run('links.create', {
      ...{ ...market, action: 'close', follows: 'market-position', rehearsal: true },
    });
    const { linkId } = link;
    expect(await admin.refusal({ command: 'links.arm', linkId })).toMatchObject({ code: 'not-heard' });
    expect((await admin.table.readLink(linkId))?.rehearsal).toBe(true);
    const state = await admin.table.readLinkState(linkId);
    await admin.table.saveLinkState({
      ...state,
      heard: { position: 'long', at: admin.now() },
      ownSideAt: admin.now(),
    });
    const armed = (await admin.run('links.arm', { linkId })).link;
    expect(armed).toMatchObject({ state: 'armed', heard: { position: 'long' } });
  });

  it('starts a watch again that has acted', async () => {
    const admin = stage();
    const { link } = await admin.run('links.create', {
      ...{ tag: 'trend', action: 'heartbeat', watch: { every: '5m', missed: 2, then: 'close' } },
    });
    const { linkId } = link;
    const state = await admin.table.readLinkState(linkId);
    await admin.table.saveLinkState({ ...state, watch: { state: 'tripped', since: 1 } });
    expect((await admin.run('links.list', {})).links[0]?.watch?.state).toBe('tripped');
    const { link: again } = await admin.run('links.arm', { linkId });
    expect(again).toMatchObject({ state: 'armed', watch: { every: '5m', state: 'waiting' } });
  });

  it('is refused for a revoked link', async () => {
    const admin = stage();
    const { link } = await admin.run('links.create', { tag: 'trend', action: 'close' });
    await admin.run('links.revoke', { linkId: link.linkId });
    const refused = await admin.refusal({ command: 'links.arm', linkId: link.linkId });
    expect(refused).toMatchObject({ code: 'conflict' });
  });
});

describe('revoking, changing, pausing', () => {
  it('a revoked link is revoked at the open positions in its scope, and the answer names what may still act', async () => {
    const admin = stage();
    await admin.create(1, 2, perpetual);
    await admin.create(3, 3, { ...perpetual, side: 'short' });
    const { link } = await admin.run('links.create', { ...market, action: 'close' });
    const revoked = await admin.run('links.revoke', { linkId: link.linkId });
    expect(revoked.link.state).toBe('revoked');
    expect(revoked.note).toContain('last 12 s');
    const claim = { ...exampleClaim, linkId: link.linkId };
    const claims = await Promise.all(
      [1, 2, 3].map((index) =>
        admin.table.claimPosition({ positionId: positionIdAt(index), claim, from: ['open'] }),
      ),
    );
    expect(claims.map(({ kind }) => kind)).toEqual(['refused', 'refused', 'claimed']);
  });

  it.each([
    { action: 'stop', stop: { price: '50000' } },
    { action: 'reduce', toPercent: '50' },
  ] as const)('a link for one position with the target %j names what may still act', async (target) => {
    const admin = stage();
    await admin.create(1, 1, perpetual);
    const positionId = positionIdAt(1);
    const { link } = await admin.run('links.create', { positionId, ...target });
    const { note } = await admin.run('links.revoke', { linkId: link.linkId });
    expect(note).toBe('A hit of the last 12 s may still act on the position. No later hit does anything.');
  });

  it('a link for one position is revoked without a note', async () => {
    const admin = stage();
    await admin.table.createPosition(examplePosition);
    const { positionId } = examplePosition;
    const { link } = await admin.run('links.create', { positionId, action: 'close' });
    expect(await admin.run('links.revoke', { linkId: link.linkId })).not.toHaveProperty('note');
  });

  it('a watch is replaced, starts to wait again, and is removed', async () => {
    const admin = stage();
    const { link } = await admin.run('links.create', {
      ...{ tag: 'trend', action: 'heartbeat', watch: { every: '5m', missed: 2, then: 'tell' } },
    });
    const { linkId } = link;
    const state = await admin.table.readLinkState(linkId);
    await admin.table.saveLinkState({ ...state, watch: { state: 'silent', since: 1 } });
    const watch = { every: '1h', missed: 3, then: 'stop-break-even' } as const;
    const { link: changed } = await admin.run('links.update', { linkId, watch });
    expect(changed.watch).toMatchObject({ ...watch, state: 'waiting' });
    const { link: without } = await admin.run('links.update', { linkId, watch: null });
    expect(without.watch).toBeUndefined();
    expect((await admin.table.readLinkState(linkId)).watch).toBeUndefined();
  });

  it('a link without regular alerts takes no watch', async () => {
    const admin = stage();
    const { link } = await admin.run('links.create', { tag: 'trend', action: 'close' });
    const command = { command: 'links.update', linkId: link.linkId, watch: { every: '5m' } };
    expect(await admin.refusal(command)).toMatchObject({ code: 'invalid-input' });
    expect((await admin.table.readLink(link.linkId))?.watch).toBeUndefined();
  });

  it('a restore pauses it, and forgetting a position leaves it', async () => {
    const admin = stage();
    await admin.create(1, 1, perpetual);
    const { link } = await admin.run('links.create', { ...market, action: 'close' });
    await admin.run('positions.forget', { positionId: positionIdAt(1) });
    const reason = 'Restored.';
    expect(await admin.run('restore.pauseLinks', { reason })).toMatchObject({ paused: 1 });
    expect((await admin.run('links.list', {})).links).toMatchObject([
      { linkId: link.linkId, state: 'paused', matches: 0 },
    ]);
    expect((await admin.run('links.arm', { linkId: link.linkId })).link.state).toBe('armed');
  });

  it('its history has its hits as wholes', async () => {
    const admin = stage();
    const { link } = await admin.run('links.create', { tag: 'trend', action: 'close' });
    const positions = [{ positionId: positionIdAt(1), outcome: 'closed' }];
    const { positionId: _, ...hit } = exampleHit;
    const at = new Date(admin.now()).toISOString();
    const whole = { ...hit, linkId: link.linkId, at, positions };
    await admin.table.recordHit(whole, Number.MAX_SAFE_INTEGER);
    const { hits } = await admin.run('history.list', { linkId: link.linkId });
    expect(hits).toMatchObject([{ hitId: hit.hitId, positions }]);
  });
});

describe('a preview', () => {
  it('lists what it leaves out, and why', async () => {
    const admin = stage();
    await admin.create(1, 1, { ...perpetual, side: 'short' });
    await admin.create(2, 2, { ...perpetual, account: 'other' });
    const { link } = await admin.run('links.create', { ...market, action: 'close' });
    const preview = await admin.run('links.preview', { linkId: link.linkId });
    expect(preview).toMatchObject({
      positions: [],
      fires: false,
      would: expect.stringContaining('nothing matches now'),
      leftOut: [{ positionId: positionIdAt(1), why: 'It is a short, and the link is for each long.' }],
    });
    expect(preview.leftOut).toHaveLength(1);
  });

  it('of a link for a tag names untagged positions of the same market, and tags that look alike', async () => {
    const admin = stage();
    await admin.create(1, 1, { tag: 'trend', ...claimed });
    await admin.create(2, 2);
    await admin.create(3, 3, { ...perpetual, tag: 'Trend' });
    await admin.create(4, 4, perpetual);
    await admin.create(5, 5, { tag: 'trend', state: 'closed', outcome: exampleOutcome });
    const { link } = await admin.run('links.create', { tag: 'trend', action: 'close' });
    const { positions, leftOut } = await admin.run('links.preview', { linkId: link.linkId });
    expect(positions).toMatchObject([{ positionId: positionIdAt(1), fires: false }]);
    expect(Object.fromEntries(leftOut.map(({ positionId, why }) => [positionId, why]))).toEqual({
      [positionIdAt(2)]: 'It has no tag.',
      [positionIdAt(3)]: 'Its tag is "Trend".',
      [positionIdAt(5)]: 'It is closed.',
    });
  });

  it('of a link that follows a strategy leaves out what is not followed', async () => {
    const admin = stage();
    await admin.create(1, 2, { ...perpetual, ...claimed });
    const { link } = await admin.run('links.create', {
      ...{ ...market, action: 'close', follows: 'market-position' },
    });
    const state = await admin.table.readLinkState(link.linkId);
    await admin.table.saveLinkState({ ...state, followed: [positionIdAt(1)] });
    const { positions, leftOut } = await admin.run('links.preview', { linkId: link.linkId });
    expect(positions.map(({ positionId }) => positionId)).toEqual([positionIdAt(1)]);
    expect(leftOut).toMatchObject([
      { positionId: positionIdAt(2), why: expect.stringContaining('not followed yet') },
    ]);
  });

  it('of a link that adopts says so when the exchange does not tell what it holds', async () => {
    const admin = newAdmin({
      accounts: { main },
      exchange: {
        ...exchange,
        fetchPosition: () => Promise.reject(new Fault('exchange-unreachable', 'Binance did not respond.')),
      },
    });
    const adopting = { ...market, action: 'close', adopt: true } as const;
    const { link } = await admin.run('links.create', adopting);
    const preview = await admin.run('links.preview', { linkId: link.linkId });
    expect(preview).toMatchObject({
      fires: false,
      adopts: { fires: false, would: 'it is not known what it adopts; Binance did not respond.' },
      would: 'If fired now: it is not known what it adopts; Binance did not respond.',
    });
    expect(preview.adopts).not.toHaveProperty('amount');
  });

  it('of a link that adopts reads no exchange while links are halted', async () => {
    const admin = newAdmin({ accounts: { main }, exchange, linksHalted: true });
    const { link } = await admin.run('links.create', { ...market, action: 'close', adopt: true });
    expect((await admin.run('links.preview', { linkId: link.linkId })).adopts).toMatchObject({
      would: 'it is not known what it adopts; The exchange is not read while links are halted.',
    });
  });

  it('of a link that follows a strategy adopts at its own side, and not at "flat"', async () => {
    const held = { side: 'long', amount: '0.5', averagePrice: '60000', hedged: false } as const;
    const admin = newAdmin({
      accounts: { main },
      exchange: { ...exchange, fetchPosition: async () => held, fetchOpenOrders: async () => [] },
    });
    const plan = await admin.run('links.plan', {
      ...{ ...market, action: 'close', follows: 'market-position', adopt: true },
    });
    expect(plan).toMatchObject({
      fires: false,
      adopts: { amount: '0.5', fires: false, would: 'adopts 0.5 BTC at the next message "long".' },
      would: expect.stringContaining('Adopts 0.5 BTC at the next message "long".'),
    });
    expect(await admin.run('links.list', {})).toMatchObject({ links: [] });
  });
});
