import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { StoredAccount } from '../../../../lib/account/account.ts';
import type { AdminServices } from '../../../../lib/admin/admin-services.ts';
import { verifyVenue } from '../../../../lib/admin/venues/verify.ts';
import { bingxPerpetuals } from '../../../../lib/exchange/verify/bingx-perpetuals.ts';
import { bitgetPerpetuals } from '../../../../lib/exchange/verify/bitget-perpetuals.ts';
import { checkTestUrl } from '../../../../lib/exchange/verify/check-test-url.ts';
import { krakenFutures } from '../../../../lib/exchange/verify/kraken-futures.ts';
import { runExperiment } from '../../../../lib/exchange/verify/run-experiment.ts';
import { testNew } from '../../../../lib/exchange/verify/test-look-up.ts';
import { createAgents } from '../../../../lib/http-agents.ts';
import { accountsInMemory } from '../../../infra/local/accounts-in-memory.ts';
import { bingxFace, bitgetFace, krakenFace } from '../../exchange/verify/faces.ts';
import { keys, startTestNetwork, type TestNetwork, type Traits } from '../../exchange/verify/test-network.ts';

const faces = { krakenfutures: krakenFace, bitget: bitgetFace, bingx: bingxFace };
type TestedId = keyof typeof faces;

function toAccount(exchange: string, change: object = {}): StoredAccount {
  const generic = exchange === 'bingx' || exchange === 'mexc' || exchange === 'whitebit';
  return { exchange, ...keys, sandbox: true, ...(generic && { generic }), ...change } as StoredAccount;
}

/** Connections that go to this machine only. Every target is recorded. */
function recordConnections() {
  const targets: string[] = [];
  const agents = createAgents({}, async (target) => {
    targets.push(target);
    const [host = '', port] = target.split(':');
    if (host !== '127.0.0.1') throw new Error('no connection leaves this machine');
    return connect(Number(port), host);
  });
  return { targets, agents };
}

/** A command on accounts in memory. */
function newCommand(account: StoredAccount, clock: Pick<TestNetwork, 'now' | 'sleep'>) {
  const { targets, agents } = recordConnections();
  let ids = 0;
  const services = {
    now: clock.now,
    sleep: clock.sleep,
    randomId() {
      ids += 1;
      return String(ids).padStart(12, '0');
    },
  } as unknown as AdminServices['services'];
  const admin = { services, accounts: accountsInMemory({ vst: account }), selectAgents: () => agents };
  const verify = (experiment?: string) =>
    verifyVenue(admin, { account: 'vst', ...(experiment && { experiment }) });
  return { targets, verify };
}

async function startVerify(exchange: TestedId, traits: Partial<Traits> = {}) {
  const network = await startTestNetwork(faces[exchange]);
  Object.assign(network.traits, traits);
  const { targets, verify } = newCommand(toAccount(exchange, { baseUrl: network.url }), network);
  const run = async (experiment: string) => {
    const { result } = await verify(experiment);
    if (result === undefined) throw new Error('nothing was run');
    return result;
  };
  const runAll = async () => {
    const { experiments } = await verify();
    const answers: Record<string, string> = {};
    for (const experiment of experiments) {
      const { answer, left } = await run(experiment);
      answers[experiment] = answer;
      expect(left).toEqual([]);
      expect([network.position, network.open()]).toEqual([0, []]);
    }
    return answers;
  };
  return { network, targets, verify, run, runAll };
}

const common = ['id-after-fill', 'id-after-cancel', 'look-up-new', 'look-up-after-end'];
const fences: Record<TestedId, string[]> = {
  krakenfutures: ['deadline-processBefore'],
  bitget: ['deadline-receiveWindow', 'deadline-timestamp'],
  bingx: ['deadline-recvWindow'],
};
const tested = Object.keys(faces) as TestedId[];
const each = (exchange: TestedId, answer: string) =>
  Object.fromEntries([...common, ...fences[exchange]].map((name) => [name, answer]));

describe.each(tested)('the experiments at %s', (exchange) => {
  test.each([{ hedged: false }, { hedged: true }])(
    'find what holds, and leave nothing: %j',
    async (traits) => {
      const { runAll } = await startVerify(exchange, traits);
      expect(await runAll()).toEqual(each(exchange, 'holds'));
    },
  );

  test('find what does not hold', async () => {
    const { runAll } = await startVerify(exchange, {
      ...{ unique: 'open', honorsFence: false, foundMs: 5_000, lagMs: 30_000 },
    });
    expect(await runAll()).toEqual(each(exchange, 'does-not-hold'));
  });

  test('count an id as unique if the second order is answered as the first', async () => {
    const { run } = await startVerify(exchange, { replays: true });
    expect(await run('id-after-fill')).toMatchObject({ answer: 'holds' });
  });

  test('take no missing answer for a proof', async () => {
    const { network, run } = await startVerify(exchange);
    const isCreate = /^POST .*(sendorder|place-order|trade\/order)$/;
    network.intercept = (name, reply, count) => (isCreate.test(name) && count > 1 ? undefined : reply);
    const { answer, why } = await run('id-after-fill');
    expect([answer, why]).toEqual([
      'unknown',
      expect.stringContaining('There was no clear response to the second order'),
    ]);
    const isLookUp = /^(POST .*orders\/status|GET .*(order\/detail|trade\/order))$/;
    network.intercept = (name, reply) => (isLookUp.test(name) ? undefined : reply);
    for (const name of ['look-up-new', 'look-up-after-end', ...fences[exchange]])
      expect(await run(name)).toMatchObject({ answer: 'unknown', left: [] });
    network.intercept = () => undefined;
    expect(await run('look-up-new')).toMatchObject({
      ...{ answer: 'unknown', why: expect.stringContaining('was not finished'), left: [] },
    });
  });

  test('take an order that is listed for a proof, although its answer was lost', async () => {
    const { network, run } = await startVerify(exchange, { unique: 'open' });
    const isCreate = /^POST .*(sendorder|place-order|trade\/order)$/;
    network.intercept = (name, reply) => (isCreate.test(name) && network.rows.length > 1 ? undefined : reply);
    expect(await run('id-after-fill')).toMatchObject({ answer: 'does-not-hold' });
  });

  test('take no refusal for a proof if the account has more after it', async () => {
    const { network, run } = await startVerify(exchange);
    const isCreate = /^POST .*(sendorder|place-order|trade\/order)$/;
    network.intercept = (name, reply, count) => {
      if (isCreate.test(name) && count === 2) network.position += 1;
      return reply;
    };
    expect(await run('id-after-fill')).toMatchObject({ answer: 'unknown', left: [] });
  });

  test('state what is left, if the position can not be closed', async () => {
    const { network, run } = await startVerify(exchange);
    const { rows } = network;
    network.intercept = (_name, reply) => {
      if (rows.length > 0) network.position = 1;
      return reply;
    };
    const { left } = await run('id-after-fill');
    expect(left).toEqual([
      expect.stringMatching(/^A position of 0\.0001 and 0 open orders are left in .*(BTC|XBT)/),
    ]);
  });

  test('send nothing where the account has a position already', async () => {
    const { network, run } = await startVerify(exchange);
    network.position = 3;
    expect(await run('id-after-fill')).toMatchObject({ answer: 'unknown', left: [] });
    expect(network.rows).toEqual([]);
    expect(network.position).toBe(3);
  });

  test('show no key and no signature', async () => {
    const { network, run } = await startVerify(exchange);
    network.intercept = (_name, reply) => ({ ...reply, body: { ...(reply.body as object), echo: keys } });
    const text = JSON.stringify(await run('id-after-fill'));
    expect(text).toContain('…');
    for (const key of Object.values(keys)) expect(text).not.toContain(key);
    expect(text).not.toMatch(/sign(ature)?=|Authent|ACCESS-SIGN/i);
  });

  test('take no refused order for an accepted one because a look-up finds it', async () => {
    const { run } = await startVerify(exchange, { keepsRefused: true });
    expect(await run(fences[exchange][0] ?? '')).toMatchObject({
      ...{ answer: 'unknown', why: expect.stringContaining('finds a late order that was refused'), left: [] },
    });
  });

  test('claim nothing about look-ups of an order that the exchange itself ended', async () => {
    const { run } = await startVerify(exchange, { rests: false, foundMs: -1 });
    expect(await run('look-up-new')).toMatchObject({
      ...{ answer: 'unknown', why: expect.stringContaining('not among the open orders'), left: [] },
    });
  });

  test('state an order whose answer never came, as it may still be executed', async () => {
    const { network, run } = await startVerify(exchange);
    const isCreate = /^POST .*(sendorder|place-order|trade\/order)$/;
    network.intercept = (name, reply) => {
      if (!isCreate.test(name)) return reply;
      network.position = 0;
      return undefined;
    };
    const { answer, left } = await run('id-after-fill');
    expect([answer, left]).toEqual([
      'unknown',
      [expect.stringMatching(/^There was no clear response to the order rcv\w+, .* may still be executed/)],
    ]);
  });

  test('show no key in what was seen', async () => {
    const { network, run } = await startVerify(exchange);
    const isCreate = /^POST .*(sendorder|place-order|trade\/order)$/;
    const { apiKey } = keys;
    const body = { result: 'error', error: `no ${apiKey}`, code: `no ${apiKey}`, msg: apiKey };
    network.intercept = (name, reply) => (isCreate.test(name) ? { status: 400, body } : reply);
    expect(JSON.stringify(await run('look-up-new'))).not.toContain(apiKey);
  });

  test('take a position without a size for none that is known', async () => {
    const { network, run } = await startVerify(exchange);
    const withoutSize = (body: unknown) =>
      JSON.parse(JSON.stringify(body).replace(/"(size|total|positionAmt)":("[^"]*"|[^,}]*)/, '"other":1'));
    const isPositions = /position(s)?$/;
    network.intercept = (name, reply) =>
      isPositions.test(name) ? { ...reply, body: withoutSize(reply.body) } : reply;
    expect(await run('id-after-fill')).toMatchObject({
      ...{ answer: 'unknown', left: [expect.stringContaining('What is left could not be read')] },
    });
  });

  test('judge no deadline by a clock that is wrong', async () => {
    const { network, run } = await startVerify(exchange);
    network.skewMs = 4_000;
    const { answer, why } = await run(fences[exchange][0] ?? '');
    expect([answer, why]).toEqual(['unknown', expect.stringContaining("clock differs from the exchange's")]);
  });

  test('follow no redirect', async () => {
    const { network, targets, run } = await startVerify(exchange);
    network.intercept = () => ({
      status: 302,
      body: {},
      headers: { location: 'https://futures.kraken.com/' },
    });
    expect(await run('id-after-fill')).toMatchObject({
      answer: 'unknown',
      why: expect.stringContaining('the redirect (HTTP 302) was not followed'),
    });
    expect(new Set(targets)).toEqual(new Set([new URL(network.url).host]));
  });

  test('list what they send, and send nothing', async () => {
    const { network, targets, verify } = await startVerify(exchange);
    const { experiments, result } = await verify();
    expect(experiments).toEqual(Object.keys(each(exchange, '')));
    expect([result, network.requests, targets]).toEqual([undefined, [], []]);
  });

  test.each([
    [{ sandbox: undefined }, 'is not on .* test network'],
    [{ sandbox: false }, 'is not on .* test network'],
    [{ baseUrl: 'https://futures.kraken.com' }, 'which is not the test network'],
    [{ baseUrl: 'https://open-api.bingx.com' }, 'which is not the test network'],
    [{ baseUrl: 'https://127.0.0.1.example.org' }, 'which is not the test network'],
    [{ baseUrl: 'http://api.bitget.com' }, 'which is not the test network'],
  ])('refuse a live host, with nothing sent: %j', async (change, why) => {
    const { targets, verify } = newCommand(toAccount(exchange, change), new LiveClock());
    for (const experiment of [undefined, 'id-after-fill'])
      await expect(verify(experiment)).rejects.toMatchObject({
        code: 'account-invalid',
        detail: expect.stringMatching(`${why}.*Nothing was sent.`),
      });
    expect(targets).toEqual([]);
  });
});

class LiveClock {
  now = Date.now;
  sleep = async () => undefined;
}

test.each([
  ['kucoin', 'KuCoin has no test network', 'https://www.kucoin.com/docs-new'],
  ['mexc', 'MEXC Global has no test network', 'https://mexcdevelop.github.io'],
  ['whitebit', 'There are no experiments for WhiteBIT', 'at most once'],
  ['binance', 'All that Ripcord trades at Binance is proven', 'ripcord exchanges'],
])('an account at %s has nothing to verify', async (exchange, detail, hint) => {
  const { targets, verify } = newCommand(toAccount(exchange), new LiveClock());
  await expect(verify('id-after-fill')).rejects.toMatchObject({
    detail: expect.stringMatching(`^${detail}.*Nothing was sent.$`),
    message: expect.stringContaining(hint),
  });
  expect(targets).toEqual([]);
});

test('a key of real money ends an experiment at Bitget before its first order', async () => {
  const { network, run } = await startVerify('bitget');
  const body = { code: '40099', msg: 'exchange environment is incorrect', data: null };
  network.intercept = () => ({ status: 400, body });
  expect(await run('id-after-fill')).toMatchObject({
    answer: 'unknown',
    why: expect.stringContaining('40099'),
  });
  expect(network.requests).toEqual(['GET /api/v2/mix/account/account']);
});

test.each([
  [krakenFutures, 'https://futures.kraken.com'],
  [bingxPerpetuals, 'https://open-api.bingx.com'],
  [{ ...bitgetPerpetuals, markers: {}, host: 'api.bitget.com' }, 'https://api.bitget.com:444'],
])(
  'a request to a live host does not leave, even if the account was not checked: $0.id',
  async (venue, baseUrl) => {
    const { targets, agents } = recordConnections();
    const account = toAccount(venue.id, { baseUrl });
    const clock = new LiveClock();
    const running = runExperiment(venue, testNew, { account, agents, ...clock, newId: () => 'id' });
    await expect(running).rejects.toMatchObject({ detail: expect.stringContaining('It was not sent.') });
    expect(targets).toEqual([]);
  },
);

test.each([
  ['bitget', 'deadline-receiveWindow'],
  ['bingx', 'deadline-recvWindow'],
] as const)('a refusal because of age is not one because of the window: %s', async (exchange, experiment) => {
  const { run } = await startVerify(exchange, { staleMs: 3_200 });
  expect(await run(experiment)).toMatchObject({ answer: 'unknown', left: [] });
});

test.each(['krakenfutures', 'bitget'] as const)(
  'a deadline is judged by the clock of the exchange, and not by that of a network in front of it: %s',
  async (exchange) => {
    const { network, run } = await startVerify(exchange);
    Object.assign(network, { skewMs: 4_000, hasFront: true });
    expect(await run(fences[exchange][0] ?? '')).toMatchObject({
      ...{
        answer: 'unknown',
        why: expect.stringContaining("clock differs from the exchange's by about 4 s"),
      },
    });
  },
);

test('an answer without a list does not mean that there is nothing', async () => {
  const { network, run } = await startVerify('bingx');
  network.intercept = (name, reply) =>
    name.endsWith('/user/positions') ? { body: { code: 0, msg: '' } } : reply;
  expect(await run('look-up-new')).toMatchObject({ answer: 'unknown', left: [] });
  expect(network.rows).toEqual([]);
});

test('the command that removes a base URL accepts the generic mode again', async () => {
  const account = toAccount('bingx', { baseUrl: 'https://open-api.bingx.com' });
  const { verify } = newCommand(account, new LiveClock());
  await expect(verify()).rejects.toMatchObject({
    hint: {
      command: 'accounts add vst --exchange bingx --generic --sandbox --replace --base-url none',
    },
  });
});

test('shows until when an ended order was found', async () => {
  const { run } = await startVerify('krakenfutures', { foundMs: 5_000 });
  const { answer, why } = await run('look-up-after-end');
  expect(answer).toBe('does-not-hold');
  const times = [...why.matchAll(/(found|absent) after ([\d.]+) s/g)].map(([, what, seconds]) => [
    what,
    Number(seconds) <= 5,
  ]);
  expect(times).toHaveLength(8);
  expect(new Set(times.map(String))).toEqual(new Set(['found,true', 'absent,false']));
});

test('the canceled order is looked up before the next one is placed, and not only seconds after its end', async () => {
  const { network, run } = await startVerify('krakenfutures');
  expect(await run('look-up-after-end')).toMatchObject({ answer: 'holds' });
  const sent = network.requests.filter((name) => /(sendorder|orders\/status)$/.test(name));
  expect(sent.slice(0, 3).map((name) => name.split('/v3/')[1])).toEqual([
    ...['sendorder', 'orders/status', 'sendorder'],
  ]);
});

test('what was read before a close is not reported as what is left after it', async () => {
  const { network, run } = await startVerify('bitget');
  network.intercept = (name, reply) => {
    if (name.endsWith('/close-positions')) network.ahead += 10_000;
    return reply;
  };
  const { left } = await run('id-after-fill');
  expect([network.position, left]).toEqual([
    0,
    [expect.stringMatching(/^What is left could not be read in BTCUSDT on api\.bitget\.com/)],
  ]);
});

test('an experiment that does not exist is refused with those that do', async () => {
  const { verify } = await startVerify('bingx');
  await expect(verify('id')).rejects.toMatchObject({ message: expect.stringContaining('id-after-fill') });
});

describe('the last check of a request', () => {
  const bitget = { id: 'bitget', host: 'api.bitget.com', markers: { paptrading: '1' } };
  test.each([
    ['https://api.bitget.com/api/v2/mix/order/place-order', {}],
    ['https://api.bitget.com/', { paptrading: '0' }],
    ['https://api.bitget.com:8443/', bitget.markers],
    ['https://api.bitget.com.example.org/', bitget.markers],
    ['http://api.bitget.com/', bitget.markers],
    ['https://api.bitget.com@example.org/', bitget.markers],
  ])('refuses %s with %j', (url, headers) => {
    expect(() => checkTestUrl(url, headers, bitget)).toThrow('It was not sent.');
  });

  test('passes the test network, and this machine', () => {
    for (const url of ['https://api.bitget.com/api', 'http://127.0.0.1:9000/api', 'http://[::1]:9000/'])
      expect(() => checkTestUrl(url, bitget.markers, bitget)).not.toThrow();
  });
});
