import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { computeFreshness } from '../../console/app/freshness.ts';
import { follow } from '../../console/server/follow/follower.ts';
import { applyChange, type Change, type ConsoleState } from '../../console/state.ts';
import type { CommandName } from '../../lib/admin/contract/commands.ts';

/** What the server of the console shows if only a part of what it reads fails. */

const results: Partial<Record<CommandName, object>> = {
  'positions.list': { positions: [] },
  'links.list': { links: [], paused: false },
  'accounts.list': { accounts: [] },
  'history.list': { hits: [] },
  'changes.list': { hits: [], paused: false },
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A follower whose commands can fail. @param publish gets each change as a page reads it. */
function start(publish: (change: Change) => void = () => undefined) {
  const failing = new Set<CommandName>();
  const follower = follow({
    relay: async (command) =>
      failing.has(command)
        ? { ok: false, error: { code: 'internal', message: `${command} failed.`, issues: [] } }
        : { ok: true, result: results[command] },
    place: 'here',
    publish: (change) => publish(JSON.parse(JSON.stringify(change))),
    onReady: () => undefined,
  });
  /** What a banner reports: a failure of more than 3 seconds. */
  const lasting = () => {
    const { problem } = follower.state().table;
    return problem === undefined || Date.now() - problem.since <= 3_000 ? [] : [problem.message];
  };
  return { follower, failing, lasting, header: () => computeFreshness(follower.state(), Date.now()).kind };
}

it.each(['links.list', 'accounts.list'] as const)(
  'reports that %s fails for as long as it does, although the hits can be read',
  async (command) => {
    const { follower, failing, lasting, header } = start();
    await vi.advanceTimersByTimeAsync(2_000);
    failing.add(command);
    // These are read every 15 seconds, and every 2 while they fail.
    for (let seconds = 0; seconds < 15; seconds += 1) await vi.advanceTimersByTimeAsync(1_000);
    for (let seconds = 0; seconds < 10; seconds += 1) {
      await vi.advanceTimersByTimeAsync(1_000);
      if (seconds >= 4) expect(lasting()).toEqual([`${command} failed.`]);
    }
    expect(header()).toBe('live');
    failing.clear();
    await vi.advanceTimersByTimeAsync(3_000);
    expect(lasting()).toEqual([]);
    follower.stop();
  },
);

it('is offline while the positions cannot be read, although the hits can', async () => {
  const { follower, failing, lasting, header } = start();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(header()).toBe('live');
  failing.add('positions.list');
  for (let seconds = 0; seconds < 12; seconds += 1) await vi.advanceTimersByTimeAsync(1_000);
  expect(lasting()).toEqual(['positions.list failed.']);
  expect(header()).toBe('offline');
  failing.clear();
  await vi.advanceTimersByTimeAsync(3_000);
  expect([lasting(), header()]).toEqual([[], 'live']);
  follower.stop();
});

it('shows pages that a pause no longer has an end, and that links are no longer halted', async () => {
  const known = results['changes.list'];
  const pausedUntil = '2026-11-27T13:00:00.000Z';
  let page = { positions: [], hits: [] } as unknown as ConsoleState;
  results['changes.list'] = { hits: [], paused: true, pausedUntil, halted: true };
  const { follower } = start((change) => {
    page = applyChange(page, change);
  });
  await vi.advanceTimersByTimeAsync(3_000);
  expect(page).toMatchObject({ paused: true, pausedUntil, halted: true });
  results['changes.list'] = { hits: [], paused: true };
  await vi.advanceTimersByTimeAsync(3_000);
  expect(page.paused).toBe(true);
  expect(page.pausedUntil ?? undefined).toBeUndefined();
  expect(page.halted ?? undefined).toBeUndefined();
  results['changes.list'] = known ?? {};
  follower.stop();
});
