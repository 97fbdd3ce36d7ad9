import { expect, test } from 'vitest';
import { armedLink, linkId, longPosition, positionId } from './examples.ts';
import { answered, startFakeAdmin } from './fake-admin.ts';
import { runLocally } from './run-ripcord.ts';

const url = 'https://abc.execute-api.eu-west-1.amazonaws.com/t/nN0-secret_token';

function minting() {
  return startFakeAdmin(({ command }) =>
    answered(command === 'links.create' ? { url, link: armedLink } : { position: longPosition }),
  );
}

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
  expect(stdout).toContain("You won't see this URL again. Anyone who has it can use it");
  const steps = [
    'A paid TradingView plan, such as Premium, is required to create webhook alerts.',
    'click Search and choose the same market and exchange as the position: BTCUSDT on Binance',
    'Alerts created on a different market will still work',
    'Click Alert and set the conditions',
    'Message tab: clear all existing content',
    'Notifications tab: tick Webhook URL and paste',
    'Click Create',
  ];
  const places = steps.map((step) => stdout.indexOf(step));
  expect(places).not.toContain(-1);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
});

test("a link on this machine is shown with the warning that TradingView can't reach it", async () => {
  const local = 'http://127.0.0.1:8787/l/nN0-secret_token';
  await using admin = await startFakeAdmin(({ command, label }) =>
    answered(
      command === 'links.create'
        ? { url: label === 'public' ? url : local, link: armedLink }
        : { position: longPosition },
    ),
  );
  const create = ['links', 'create', positionId, 'close'];
  const here = await runLocally(admin.url, create);
  expect(here.stdout).toContain("TradingView can't reach this link: it is on your machine.");
  expect(here.stdout).toContain('A paid TradingView plan, such as Premium, is required');
  const deployed = await runLocally(admin.url, [...create, '--label', 'public']);
  expect(deployed.stdout).not.toContain('on this machine');
  expect(deployed.stdout).toContain('A paid TradingView plan, such as Premium, is required');
});

test('--quiet prints only the URL, --json only the result, and neither reads the position', async () => {
  await using admin = await minting();
  const quiet = await runLocally(admin.url, ['links', 'create', positionId, 'close', '--quiet']);
  expect(quiet).toEqual({ code: 0, stdout: `${url}\n`, stderr: '' });
  const json = await runLocally(admin.url, ['links', 'create', positionId, 'close', '--quiet', '--json']);
  expect(JSON.parse(json.stdout)).toEqual({ url, link: armedLink });
  expect(admin.payloads.map(({ command }) => command)).toEqual(['links.create', 'links.create']);
});

test("the URL is printed even if the position can't be read afterwards", async () => {
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
  await using admin = await startFakeAdmin(() => answered({ links: [armedLink, revoked], paused: false }));
  const { stdout } = await runLocally(admin.url, ['links', 'list', positionId]);
  expect(admin.payloads[0]).toEqual({ command: 'links.list', positionId });
  expect(stdout).toMatch(
    /^LINK +SCOPE +MARKET +ACTION +URL +STATE +USES +EXPIRES +FROM +HOW +LAST HIT +CREATED +LABEL$/m,
  );
  expect(stdout).toMatch(/ BTC\/USDT long +close +…a1B2 +armed +- +- +any +- +- +2025-11-22 17:12 UTC/);
  expect(stdout).toMatch(/ keep +…a1B2 +revoked /);
});

test('a link of an ended position is not listed as armed', async () => {
  const ended = { ...armedLink, positionClosed: true };
  const revoked = { ...ended, state: 'revoked' };
  await using admin = await startFakeAdmin(() => answered({ links: [ended, revoked], paused: false }));
  const { stdout } = await runLocally(admin.url, ['links', 'list']);
  expect(stdout).toMatch(/ close +…a1B2 +position ended /);
  expect(stdout).toMatch(/ close +…a1B2 +revoked /);
  expect(stdout).not.toContain('armed');
});

test.for([
  [{}, 'To fire it by hand, open the URL in a browser.'],
  [{ confirm: true }, 'open the URL in a browser and press the button.'],
  [{ methods: 'post-only' }, 'open the URL in a browser and press the button.'],
  [{ percent: 50, maxUses: 1 }, 'open the URL in a browser.'],
  [{ percent: 50, maxUses: 2 }, 'open the URL in a browser and press the button.'],
  [{ sources: 'tradingview' }, "You can't fire it by hand: only TradingView's addresses are allowed."],
  [{ sources: ['203.0.113.7', '198.51.100.0/24'] }, 'in a browser from 203.0.113.7 or 198.51.100.0/24.'],
] as const)('a new link with %j is shown with how to fire it by hand: %s', async ([options, words]) => {
  await using admin = await startFakeAdmin(({ command }) =>
    answered(
      command === 'links.create' ? { url, link: { ...armedLink, ...options } } : { position: longPosition },
    ),
  );
  const { stdout } = await runLocally(admin.url, ['links', 'create', positionId, 'close']);
  expect(stdout.split('\n').find((line) => /by hand/i.test(line))).toContain(words);
});

test('revoking without a terminal needs --yes', async () => {
  await using admin = await startFakeAdmin(() => answered({ link: { ...armedLink, state: 'revoked' } }));
  const refused = await runLocally(admin.url, ['links', 'revoke', linkId]);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('Add --yes');
  expect(admin.payloads).toEqual([]);
  const revoked = await runLocally(admin.url, ['links', 'revoke', linkId, '--yes']);
  expect(revoked.stdout).toBe(`${linkId} is revoked. Its URL no longer works.\n`);
  expect(admin.payloads).toEqual([{ command: 'links.revoke', linkId }]);
});

const guarded = {
  ...armedLink,
  percent: 50,
  maxUses: 2,
  uses: 1,
  expiresAt: '2025-11-29T17:12:00.000Z',
  methods: 'post-only',
  confirm: true,
  sources: ['203.0.113.0/24', '198.51.100.7'],
};

test("every option of a new link is sent in the contract's form, and shown", async () => {
  await using admin = await startFakeAdmin(({ command }) =>
    answered(command === 'links.create' ? { url, link: guarded } : { position: longPosition }),
  );
  const { code, stdout } = await runLocally(admin.url, [
    ...['links', 'create', positionId, 'close', '--expires-in', '7d', '--max-uses', '2', '--percent', '50'],
    ...['--confirm', '--post-only', '--sources', '203.0.113.0/24,198.51.100.7'],
  ]);
  expect(code).toBe(0);
  expect(admin.payloads[0]).toEqual({
    command: 'links.create',
    positionId,
    action: 'close',
    expiresIn: 604_800,
    maxUses: 2,
    percent: 50,
    confirm: true,
    methods: 'post-only',
    sources: ['203.0.113.0/24', '198.51.100.7'],
  });
  for (const words of [
    '50 % of the remaining amount is closed with a MARKET order',
    '  until 2025-11-29 17:12 UTC',
    '  acts at most 2 times, 1 so far',
    '  only by a POST, as alerts send it',
    '  only from 203.0.113.0/24, 198.51.100.7',
    'open the URL in a browser from 203.0.113.0/24 or 198.51.100.7 and press the button',
  ])
    expect(stdout).toContain(words);
});

test.for([
  [['--sources', 'tradingview'], { sources: 'tradingview' }],
  [['--sources', '203.0.113.7', '--sources', '2001:db8::/32'], { sources: ['203.0.113.7', '2001:db8::/32'] }],
  [['--expires-in', '90m'], { expiresIn: 5_400 }],
  [['--expires-in', '3600'], { expiresIn: 3_600 }],
] as const)('%j is sent as %j', async ([options, fields]) => {
  await using admin = await minting();
  await runLocally(admin.url, ['links', 'create', positionId, 'close', '-q', ...options]);
  expect(admin.payloads[0]).toEqual({ command: 'links.create', positionId, action: 'close', ...fields });
});

test('invalid options are reported by name, and nothing is sent', async () => {
  await using admin = await minting();
  const { code, stderr } = await runLocally(admin.url, [
    ...['links', 'create', positionId, 'keep', '--expires-in', '7w', '--max-uses', 'twice'],
    ...['--percent', '50.5', '--sources', 'home'],
  ]);
  expect(code).toBe(1);
  expect(stderr).toContain('--expires-in: expected seconds, or a duration such as "90m", "12h" or "7d"');
  expect(stderr).toContain('--max-uses: expected a whole number');
  expect(stderr).toContain('--percent: expected a whole number');
  expect(stderr).toContain('--sources: expected "any", "tradingview", or a list of addresses and ranges');
  const keep = await runLocally(admin.url, ['links', 'create', positionId, 'keep', '--percent', '50']);
  expect(keep.stderr).toContain('--percent: expected only for the action "close"');
  expect(admin.payloads).toEqual([]);
});

test('the list shows that links are halted, and how that ends', async () => {
  const result = { links: [armedLink], paused: false, halted: true };
  await using admin = await startFakeAdmin(() => answered(result));
  const { stdout } = await runLocally(admin.url, ['links', 'list']);
  expect(stdout).toContain('Links are halted: a backup is being restored, and no link or sweep acts until');
  const { stdout: json } = await runLocally(admin.url, ['links', 'list', '--json']);
  expect(JSON.parse(json)).toEqual(result);
});

test('a link that a restore paused is armed without a question', async () => {
  await using admin = await startFakeAdmin(() => answered({ link: armedLink }));
  const { code, stdout } = await runLocally(admin.url, ['links', 'arm', armedLink.linkId]);
  expect([code, stdout.includes('It works until')]).toEqual([0, true]);
  expect(admin.payloads).toEqual([{ command: 'links.arm', linkId: armedLink.linkId }]);
});

test('the list shows limits, and that all links are paused', async () => {
  await using admin = await startFakeAdmin(() => answered({ links: [guarded], paused: true }));
  const { stdout } = await runLocally(admin.url, ['links', 'list']);
  expect(stdout).toMatch(
    / close 50 % +…a1B2 +armed +1\/2 +2025-11-29 17:12 UTC +203\.0\.113\.0\/24 \+1 +post-only, confirm +- +2025-11-22 17:12 UTC +-$/m,
  );
  expect(stdout).toContain(
    `All links are paused: none fires until "ripcord links resume --local ${admin.url}".`,
  );
});

test('a preview shows whether the link fires and what it would do', async () => {
  const would = 'It would sell 50 % of 0.24975 BTC at MARKET.';
  const preview = { link: guarded, position: longPosition, positions: [], leftOut: [], fires: true, would };
  await using admin = await startFakeAdmin(() => answered(preview));
  const { code, stdout } = await runLocally(admin.url, ['links', 'preview', linkId]);
  expect(code).toBe(0);
  expect(admin.payloads).toEqual([{ command: 'links.preview', linkId }]);
  expect(stdout).toMatch(/^Fires +yes$/m);
  expect(stdout).toContain(`${would} Nothing has been done.`);
  const json = await runLocally(admin.url, ['links', 'preview', linkId, '--json']);
  expect(JSON.parse(json.stdout)).toEqual(preview);
});

/** Of three links that work, two are for one position. */
const pausedLinks = [
  armedLink,
  { ...armedLink, action: 'keep' },
  { ...armedLink, positionId: 'pos_000000000001' },
  { ...armedLink, positionId: 'pos_000000000002', positionClosed: true },
  { ...armedLink, positionId: 'pos_000000000003', state: 'revoked' },
];

test('links pause acts immediately, and links resume without a terminal needs --yes', async () => {
  await using admin = await startFakeAdmin(({ command }) =>
    answered({
      paused: command !== 'links.resume',
      ...(command === 'links.list' ? { links: pausedLinks } : {}),
    }),
  );
  const resume = `"ripcord links resume --local ${admin.url}"`;
  for (const words of [
    ['links', 'pause'],
    ['links', 'pause', '--yes'],
  ])
    expect(await runLocally(admin.url, words)).toEqual({
      code: 0,
      stdout: `All links are paused; hits are refused. 2 open positions lose their links until you resume links. Resume with ${resume}.\n`,
      stderr: '',
    });
  expect(admin.payloads[0]).toEqual({ command: 'links.pause' });
  const refused = await runLocally(admin.url, ['links', 'resume']);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('Add --yes');
  expect(admin.payloads.map(({ command }) => command)).not.toContain('links.resume');
  const done = await runLocally(admin.url, ['links', 'resume', '--yes']);
  expect(done).toEqual({ code: 0, stdout: 'Links resumed.\n', stderr: '' });
});

test('links pause takes an end, and the list shows what the pause costs until then', async () => {
  const pausedUntil = '2026-11-27T13:00:00.000Z';
  await using admin = await startFakeAdmin(({ command }) =>
    answered({ paused: true, pausedUntil, ...(command === 'links.list' ? { links: [armedLink] } : {}) }),
  );
  const price = '1 open position loses its links until 2026-11-27 13:00 UTC.';
  const paused = await runLocally(admin.url, ['links', 'pause', '--until', '2026-11-27T14:00:00+01:00']);
  expect(paused.stdout).toContain(`All links are paused; hits are refused. ${price} Resume with`);
  expect(admin.payloads[0]).toEqual({ command: 'links.pause', until: pausedUntil });
  const { stdout } = await runLocally(admin.url, ['links', 'list']);
  expect(stdout).toContain(
    `All links are paused: none fires until 2026-11-27 13:00 UTC or "ripcord links resume --local ${admin.url}". ${price}`,
  );
  const wrong = await runLocally(admin.url, ['links', 'pause', '--until', '13:00']);
  expect(wrong.code).toBe(1);
  expect(wrong.stderr).toContain('--until: expected a time such as 2026-11-27T13:00:00Z');
});

test("a pause whose links can't be read is still reported as a pause", async () => {
  const error = { code: 'table-unreachable', message: 'no answer', issues: [] };
  await using admin = await startFakeAdmin(({ command }) =>
    command === 'links.pause' ? answered({ paused: true }) : { body: { ok: false, error } },
  );
  const { code, stdout } = await runLocally(admin.url, ['links', 'pause']);
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: `All links are paused; hits are refused. Resume with "ripcord links resume --local ${admin.url}".\n`,
  });
});

test("the steps for an alert use TradingView's name of Bybit", async () => {
  const onBybit = { ...longPosition, exchange: 'bybit', symbol: 'ETH/USDT:USDT' };
  await using admin = await startFakeAdmin(({ command }) =>
    answered(command === 'links.create' ? { url, link: armedLink } : { position: onBybit }),
  );
  const { stdout } = await runLocally(admin.url, ['links', 'create', positionId, 'close']);
  expect(stdout).toContain('ETHUSDT.P on Bybit.');
});
