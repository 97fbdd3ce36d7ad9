import { decodeQR } from 'qr/decode.js';
import { expect, test } from 'vitest';
import { exampleHit } from '../lib/link/example-hit.ts';
import { armedLink, linkId, longPosition, positionId } from './examples.ts';
import { answered, startFakeAdmin } from './fake-admin.ts';
import { runLocally } from './run-ripcord.ts';

const url = (action: unknown) =>
  `https://abc.execute-api.eu-west-1.amazonaws.com/l/rc_${String(action)}_token`;

function minting() {
  return startFakeAdmin(({ command, action }) =>
    answered(
      command === 'links.create'
        ? { url: url(action), link: { ...armedLink, action } }
        : { position: longPosition },
    ),
  );
}

test('both links of a position are created in one step, and only the close link closes a part', async () => {
  await using admin = await minting();
  const both = ['links', 'create', positionId, 'both'];
  const { code, stdout } = await runLocally(admin.url, [...both, '--percent', '50', '--label', 'level']);
  expect(code).toBe(0);
  expect(admin.payloads).toEqual([
    { command: 'links.create', positionId, action: 'close', percent: 50, label: 'level' },
    { command: 'links.create', positionId, action: 'keep', label: 'level' },
    { command: 'positions.get', positionId },
  ]);
  expect(stdout.split('\n').filter((line) => line.startsWith('https:'))).toEqual([url('close'), url('keep')]);
  expect(stdout).toContain('To revoke the keep link: ');
  const quiet = await runLocally(admin.url, [...both, '--quiet']);
  expect(quiet.stdout).toBe(`${url('close')}\n${url('keep')}\n`);
  const json = await runLocally(admin.url, [...both, '--json']);
  const lines = json.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { url: string });
  expect(lines.map((line) => line.url)).toEqual([url('close'), url('keep')]);
});

test('the first of both links is printed although the second one fails', async () => {
  await using admin = await startFakeAdmin(({ action }) =>
    action === 'close'
      ? answered({ url: url(action), link: armedLink })
      : { body: { ok: false, error: { code: 'conflict', message: 'It is closed.', issues: [] } } },
  );
  const { code, stdout, stderr } = await runLocally(admin.url, ['links', 'create', positionId, 'both', '-q']);
  expect({ code, stdout, stderr }).toEqual({
    code: 1,
    stdout: `${url('close')}\n`,
    stderr: 'ripcord: It is closed.\n',
  });
});

/** Two rows of a code are one line of half blocks: whether the upper and the lower one are dark. */
const halves: Record<string, readonly [boolean, boolean]> = {
  '█': [false, false],
  '▀': [false, true],
  '▄': [true, false],
  ' ': [true, true],
};

/** @returns the code as a picture, each cell 4 pixels wide. */
function toPicture(lines: string[]) {
  const rows = lines.flatMap((line) =>
    ([0, 1] as const).map((half) => [...line].map((cell) => halves[cell]?.[half] ?? false)),
  );
  const scaled = rows.flatMap((row) => {
    const pixels = row.flatMap((dark) => Array.from({ length: 4 }, () => (dark ? 0 : 255)));
    return Array.from({ length: 4 }, () => pixels);
  });
  const [width = 0, height] = [scaled[0]?.length, scaled.length];
  return {
    width,
    height,
    data: Uint8Array.from(scaled.flatMap((row) => row.flatMap((gray) => [gray, gray, gray, 255]))),
  };
}

test('--qr prints the URL as a QR code too', async () => {
  await using admin = await minting();
  const { stdout } = await runLocally(admin.url, ['links', 'create', positionId, 'close', '-q', '--qr']);
  const [printed = '', ...code] = stdout.trimEnd().split('\n');
  expect(printed).toBe(url('close'));
  expect(decodeQR(toPicture(code))).toBe(url('close'));
});

test('a link is renamed and gets another expiry, or loses either', async () => {
  const changed = { ...armedLink, label: 'weekly level', expiresAt: '2025-11-29T17:12:00.000Z' };
  await using admin = await startFakeAdmin(() => answered({ link: changed }));
  const update = ['links', 'update', linkId];
  const { code, stdout } = await runLocally(admin.url, [
    ...update,
    ...['--label', 'weekly level', '--expires-in', '7d'],
  ]);
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: `${linkId}: close ${positionId}, BTC/USDT long, URL ends with a1B2 (weekly level)\nIt works until 2025-11-29 17:12 UTC.\n`,
  });
  await runLocally(admin.url, [...update, '--label', '', '--expires-in', 'never']);
  expect(admin.payloads).toEqual([
    { command: 'links.update', linkId, label: 'weekly level', expiresIn: 604_800 },
    { command: 'links.update', linkId, label: null, expiresIn: null },
  ]);
  const empty = await runLocally(admin.url, update);
  expect(empty).toMatchObject({ code: 1, stdout: '' });
  expect(empty.stderr).toContain('Use --label, --expires-in, --watch-every or --unwatch.');
});

test('a list shows when a link was hit last, and with what result', async () => {
  const hit = { ...exampleHit, linkId, at: '2025-11-22T18:00:00.000Z', resend: 0 };
  const hits = [
    { ...hit, decision: 'refused', outcome: undefined, at: '2025-11-22T19:00:00.000Z' },
    { ...hit, decision: 'fired', outcome: 'closed' },
    { ...hit, linkId: 'lnk_0000000000000000', decision: 'fired', outcome: 'closed' },
  ];
  const links = [armedLink, { ...armedLink, linkId: 'lnk_0000000000000000' }];
  await using admin = await startFakeAdmin(({ command }) =>
    answered(command === 'links.list' ? { links, paused: false } : { hits }),
  );
  const { stdout } = await runLocally(admin.url, ['links', 'list', positionId]);
  expect(stdout).toMatch(new RegExp(`${linkId} .*2025-11-22 19:00 UTC: refused `));
  expect(stdout).toMatch(/lnk_0000000000000000 .*2025-11-22 18:00 UTC: closed /);
  expect(admin.payloads.at(-1)).toEqual({ command: 'history.list', positionId, limit: 500 });
});
