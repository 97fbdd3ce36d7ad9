import { describe, expect, it } from 'vitest';
import type { CommandResult } from '../../../lib/admin/contract/commands.ts';
import { itemVersion } from '../../../lib/store/item-version.ts';
import { exampleHit } from '../link/example-hit.ts';
import { exampleOutcome, examplePosition, positionIdAt } from '../position/example-position.ts';
import { newAdmin } from './new-admin.ts';

const { positionId } = examplePosition;

describe('The log of the admin function', () => {
  it('the admin log names position and link when a link is created or revoked, and never its token', async () => {
    const admin = newAdmin();
    await admin.table.createPosition(examplePosition);
    const { url, link } = await admin.run('links.create', { positionId, action: 'close' });
    await admin.run('links.revoke', { linkId: link.linkId });
    const lines = admin.takeLog();
    const about = { positionId, linkId: link.linkId, outcome: 'ok', requestId: 'request-1' };
    expect(lines).toMatchObject([
      { event: 'command', code: 'links.create', ...about },
      { event: 'command', code: 'links.revoke', ...about },
    ]);
    expect(JSON.stringify(lines)).not.toContain(url.split('/').at(-1));
  });

  it('the admin log names the position of a command, also when the command is refused', async () => {
    const admin = newAdmin();
    await admin.table.createPosition(examplePosition);
    await admin.run('positions.forget', { positionId });
    await admin.ask({ command: 'positions.forget', positionId });
    expect(admin.takeLog()).toMatchObject([
      { code: 'positions.forget', positionId, outcome: 'ok' },
      { code: 'positions.forget', positionId, outcome: 'position-not-found' },
    ]);
  });

  it('the admin log has a line with the outcome for each position that was to be closed', async () => {
    const admin = newAdmin();
    await admin.create(1, 2);
    const { reports } = await admin.run('positions.closeAll', {});
    await admin.run('positions.close', { positionId: positionIdAt(1) });
    expect(admin.takeLog()).toMatchObject([
      ...reports.map(({ positionId, outcome, status }) => ({
        ...{ code: 'positions.closeAll', positionId, outcome, status },
      })),
      { code: 'positions.close', positionId: positionIdAt(1), status: expect.any(Number) },
    ]);
  });
});

describe('Closing all', () => {
  it('closing all starts no close that may run out of time, and reports the position as not started', async () => {
    const admin = newAdmin({ exchangeMs: 6_000 });
    await admin.create(1, 12);
    const { reports } = await admin.run('positions.closeAll', {});
    expect(reports).toHaveLength(12);
    const waiting = reports.filter(({ outcome }) => outcome === 'not-started');
    expect(waiting.length).toBeGreaterThan(0);
    expect(waiting.length).toBeLessThan(12);
    expect(waiting[0]).toMatchObject({ status: 503, detail: expect.stringContaining('Nothing was done') });
    for (const { positionId } of waiting) {
      expect(await admin.table.readPosition(positionId)).toMatchObject({ state: 'open', attempt: 0 });
      expect(await admin.table.listHits(positionId, 10)).toEqual([]);
    }
  });

  it('closing all closes only the named positions that are open', async () => {
    const admin = newAdmin();
    await admin.create(1, 3);
    await admin.create(4, 4, { state: 'closed', outcome: exampleOutcome });
    const positionIds = [2, 4].map(positionIdAt);
    const { reports } = await admin.run('positions.closeAll', { positionIds });
    expect(reports.map(({ positionId }) => positionId)).toEqual([positionIdAt(2)]);
  });

  it("closing all reports a position that can't be read, because it may be open", async () => {
    const admin = newAdmin();
    const list = admin.table.listPositions;
    admin.table.listPositions = (which, onUnreadable) => {
      onUnreadable?.('pos_broken000000');
      return list(which);
    };
    const { reports } = await admin.run('positions.closeAll', {});
    expect(reports).toMatchObject([{ positionId: 'pos_broken000000', status: 500, outcome: 'unreadable' }]);
  });
});

describe('The history', () => {
  const hitAt = (index: number, at: string) => ({
    ...exampleHit,
    ...{ hitId: `hit_${index}`, positionId: positionIdAt(index), at },
  });

  it('all positions are listed page by page, each once', async () => {
    const admin = newAdmin();
    await admin.create(1, 7);
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page: CommandResult<'positions.list'> = await admin.run('positions.list', {
        ...{ live: false, limit: 3 },
        ...(after === undefined ? {} : { after }),
      });
      expect(page.positions.length).toBeLessThanOrEqual(3);
      seen.push(...page.positions.map((position) => position.positionId));
      after = page.next;
    } while (after !== undefined);
    const { positions } = await admin.run('positions.list', { live: false });
    expect(seen).toEqual(positions.map((position) => position.positionId));
    expect(seen).toHaveLength(7);
  });

  it('the next page follows a position that was forgotten since', async () => {
    const admin = newAdmin();
    await admin.create(1, 4);
    const { next: after } = await admin.run('positions.list', { live: false, limit: 2 });
    await admin.run('positions.forget', { positionId: positionIdAt(3) });
    const { positions } = await admin.run('positions.list', { live: false, limit: 2, after });
    expect(positions.map((position) => position.positionId)).toEqual([2, 1].map(positionIdAt));
    const byId = await admin.run('positions.list', { live: false, after: positionIdAt(2) });
    expect(byId.positions.map((position) => position.positionId)).toEqual([positionIdAt(1)]);
  });

  it('the few positions of an account among 1,200 are read in few pages, each once, also while others are forgotten', async () => {
    const admin = newAdmin();
    await admin.create(1, 1_200, { account: 'busy' });
    const own = [1, 300, 600, 900, 1_100];
    for (const index of own) {
      await admin.table.deletePosition(positionIdAt(index));
      await admin.create(index, index);
    }
    const readPage = admin.table.listPositionPage;
    let pages = 0;
    admin.table.listPositionPage = async (place, onUnreadable) => {
      const page = await readPage(place, onUnreadable);
      pages += 1;
      const last = page.positions.findLast(({ account }) => account === 'busy');
      if (last !== undefined) await admin.table.deletePosition(last.positionId);
      return page;
    };
    const list = async (limit: number, after?: string) => {
      const { positions, next } = await admin.run('positions.list', {
        ...{ account: examplePosition.account, live: false, limit },
        ...(after === undefined ? {} : { after }),
      });
      return { ids: positions.map((position) => position.positionId), next };
    };
    const all = own.toReversed().map(positionIdAt);
    expect(await list(50)).toEqual({ ids: all, next: undefined });
    expect(pages).toBe(3);
    const { ids, next } = await list(3);
    expect(ids).toEqual(all.slice(0, 3));
    expect(await list(3, next)).toEqual({ ids: all.slice(3), next: undefined });
  });

  it('the history of all positions covers the open ones and the latest ended ones, 50 in all', async () => {
    const admin = newAdmin();
    const ended = (day: number) => ({
      state: 'closed',
      outcome: { ...exampleOutcome, settledAt: `2026-11-${String(day).padStart(2, '0')}T00:00:00.000Z` },
    });
    await admin.create(1, 1);
    await admin.create(2, 2, ended(1));
    await admin.create(3, 60, ended(2));
    await admin.create(61, 61, ended(3));
    for (const index of [1, 2, 61]) await admin.table.recordHit(hitAt(index, exampleHit.at), 2e12);
    const { hits } = await admin.run('history.list', {});
    expect(hits.map(({ positionId }) => positionId).toSorted()).toEqual([1, 61].map(positionIdAt));
    // The history of a position by its id is not limited to those.
    const own = await admin.run('history.list', { positionId: positionIdAt(2) });
    expect(own.hits).toHaveLength(1);
  });

  it('the whole history is listed page by page, each hit once, also of forgotten positions', async () => {
    const admin = newAdmin();
    await admin.create(1, 70);
    // Three in each millisecond, and an alert that was resent at the border of two pages.
    const hits = Array.from({ length: 70 }, (_, index) => ({
      ...hitAt(index + 1, new Date(Date.UTC(2026, 10, 22, 12, 0, 0, Math.floor(index / 3))).toISOString()),
      hitId: `hit_${String(index).padStart(12, '0')}`,
    }));
    for (const hit of hits) await admin.table.recordHit(hit, 2e12);
    await admin.run('positions.forget', { positionId: positionIdAt(3) });
    const seen: string[] = [];
    let before: string | undefined = '2026-11-22T12:01:00.000Z';
    while (before !== undefined) {
      const page: CommandResult<'history.list'> = await admin.run('history.list', { before, limit: 20 });
      expect(page.hits.length).toBeLessThanOrEqual(20);
      seen.push(...page.hits.map(({ hitId }) => hitId));
      before = page.next;
    }
    expect(seen).toEqual(hits.map(({ hitId }) => hitId).toReversed());
  });

  it('a page begins before a time in UTC only, because times are compared as text', async () => {
    const admin = newAdmin();
    for (const before of ['2026-11-22T12:00:00-05:00', '2026-11-22T12', '2026-11-22'])
      await expect(admin.run('history.list', { before })).rejects.toThrow('before: expected a time in UTC');
  });

  it('a time without milliseconds is that of its full second', async () => {
    const admin = newAdmin();
    await admin.table.createPosition(examplePosition);
    for (const at of ['2026-11-22T11:59:59.900Z', '2026-11-22T12:00:00.500Z'])
      await admin.table.recordHit({ ...exampleHit, hitId: `hit_${at.slice(20, 23)}`, at }, 2e12);
    const { hits: before } = await admin.run('history.list', { before: '2026-11-22T12:00:00Z' });
    expect(before.map(({ hitId }) => hitId)).toEqual(['hit_900']);
    const { hits: since } = await admin.run('changes.list', { since: '2026-11-22T12:00:00Z' });
    expect(since.map(({ hitId }) => hitId)).toEqual(['hit_500']);
    await expect(admin.run('history.list', { before: '2026-99-22T12:00:00Z' })).rejects.toThrow(
      'before: expected',
    );
  });

  it('a resend is recognized across two pages of the history', async () => {
    const admin = newAdmin();
    await admin.table.createPosition(examplePosition);
    for (const second of [0, 5, 10])
      await admin.table.recordHit(
        {
          ...exampleHit,
          ...{ hitId: `hit_${second}`, method: 'POST', status: 503 },
          at: new Date(Date.UTC(2026, 10, 22, 12, 0, second)).toISOString(),
        },
        2e12,
      );
    const first = await admin.run('history.list', { positionId, limit: 1 });
    expect(first.hits).toMatchObject([{ hitId: 'hit_10', resend: 2 }]);
    const second = await admin.run('history.list', { positionId, limit: 1, before: first.next });
    expect(second.hits).toMatchObject([{ hitId: 'hit_5', resend: 1 }]);
  });

  it('the history of a forgotten position is listed by its id and by its link', async () => {
    const admin = newAdmin();
    await admin.table.createPosition(examplePosition);
    const { link } = await admin.run('links.create', { positionId, action: 'close' });
    await admin.table.recordHit({ ...exampleHit, positionId, linkId: link.linkId }, 2e12);
    await admin.run('positions.forget', { positionId });
    expect(await admin.run('history.list', {})).toEqual({ hits: [] });
    expect((await admin.run('history.list', { positionId })).hits).toHaveLength(1);
    expect((await admin.run('history.list', { linkId: link.linkId })).hits).toHaveLength(1);
  });
});

describe('Adding an account', () => {
  const account = { exchange: 'binance', apiKey: 'hidden-1', secret: 'hidden-2' } as const;
  const unchecked = true;

  it.each([
    ['another key', { ...account, apiKey: 'hidden-3' }],
    ['another exchange', { ...account, exchange: 'bybit' as const }],
  ])('adding an account under a name with %s is refused, unless it is to be replaced', async (_, other) => {
    const admin = newAdmin();
    await admin.run('accounts.add', { name: 'main', account, unchecked });
    const refused = await admin.ask({ command: 'accounts.add', name: 'main', account: other });
    expect(refused).toMatchObject({
      ok: false,
      error: { code: 'conflict', message: expect.stringContaining('--replace') },
    });
    expect(JSON.stringify(refused)).not.toMatch(/hidden/);
    await admin.run('accounts.add', { name: 'main', account: other, replace: true, unchecked });
    expect((await admin.run('accounts.list', {})).accounts).toEqual([
      { name: 'main', exchange: other.exchange },
    ]);
  });

  it('adding an account again with the same key replaces its secret', async () => {
    const admin = newAdmin();
    await admin.run('accounts.add', { name: 'main', account: { ...account, secret: 'mistyped' }, unchecked });
    await admin.run('accounts.add', { name: 'main', account, unchecked });
  });
});

describe('The list of links', () => {
  it('the list of links marks those whose position is closed', async () => {
    const admin = newAdmin();
    await admin.create(1, 2);
    for (const index of [1, 2])
      await admin.run('links.create', { positionId: positionIdAt(index), action: 'close' });
    const over = await admin.table.readPosition(positionIdAt(2));
    if (over === undefined) throw new Error('The position is missing.');
    await admin.table.savePosition(over, { state: 'closed', outcome: exampleOutcome });
    const { links } = await admin.run('links.list', {});
    const listed = links.map(({ positionId, state, positionClosed }) => ({
      positionId,
      state,
      positionClosed,
    }));
    expect(listed).toEqual(
      expect.arrayContaining([
        { positionId: positionIdAt(1), state: 'armed', positionClosed: false },
        { positionId: positionIdAt(2), state: 'armed', positionClosed: true },
      ]),
    );
  });
});

describe('A mistyped name', () => {
  it.for(['positions.list', 'positions.closeAll'])(
    '%s refuses an account that is not stored',
    async (command) => {
      const { ask, create } = newAdmin();
      await create(1, 1);
      expect(await ask({ command, account: 'nope' })).toMatchObject({
        ok: false,
        error: { code: 'account-not-found' },
      });
    },
  );

  it('an account without positions has empty lists', async () => {
    const { run } = newAdmin();
    const account = { exchange: 'binance', apiKey: 'key', secret: 'secret' } as const;
    await run('accounts.add', { name: 'idle', account, unchecked: true });
    expect(await run('positions.list', { account: 'idle' })).toEqual({ positions: [] });
    expect(await run('positions.closeAll', { account: 'idle' })).toEqual({ reports: [] });
  });

  it("the links of a position that this version can't read are listed, so that they can be revoked", async () => {
    const { ask, run, create, table } = newAdmin();
    await create(1, 2);
    const { link } = await run('links.create', { positionId: positionIdAt(1), action: 'close' });
    const newer = table.at(itemVersion + 1);
    for (const index of [1, 2])
      await newer.savePosition((await newer.readPosition(positionIdAt(index))) ?? examplePosition, {
        label: 'newer',
      });
    expect(await run('links.list', { positionId: positionIdAt(1) })).toMatchObject({
      links: [{ linkId: link.linkId, state: 'armed' }],
    });
    expect(await ask({ command: 'links.list', positionId: positionIdAt(2) })).toMatchObject({
      ok: false,
      error: { code: 'newer-version' },
    });
  });

  it('links.list refuses an unknown position, and is empty for one without links', async () => {
    const { ask, run, create } = newAdmin();
    await create(1, 1);
    expect(await run('links.list', { positionId: positionIdAt(1) })).toEqual({ links: [], paused: false });
    expect(await ask({ command: 'links.list', positionId: positionIdAt(2) })).toMatchObject({
      ok: false,
      error: { code: 'position-not-found' },
    });
  });
});

describe('While links are halted', () => {
  const order = { account: 'main', symbol: 'BTC/USDT', side: 'long' };
  const exits = { stopLoss: { price: '90' } };

  it.each([
    { command: 'positions.close', positionId },
    { command: 'positions.closeAll', positionIds: [positionId] },
    { command: 'positions.open', ...order, type: 'market', amount: '1', requestId: 'request-00000001' },
    { command: 'positions.adopt', ...order, amount: '1' },
    { command: 'positions.setExits', positionId, ...exits },
    { command: 'positions.resolve', positionId, apply: true },
  ])('no command acts on a position: %j', async (payload) => {
    const admin = newAdmin({ linksHalted: true });
    await admin.table.createPosition(examplePosition);
    const before = await admin.table.readPosition(positionId);
    expect(await admin.ask(payload)).toEqual({
      ok: false,
      error: {
        code: 'conflict',
        message: expect.stringContaining("Use the exchange's own app to close a position"),
        detail: `Links are halted while a backup is restored, so ${payload.command} does nothing.`,
        hint: { text: expect.any(String), command: 'restore' },
        issues: [],
      },
    });
    expect(await admin.table.readPosition(positionId)).toEqual(before);
    expect(admin.takeLog()).toMatchObject([{ event: 'command', outcome: 'conflict' }]);
  });

  it('the exchange is not read for a view, because that could end a position and cancel its exits', async () => {
    const admin = newAdmin({ linksHalted: true, exchangeMs: 5 });
    await admin.table.createPosition(examplePosition);
    const { positions } = await admin.run('positions.list', {});
    const { position } = await admin.run('positions.get', { positionId });
    for (const { staleReason } of [...positions, position])
      expect(staleReason).toBe('Links are halted while a backup is restored, so the exchange is not read.');
    expect(await admin.run('positions.preview', { positionId })).toMatchObject({ position: { positionId } });
  });

  it('the commands of a restore work', async () => {
    const admin = newAdmin({ linksHalted: true });
    await admin.table.createPosition(examplePosition);
    expect(await admin.run('restore.pauseLinks', { reason: 'A backup.' })).toEqual({ paused: 0 });
    const restoredTo = '2026-11-22T12:00:00Z';
    const { verdict } = await admin.run('restore.checkPosition', { positionId, restoredTo });
    expect(verdict).toBe('set-aside');
    expect(await admin.run('positions.forget', { positionId })).toEqual({ positionId, linksRevoked: 0 });
  });
});
