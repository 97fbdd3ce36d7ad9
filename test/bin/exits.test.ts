import { expect, test } from 'vitest';
import { longPosition, positionId } from './examples.ts';
import { answered, startFakeAdmin } from './fake-admin.ts';
import { runLocally } from './run-ripcord.ts';

const opening = [
  'positions',
  'open',
  '--account',
  'perps',
  '--symbol',
  'BTC/USDT:USDT',
  '--side',
  'long',
  '--yes',
];
const market = [...opening, '--type', 'market'];
const exits = ['positions', 'exits', positionId, '--yes'];

const target = {
  price: '65000',
  amount: '0.25',
  filled: '0',
  state: 'resting',
  orderId: '7',
  percent: '50',
} as const;
const protectedPosition = {
  ...longPosition,
  protection: 'full',
  takeProfits: [target],
  stopLoss: { ...target, price: '58000', amount: '0.5', state: 'refused', reason: 'No.' },
};

test('a position opens with targets, a stop and a risk', async () => {
  await using admin = await startFakeAdmin(() => answered({ position: protectedPosition }));
  const { code, stdout, stderr } = await runLocally(admin.url, [
    ...[...market, '--request-id', 'one', '--risk', '50', '--stop-loss', '58000'],
    ...['--take-profit', '65000:50%', '--take-profit', '70000:50'],
  ]);
  expect(code).toBe(0);
  expect(admin.payloads).toMatchObject([
    {
      command: 'positions.open',
      riskAmount: '50',
      stopLoss: { price: '58000' },
      takeProfits: [
        { price: '65000', percent: '50' },
        { price: '70000', percent: '50' },
      ],
    },
  ]);
  expect(stdout).toMatch(/Protection +full/);
  expect(stderr).toContain('Placing the entry order, then its exits');
  expect(stdout).toContain('Not all exits rest at the exchange yet. The sweep tries again every minute.');
});

test('the ladder of a position has entry, price and exits in the order of their prices', async () => {
  await using admin = await startFakeAdmin(() => answered({ position: protectedPosition }));
  const { stdout } = await runLocally(admin.url, ['positions', 'get', positionId]);
  const ladder = stdout.split('\n\n').find((part) => part.startsWith('LADDER'));
  expect(ladder?.split('\n')).toEqual([
    'LADDER    PRICE  FROM ENTRY  AMOUNT  STATE',
    'target    65000     +8.33 %    0.25  resting',
    'price     61000     +1.67 %       -  -',
    'entry   60000.1           -    0.25  filled',
    'stop      58000     -3.33 %     0.5  refused: No.',
  ]);
});

test('a ladder before the entry fills shows percentages, and says when its exits rest', async () => {
  const waiting = { price: '65000', amount: '0', filled: '0', state: 'waiting' } as const;
  const position = {
    ...longPosition,
    ...{ fillStatus: 'unfilled', filled: '0', remaining: '0', averageEntry: undefined },
    takeProfits: [{ ...waiting, percent: '50' }],
    stopLoss: { ...waiting, price: '58000', limitPrice: '57900' },
  };
  await using admin = await startFakeAdmin(() => answered({ position }));
  const { stdout } = await runLocally(admin.url, [
    ...[...opening, '--type', 'limit', '--price', '60000.1', '--amount', '0.5'],
    ...['--take-profit', '65000:50%', '--stop-loss', '58000:57900'],
  ]);
  expect(stdout).toMatch(/^target +65000 +\+8\.33 % +50 % +waiting$/m);
  expect(stdout).toMatch(/^stop, LIMIT 57900 +58000 +-3\.33 % +- +waiting$/m);
  expect(stdout).toMatch(/^entry +60000\.1 +- +0\.5 +waiting$/m);
  expect(stdout).toContain('The exits are placed when the entry fills, at most 75 s later.');
});

test.each<[string, string[], object]>([
  [
    'a stop with a LIMIT price',
    ['--stop-loss', '58000:57900'],
    { stopLoss: { price: '58000', limitPrice: '57900' } },
  ],
  ['a stop at break-even', ['--stop-loss', 'break-even'], { stopLoss: { price: 'breakEven' } }],
  ['no stop', ['--stop-loss', 'none'], { stopLoss: null }],
  ['no targets', ['--take-profit', 'none'], { takeProfits: [] }],
  ['a target', ['--take-profit', '65000:12.5%'], { takeProfits: [{ price: '65000', percent: '12.5' }] }],
])('exits are replaced by %s', async (_, options, fields) => {
  await using admin = await startFakeAdmin(() => answered({ position: longPosition }));
  expect((await runLocally(admin.url, [...exits, ...options])).code).toBe(0);
  expect(admin.payloads).toEqual([{ command: 'positions.setExits', positionId, ...fields }]);
});

test.each<[string[], string]>([
  [exits, 'Use --take-profit, --stop-loss or both.'],
  [[...exits, '--take-profit', '65000'], '--take-profit'],
  [[...exits, '--stop-loss', '58k'], '--stop-loss'],
  [[...market, '--risk', '50'], 'Use --stop-loss with --risk: the risk is what the stop loses.'],
  [[...market, '--risk', '50', '--amount', '1', '--stop-loss', '58000'], 'or --risk with --stop-loss.'],
])('nothing is sent with %j', async (words, message) => {
  await using admin = await startFakeAdmin(() => answered({ position: longPosition }));
  const { code, stderr } = await runLocally(admin.url, words);
  expect(code).not.toBe(0);
  expect(stderr).toContain(message);
  expect(admin.payloads).toEqual([]);
});
