import { expect, test } from 'vitest';
import type { HitView } from '../../lib/admin/contract/commands.ts';
import { linkId, positionId } from './examples.ts';
import { answered, startFakeAdmin } from './fake-admin.ts';
import { runLocally } from './run-ripcord.ts';

const fired: HitView = {
  hitId: 'hit_1',
  at: '2025-11-22T17:20:05.123Z',
  positionId,
  actor: 'link',
  linkId,
  action: 'close',
  method: 'POST',
  sourceIp: '52.89.214.238',
  decision: 'fired',
  why: 'Closed 0.5 BTC with MARKET order 28460\u001b[2J at 61000 USDT.',
  status: 200,
  outcome: 'closed',
  requests: [],
  resend: 1,
};
const { outcome, ...withoutOutcome } = fired;
const refused: HitView = {
  ...withoutOutcome,
  hitId: 'hit_0',
  at: '2025-11-22T17:20:00.001Z',
  decision: 'refused',
  why: 'Nothing was sent. The exchange does not answer',
  status: 503,
  resend: 0,
};

test('history is a table of hits with the seconds, the decision and why', async () => {
  await using admin = await startFakeAdmin(() => answered({ hits: [fired, refused] }));
  const { code, stdout, stderr } = await runLocally(admin.url, [
    ...['history', '--position', positionId, '--link', linkId, '--limit', '20'],
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(admin.payloads).toEqual([{ command: 'history.list', positionId, linkId, limit: 20 }]);
  expect(stdout).toMatch(/^TIME \(UTC\) +LINK +BY +DECISION +STATUS +OUTCOME +RESEND +WHY$/m);
  expect(stdout).toMatch(
    /^2025-11-22 17:20:05 +lnk_8w2c5t7y1n0b4d6f +POST +fired +200 +closed +1 +Closed 0\.5 BTC/m,
  );
  expect(stdout).toMatch(/^2025-11-22 17:20:00 .* refused +503 +- +- +Nothing was sent\./m);
  expect(stdout).not.toContain('\u001b');
});

test('a refused alert is listed with what to do about it', async () => {
  const expired: HitView = {
    ...refused,
    refusal: 'expired',
    why: 'This link has expired. Nothing was done.',
    status: 410,
  };
  await using admin = await startFakeAdmin(() => answered({ hits: [expired] }));
  const { stdout } = await runLocally(admin.url, ['history']);
  expect(stdout).toContain(
    `This link has expired. Nothing was done. Extend it in the console, or run: ripcord links update ${linkId} --expires-in 7d`,
  );
});

test('--json prints whole hits, and an empty history is a sentence', async () => {
  await using admin = await startFakeAdmin(({ limit }) => answered({ hits: limit === 1 ? [fired] : [] }));
  const json = await runLocally(admin.url, ['history', '--limit', '1', '--json']);
  expect(JSON.parse(json.stdout)).toEqual({ hits: [fired] });
  const none = await runLocally(admin.url, ['history']);
  expect(none.stdout).toBe('No hits in the last 90 days.\n');
  expect(admin.payloads.at(-1)).toEqual({ command: 'history.list' });
  const ofPosition = await runLocally(admin.url, ['history', '--position', positionId]);
  expect(ofPosition.stdout).toBe(`No hits of ${positionId} in the last 90 days.\n`);
});
