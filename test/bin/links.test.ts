import { expect, test } from 'vitest';
import { armedLink, linkId, longPosition, positionId } from './examples.ts';
import { answered, startFakeAdmin } from './fake-admin.ts';
import { runLocally } from './run-ripcord.ts';

const url = 'https://abc.execute-api.eu-west-1.amazonaws.com/t/nN0-secret_token';

const minting = () =>
  startFakeAdmin(({ command }) =>
    answered(command === 'links.create' ? { url, link: armedLink } : { position: longPosition }),
  );

test('a new link stands alone on its line, followed by the steps for a TradingView alert', async () => {
  await using admin = await minting();
  const { code, stdout, stderr } = await runLocally(admin.url, [
    ...['links', 'create', positionId, 'close', '--label', 'weekly level'],
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(admin.payloads[0]).toEqual({
    command: 'links.create',
    positionId,
    action: 'close',
    label: 'weekly level',
  });
  expect(stdout.split('\n').filter((line) => line.includes(url))).toEqual([url]);
  expect(stdout).toContain('shown only now, and whoever has it can fire it');
  const steps = [
    'click Search and choose the same market and exchange as the position: BTCUSDT on Binance',
    'Click Alert and set the conditions',
    'Message tab: clear all existing content',
    'Notifications tab: tick Webhook URL and paste',
    'Click Create',
  ];
  const places = steps.map((step) => stdout.indexOf(step));
  expect(places).not.toContain(-1);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
});

test('--quiet prints the URL and --json the result, and neither asks for anything more', async () => {
  await using admin = await minting();
  const quiet = await runLocally(admin.url, ['links', 'create', positionId, 'close', '--quiet']);
  expect(quiet).toEqual({ code: 0, stdout: `${url}\n`, stderr: '' });
  const json = await runLocally(admin.url, ['links', 'create', positionId, 'close', '--quiet', '--json']);
  expect(JSON.parse(json.stdout)).toEqual({ url, link: armedLink });
  expect(admin.payloads.map(({ command }) => command)).toEqual(['links.create', 'links.create']);
});

test('the URL is printed even where the position cannot be read afterwards', async () => {
  const error = { code: 'exchange-unreachable', message: 'no answer', issues: [] };
  await using admin = await startFakeAdmin(({ command }) =>
    command === 'links.create' ? answered({ url, link: armedLink }) : { body: { ok: false, error } },
  );
  const { code, stdout } = await runLocally(admin.url, ['links', 'create', positionId, 'close']);
  expect(code).toBe(0);
  expect(stdout).toContain(url);
  expect(stdout).toContain('choose the same market and exchange as the position.');
});

test('links are listed without URLs, all or those of a position', async () => {
  const revoked = { ...armedLink, action: 'keep', state: 'revoked', revokedAt: '2025-11-22T18:00:00.000Z' };
  await using admin = await startFakeAdmin(() => answered({ links: [armedLink, revoked] }));
  const { stdout } = await runLocally(admin.url, ['links', 'list', positionId]);
  expect(admin.payloads).toEqual([{ command: 'links.list', positionId }]);
  expect(stdout).toMatch(/^LINK +POSITION +ACTION +STATE +CREATED +LABEL$/m);
  expect(stdout).toMatch(/ close +armed +2025-11-22 17:12 UTC/);
  expect(stdout).toMatch(/ keep +revoked /);
});

test('revoking needs --yes where nobody can be asked', async () => {
  await using admin = await startFakeAdmin(() => answered({ link: { ...armedLink, state: 'revoked' } }));
  const refused = await runLocally(admin.url, ['links', 'revoke', linkId]);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('Add --yes');
  expect(admin.payloads).toEqual([]);
  const revoked = await runLocally(admin.url, ['links', 'revoke', linkId, '--yes']);
  expect(revoked.stdout).toBe(`${linkId} is revoked: its URL does nothing any more.\n`);
  expect(admin.payloads).toEqual([{ command: 'links.revoke', linkId }]);
});
