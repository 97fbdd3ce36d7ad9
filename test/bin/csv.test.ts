import { expect, test } from 'vitest';
import type { HitView, PositionView } from '../../lib/admin/contract/commands.ts';
import { armedLink, linkId, longPosition, positionId } from './examples.ts';
import { answered, startFakeAdmin } from './fake-admin.ts';
import { runLocally } from './run-ripcord.ts';

const closed: PositionView = {
  ...longPosition,
  ...{ status: 'closed', fillStatus: 'closed', remaining: '0', label: '=HYPERLINK("http://x")' },
  ...{ realizedProfit: '-12.5', netProfit: '-15.5', fees: [{ currency: 'USDT', amount: '3' }] },
  entryOrders: [
    {
      ...{ orderId: '1', type: 'limit', status: 'done', amount: '0.25', filled: '0.25', average: '60000.1' },
      ...{ createdAt: Date.UTC(2025, 10, 22, 17), updatedAt: Date.UTC(2025, 10, 22, 17, 5) },
    },
  ],
  exitOrders: [
    { orderId: '2', type: 'market', status: 'done', amount: '0.25', filled: '0.25', average: '59950.1' },
  ],
  outcome: {
    ...{ outcome: 'closed', closedBy: 'ripcord', action: 'close', actor: 'link', linkId },
    ...{ detail: 'Closed 0.25 BTC, at market.', entryFilled: '0.25', closedAmount: '0.25', remaining: '0' },
    ...{ canceledEntryOrderIds: [], canceledExitOrderIds: [] },
    ...{ claimedAt: '2025-11-22T18:00:00.000Z', settledAt: '2025-11-22T18:00:01.000Z' },
  },
};
const unknown: PositionView = {
  ...closed,
  ...{ positionId: 'pos_000000000002', realizedProfit: null, netProfit: null },
};

const hit: HitView = {
  hitId: 'hit_1',
  at: '2025-11-22T17:20:05.123Z',
  positionId,
  actor: 'link',
  linkId,
  action: 'close',
  method: 'POST',
  decision: 'fired',
  why: 'Closed 0.25 BTC, "at market".',
  status: 200,
  outcome: 'closed',
  requests: [],
  resend: 0,
};

function answerTrades({ command }: { command: string }) {
  return answered(
    command === 'links.list'
      ? { links: [armedLink], paused: false }
      : { positions: [closed, unknown, { ...longPosition, positionId: 'pos_000000000003' }] },
  );
}

test('a position that this version cannot read is named, because the list and its totals lack it', async () => {
  const unreadable = ['pos_000000000009'];
  await using admin = await startFakeAdmin(({ command }) =>
    answered(command === 'links.list' ? { links: [], paused: false } : { positions: [closed], unreadable }),
  );
  const { code, stderr } = await runLocally(admin.url, ['positions', 'list', '--closed', '--csv']);
  expect(code).toBe(0);
  expect(stderr).toContain("This version can't read pos_000000000009.");
});

test('closed trades are listed with totals by currency, as stored and without a request to an exchange', async () => {
  await using admin = await startFakeAdmin(answerTrades);
  const { code, stdout, stderr } = await runLocally(admin.url, ['positions', 'list', '--closed']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(admin.payloads).toContainEqual({ command: 'positions.list', live: false, limit: 500 });
  expect(stdout).toMatch(/BTC\/USDT +long +0\.25 +60000\.1 +59950\.1 .* Link …a1B2 +-15\.50 USDT/);
  expect(stdout).toContain('2 trades, 0 with a profit (0 %).\nNet -15.50 USDT after 3 USDT of fees.\n');
  expect(stdout).toContain('1 trade with an unknown profit is in no sum and no rate.');
  expect(stdout).not.toContain('open, partly filled');
});

test('closed trades as CSV have plain numbers, times in UTC and no formula', async () => {
  await using admin = await startFakeAdmin(answerTrades);
  const { code, stdout } = await runLocally(admin.url, ['positions', 'list', '--closed', '--csv']);
  expect(code).toBe(0);
  const [head, first, second] = stdout.split('\r\n');
  expect(head).toBe(
    'position_id,account,exchange,market,side,label,size,base,average_entry,average_exit,opened_at,closed_at,' +
      'ended_by,link_id,outcome,quote,realized,fees_in_quote,fees_paid,funding,net,r',
  );
  expect(first).toBe(
    `${positionId},main,binance,BTC/USDT,long,"'=HYPERLINK(""http://x"")",0.25,BTC,60000.1,59950.1,` +
      '2025-11-22T17:05:00.000Z,2025-11-22T18:00:01.000Z,Link …a1B2,' +
      `${linkId},"Closed 0.25 BTC, at market.",USDT,-12.5,3,USDT 3,,-15.5,`,
  );
  expect(second).toMatch(/,USDT,,,USDT 3,,,$/);
});

test('the history as CSV has every page of hits, with the names of their positions and links', async () => {
  await using admin = await startFakeAdmin(({ command, before }) => {
    if (command !== 'history.list') return answerTrades({ command });
    return before === 'next page'
      ? answered({ hits: [{ ...hit, hitId: 'hit_0', requests: [] }] })
      : answered({ hits: [hit], next: 'next page' });
  });
  const { code, stdout } = await runLocally(admin.url, ['history', '--csv']);
  expect(code).toBe(0);
  expect(stdout.split('\r\n').slice(1)).toEqual([
    `2025-11-22T17:20:05.123Z,hit_1,${positionId},main,BTC/USDT,long,${linkId},,a1B2,close,link,POST,,,0,fired,200,closed,"Closed 0.25 BTC, ""at market"".",0`,
    expect.stringContaining(',hit_0,'),
    '',
  ]);
  const pages = admin.payloads.filter(({ command }) => command === 'history.list');
  expect(pages).toMatchObject([
    { before: expect.stringMatching(/^9999/), limit: 500 },
    { before: 'next page', limit: 500 },
  ]);
});

test.each([
  [['history', '--csv', '--json'], 'Use either --csv or --json.'],
  [['positions', 'list', '--closed', '--open'], 'Use either --open or --closed.'],
  [['positions', 'list', '--csv'], '--csv prints closed trades. Add --closed.'],
])('%j is refused before anything is sent', async (words, message) => {
  await using admin = await startFakeAdmin(answerTrades);
  const { code, stdout, stderr } = await runLocally(admin.url, words);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain(message);
  expect(admin.payloads).toEqual([]);
});
