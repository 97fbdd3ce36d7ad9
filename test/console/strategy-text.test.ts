import { describe, expect, it } from 'vitest';
import { suggestAlertName, toIndicator } from '../../console/app/link/alert-plan.ts';
import { collapseHits } from '../../console/app/link/collapse-hits.ts';
import { describeScope, listMatching, scopeText } from '../../console/app/link/scope-text.ts';
import { describeBeats, toWatchLabel } from '../../console/app/link/watch-text.ts';
import {
  noStrategy,
  type StrategyChoices,
  toStrategyInput,
} from '../../console/app/strategy/strategy-input.ts';
import { describePauseEffect } from '../../console/pause-text.ts';
import type { HitView, LinkView, PositionView } from '../../lib/admin/contract/commands.ts';
import { commands } from '../../lib/admin/contract/commands.ts';
import { hasBeenHeardForAWeek } from '../../lib/link/watch-advice.ts';
import { filled } from './example-views.ts';

const market = { account: 'main', symbol: 'ETH/USDT:USDT', side: 'long' } as const;

function position(change: Partial<PositionView>): PositionView {
  return { ...filled, symbol: market.symbol, ...change };
}

describe('the scope of a standing link', () => {
  const match = position({ positionId: 'pos_00000000000a' });
  const short = position({ positionId: 'pos_00000000000b', side: 'short' });
  const elsewhere = position({ positionId: 'pos_00000000000c', account: 'other' });
  const closed = position({ positionId: 'pos_00000000000d', status: 'closed' });
  const other = position({ positionId: 'pos_00000000000e', symbol: 'BTC/USDT', tag: 'trend' });
  const all = [match, short, elsewhere, closed, other];

  it.each([
    [market, [match]],
    [{ tag: 'trend' }, [other]],
    [{ account: 'main' }, [match, short, other]],
    [{ positionId: elsewhere.positionId }, [elsewhere]],
  ])('%j matches the open positions with all of it', (scope, expected) => {
    expect(listMatching(scope, all)).toEqual(expected);
  });

  it.each([
    [market, 'ETH/USDT perp long on main', 'every ETH/USDT perp long on main'],
    [{ tag: 'trend' }, 'Tag trend', 'every position with the tag "trend"'],
    [{ account: 'main' }, 'All of main', 'every position that Ripcord knows on main'],
  ])('%j reads %s', (scope, short, long) => {
    expect([scopeText(scope), describeScope(scope)]).toEqual([short, long]);
  });
});

describe('the form of a standing link', () => {
  const form = (change: Partial<StrategyChoices>) => ({
    ...noStrategy,
    ...market,
    kind: 'market' as const,
    ...change,
  });

  it.each<[Partial<StrategyChoices>, object]>([
    [{}, { ...market, action: 'close', rehearsal: true }],
    [
      { rehearsal: false, label: 'exit' },
      { ...market, action: 'close', label: 'exit' },
    ],
    [
      { kind: 'tag', tag: ' trend ' },
      { tag: 'trend', action: 'close', rehearsal: true },
    ],
    [
      { kind: 'account', follows: true },
      { account: 'main', action: 'close', rehearsal: true },
    ],
    [
      { action: 'reduce', reduce: 'toPercent', reducePercent: '50', follows: true },
      { ...market, action: 'reduce', toPercent: '50', follows: 'market-position', rehearsal: true },
    ],
    [
      { action: 'reduce', reduce: 'byPercent', reducePercent: '25', follows: true },
      { ...market, action: 'reduce', byPercent: '25', rehearsal: true },
    ],
    [
      { action: 'stop', stop: 'trailPercent', trailPercent: '2', adopt: true },
      { ...market, action: 'stop', stop: { trailPercent: '2' }, adopt: true, rehearsal: true },
    ],
    [
      { symbol: 'ETH/USDT', adopt: true },
      { ...market, symbol: 'ETH/USDT', action: 'close', rehearsal: true },
    ],
    [
      { action: 'heartbeat', isWatched: true },
      { ...market, action: 'heartbeat', watch: { every: '5m', missed: 2, then: 'tell' } },
    ],
    [{ isWatched: true }, { ...market, action: 'close', rehearsal: true }],
  ])('sends of %j only what applies, and the contract accepts it', (change, expected) => {
    const input = toStrategyInput(form(change));
    expect(input).toEqual(expected);
    expect(commands['links.create'].input.safeParse(input).success).toBe(true);
  });

  it('sends a number that is none as it is, so that the admin function refuses it', () => {
    const input = toStrategyInput(form({ action: 'reduce', reducePercent: '150' }));
    expect(commands['links.create'].input.safeParse(input).success).toBe(false);
  });
});

describe('the watch of a link', () => {
  const watch = { every: '5m', missed: 2, then: 'tell', state: 'alive' } as const;
  const now = Date.parse('2026-11-27T12:00:00Z');

  it('sleeps while no position is open, unless it has acted', () => {
    expect(toWatchLabel(watch).word).toBe('Alive');
    expect(toWatchLabel({ ...watch, asleep: true }).word).toBe('Asleep');
    expect(toWatchLabel({ ...watch, state: 'tripped', asleep: true }).word).toBe('Tripped');
  });

  it('can close only after a week of alerts', () => {
    expect(hasBeenHeardForAWeek({}, now)).toBe(false);
    expect(hasBeenHeardForAWeek({ beatsSince: '2026-11-20T12:00:01Z' }, now)).toBe(false);
    expect(hasBeenHeardForAWeek({ beatsSince: '2026-11-20T12:00:00Z' }, now)).toBe(true);
  });

  it('states its alerts, since when, and the longest pause', () => {
    expect(describeBeats(watch, (iso) => iso)).toBe('No alert has arrived yet.');
    expect(
      describeBeats({ ...watch, beats: 2_016, beatsSince: 'Friday', longestGapMs: 840_000 }, (iso) => iso),
    ).toBe('2016 alerts since Friday; longest pause 14 min.');
  });
});

describe('the alert of a standing link', () => {
  it.each([
    [{ action: 'close', scope: market }, 'Ripcord close ETHUSDT.P long'],
    [{ action: 'stop', scope: { tag: 'trend' } }, 'Ripcord stop trend'],
    [{ action: 'heartbeat', scope: { account: 'main' } }, 'Ripcord heartbeat main'],
    [{ action: 'reduce', scope: market, label: 'half' }, 'Ripcord reduce half'],
  ] as const)('of %j is named %s', (link, name) => {
    expect(suggestAlertName(link)).toBe(name);
  });

  it('states its own side or flat, and the time of the bar', () => {
    expect(toIndicator('short')).toContain('inTrade ? "short " : "flat "');
    expect(toIndicator('short')).toContain('time_close');
  });
});

describe('hits in a row that found nothing', () => {
  const hit = { linkId: 'a', decision: 'nothing-open', why: 'Nothing is open.' } as HitView;
  const at = (time: string, change: Partial<HitView> = {}): HitView => ({ ...hit, at: time, ...change });

  it('are one row with a count, and end where another hit is', () => {
    const hits = [at('5'), at('4'), at('3', { decision: 'fired' }), at('2'), at('1', { linkId: 'b' })];
    expect(collapseHits(hits).map(({ hit: newest, count, since }) => [newest.at, count, since])).toEqual([
      ['5', 2, '4'],
      ['3', 1, '3'],
      ['2', 1, '2'],
      ['1', 1, '1'],
    ]);
  });
});

describe('what a pause affects', () => {
  const one = { state: 'armed', positionId: 'a' } as LinkView;
  const standing = { state: 'armed' } as LinkView;

  it.each([
    [[], 'No open position has a link that works. The pause lasts until 13:00.'],
    [[one, one], '1 open position loses its links until 13:00.'],
    [[standing], '1 standing link stops until 13:00.'],
    [[one, standing, standing], '1 open position loses its links and 2 standing links stop until 13:00.'],
  ])('names positions and standing links', (links, text) => {
    expect(describePauseEffect(links, 'until 13:00')).toBe(text);
  });
});
