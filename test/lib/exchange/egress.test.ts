import { connect, createServer } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { listen } from '../../../infra/loopback/listen.ts';
import type { Account } from '../../../lib/account/account.ts';
import { ccxtExchanges } from '../../../lib/exchange/ccxt/ccxt-exchange.ts';
import type { StackEgress } from '../../../lib/exchange/egress/tunnel-agents.ts';
import { type Behavior, startScriptedProxy } from '../../infra/egress/scripted-proxy.ts';
import { credential, type StackProxy, startStackProxy } from '../../infra/egress/stack-proxy.ts';
import { accountsInMemory } from '../../infra/local/accounts-in-memory.ts';
import {
  binanceFutures,
  binanceSpot,
  bybitSpot,
  keys,
  okxSpot,
  startTrader,
  type TestMarket,
  toAccount,
} from './test-markets.ts';
import { startTlsFront } from './tls-front.ts';

/** A mute address delays a request by 0.35 s, and a busy machine by more. A hit can send its order for 5 s. */
const maxDelayMs = 2_000;
const sources = ['127.0.0.2', '127.0.0.3'] as const;
const noConnection = { kind: 'rejected', reason: 'no-connection' };

/** Forwards to an exchange, and notes where each connection comes from. */
async function startPeerRecorder(url: string): Promise<{ url: string; peers: (string | undefined)[] }> {
  const peers: (string | undefined)[] = [];
  const server = createServer((client) => {
    peers.push(client.remoteAddress?.replace('::ffff:', ''));
    const exchange = connect(Number(new URL(url).port), '127.0.0.1');
    for (const socket of [client, exchange]) socket.on('error', () => undefined);
    client.pipe(exchange).pipe(client);
  });
  const port = await listen(server, 0);
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${port}`, peers };
}

interface Options {
  egress: Account['egress'];
  stack?: StackEgress;
  /** Milliseconds for one call. */
  callMs?: number;
}

/** A trader whose requests leave through fixed addresses, to an exchange behind HTTPS. */
async function startThrough(testMarket: TestMarket, prepare: (target: string) => Promise<Options>) {
  const { sim, market } = await startTrader(testMarket);
  const recorder = await startPeerRecorder(sim.url);
  const front = await startTlsFront(recorder.url);
  // The front is what a proxy connects to, so the recorder is in front of it too.
  const outer = await startPeerRecorder(front.url);
  const port = new URL(outer.url).port;
  const { egress, stack, callMs = 4_000 } = await prepare(`localhost:${port}`);
  const account = { ...toAccount(testMarket.exchange, `https://localhost:${port}`), egress };
  const exchanges = ccxtExchanges(accountsInMemory({ main: account }), Date.now, { callMs }, stack);
  const exchange = await exchanges.of('main');
  let count = 0;
  return {
    exchange,
    market,
    front,
    peers: outer.peers,
    orders: () => sim.core.orders().orders.map(({ clientOrderId }) => clientOrderId),
    buy: () => {
      count += 1;
      return exchange.createEntryOrder(market, {
        clientOrderId: `entry${count}`,
        side: 'buy',
        positionSide: 'long',
        amount: '0.1',
        hedged: false,
        type: 'limit',
        price: '50000',
        sendDeadline: Date.now() + 5_000,
      });
    },
  };
}

async function startThroughStack(testMarket: TestMarket, key = credential) {
  const proxies: StackProxy[] = [];
  const trader = await startThrough(testMarket, async (target) => {
    for (const source of sources) proxies.push(await startStackProxy({ localTargets: [target], source }));
    const addresses = proxies.map(({ address }) => address);
    return { egress: 'stack', stack: { addresses, readCredential: async () => key } };
  });
  const [first, second] = proxies as [StackProxy, StackProxy];
  return { ...trader, first, second };
}

async function timed<Result>(work: () => Promise<Result>): Promise<{ ms: number; result: Result }> {
  const startedAt = performance.now();
  const result = await work();
  return { ms: performance.now() - startedAt, result };
}

/** A tunnel knows nothing of the exchange: these stand for all. */
const markets = [binanceSpot, binanceFutures, bybitSpot, okxSpot];

describe.each(markets)("Through the stack's addresses, an order to $name", (testMarket) => {
  test('leaves from the first address, and later requests reuse its tunnel', async () => {
    const { exchange, market, buy, peers, orders } = await startThroughStack(testMarket);
    exchange.openConnection();
    await vi.waitFor(() => expect(peers).toHaveLength(1));
    expect(await buy()).toMatchObject({ kind: 'accepted' });
    await exchange.fetchOrder(market, { clientOrderId: 'entry1' });
    expect(await buy()).toMatchObject({ kind: 'accepted' });
    expect(peers).toEqual(['127.0.0.2']);
    expect(orders()).toEqual(['entry1', 'entry2']);
  });

  test('leaves from the second address if the first is down', async () => {
    const { buy, peers, first } = await startThroughStack(testMarket);
    await first.kill();
    const { ms, result } = await timed(buy);
    expect(result).toMatchObject({ kind: 'accepted' });
    expect(ms).toBeLessThan(maxDelayMs);
    expect(peers).toEqual(['127.0.0.3']);
  });

  test('leaves from the second address if the first is mute, soon enough for its sender', async () => {
    const { buy, peers, first, orders } = await startThroughStack(testMarket);
    first.mute();
    const { ms, result } = await timed(buy);
    expect(result).toMatchObject({ kind: 'accepted' });
    expect(ms).toBeLessThan(maxDelayMs);
    expect(peers).toEqual(['127.0.0.3']);
    expect(orders()).toEqual(['entry1']);
  });

  test('is provably not sent if both addresses are down', async () => {
    const { buy, peers, first, second, orders } = await startThroughStack(testMarket);
    await Promise.all([first.kill(), second.kill()]);
    expect(await buy()).toMatchObject({
      ...noConnection,
      message: expect.stringContaining(`${first.address}: ECONNREFUSED; ${second.address}: ECONNREFUSED`),
    });
    expect([...peers, ...orders()]).toEqual([]);
  });

  test('is provably not sent if both addresses are mute', async () => {
    const { buy, peers, first, second, orders } = await startThroughStack(testMarket);
    first.mute();
    second.mute();
    const { ms, result } = await timed(buy);
    expect(result).toMatchObject(noConnection);
    expect(ms).toBeLessThan(2_000);
    expect([...peers, ...orders()]).toEqual([]);
  });

  test('leaves from an address again once it has been rebuilt', async () => {
    const { buy, peers, first, second } = await startThroughStack(testMarket);
    await Promise.all([first.kill(), second.kill()]);
    expect(await buy()).toMatchObject(noConnection);
    await first.rebuild();
    expect(await buy()).toMatchObject({ kind: 'accepted' });
    expect(peers).toEqual(['127.0.0.2']);
  });
});

test('A tunnel that dies while it is idle costs no order', async () => {
  const { buy, peers, first, second, orders } = await startThroughStack(binanceSpot);
  expect(await buy()).toMatchObject({ kind: 'accepted' });
  await first.rebuild();
  await second.rebuild();
  expect(await buy()).toMatchObject({ kind: 'accepted' });
  expect(orders()).toEqual(['entry1', 'entry2']);
  for (const peer of peers) expect(sources).toContain(peer);
});

test('A wrong credential opens no tunnel, and the next request reads the credential again', async () => {
  let key = 'a-wrong-credential-that-is-long-enough-too';
  let proxy: StackProxy | undefined;
  const { buy, peers } = await startThrough(binanceSpot, async (target) => {
    proxy = await startStackProxy({ localTargets: [target], source: sources[0] });
    return { egress: 'stack', stack: { addresses: [proxy.address], readCredential: async () => key } };
  });
  expect(await buy()).toMatchObject(noConnection);
  expect(peers).toEqual([]);
  key = credential;
  expect(await buy()).toMatchObject({ kind: 'accepted' });
});

test('A server with a trusted certificate is not taken for a proxy of the stack', async () => {
  const impostor = await startTlsFront('http://127.0.0.1:9');
  const address = `127.0.0.1:${new URL(impostor.url).port}`;
  const { buy, peers } = await startThrough(binanceSpot, async () => ({
    egress: 'stack',
    stack: { addresses: [address], readCredential: async () => credential },
  }));
  expect(await buy()).toMatchObject({
    ...noConnection,
    message: expect.stringContaining('the proxy does not know the key'),
  });
  expect(impostor.count).toBeGreaterThan(0);
  expect(peers).toEqual([]);
});

test('An order is not sent directly if the credential can not be read', async () => {
  const { buy, peers } = await startThrough(binanceSpot, async () => ({
    egress: 'stack',
    stack: { addresses: ['127.0.0.1:9'], readCredential: () => Promise.reject(new Error('denied')) },
  }));
  expect(await buy()).toMatchObject(noConnection);
  expect(peers).toEqual([]);
});

test('An order is not sent directly if the stack has no addresses', async () => {
  const { buy, peers } = await startThrough(binanceSpot, async () => ({ egress: 'stack' }));
  expect(await buy()).toMatchObject({
    ...noConnection,
    message: expect.stringContaining('--set egressProxies=1'),
  });
  expect(peers).toEqual([]);
});

const refusals: [string, Behavior][] = [
  ['refuses the password', { answer: 'HTTP/1.1 407 Proxy Authentication Required\r\n\r\n', isEnded: false }],
  ['refuses the host', { answer: 'HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\n\r\nno\n', isEnded: true }],
  ['can not reach the host', { answer: 'HTTP/1.1 502 Bad Gateway\r\n\r\n', isEnded: true }],
  ['redirects', { answer: 'HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1\r\n\r\n', isEnded: true }],
  ['sends half an answer and ends', { answer: 'HTTP/1.1 200 Connec', isEnded: true }],
  ['sends half an answer and waits', { answer: 'HTTP/1.1 200 Connec', isEnded: false }],
  [
    'sends more than an answer',
    { answer: 'HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{}', isEnded: false },
  ],
  ['speaks another protocol', { answer: 'SSH-2.0-OpenSSH_9.6\r\n', isEnded: false }],
  ['closes', 'closes'],
  ['is mute', 'is mute'],
];

describe.each(refusals)("If a proxy of the owner's own %s, an order", (_, behavior) => {
  test('leaves through the second one in time', async () => {
    const second = await startScriptedProxy(sources[1]);
    const first = await startScriptedProxy(sources[0], behavior);
    const { buy, peers } = await startThrough(binanceSpot, async () => ({ egress: [first.url, second.url] }));
    const { ms, result } = await timed(buy);
    expect(result).toMatchObject({ kind: 'accepted' });
    expect(ms).toBeLessThan(maxDelayMs);
    expect(peers).toEqual(['127.0.0.3']);
  });

  test('is provably not sent if there is no other', async () => {
    const proxy = await startScriptedProxy(sources[0], behavior);
    const { buy, peers, orders } = await startThrough(binanceSpot, async () => ({ egress: [proxy.url] }));
    expect(await buy()).toMatchObject(noConnection);
    expect([...peers, ...orders()]).toEqual([]);
  });
});

test('A proxy gets the user and password of its URL, and nothing of the request', async () => {
  const proxy = await startScriptedProxy(sources[0]);
  const { buy } = await startThrough(binanceSpot, async () => ({ egress: [proxy.url] }));
  expect(await buy()).toMatchObject({ kind: 'accepted' });
  const expected = Buffer.from('me:p@ss').toString('base64');
  expect(proxy.heads).toEqual([expect.stringMatching(/^CONNECT localhost:\d+ HTTP\/1.1\r\n/)]);
  expect(proxy.heads[0]).toContain(`Proxy-Authorization: Basic ${expected}\r\n`);
  expect(proxy.heads[0]).not.toContain(keys.apiKey);
});

test('A mute address delays one connection: later ones begin with the address that worked', async () => {
  const mute = await startScriptedProxy(sources[0], 'is mute');
  const working = await startScriptedProxy(sources[1]);
  const { buy } = await startThrough(binanceSpot, async () => ({ egress: [mute.url, working.url] }));
  expect(await buy()).toMatchObject({ kind: 'accepted' });
  const now = Date.now;
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => now() + 1_001);
  expect(await buy().finally(() => clock.mockRestore())).toMatchObject({ kind: 'accepted' });
  expect([mute.heads.length, working.heads.length]).toEqual([1, 2]);
});

test('Requests at the same time do not wait for one tunnel', async () => {
  const mute = await startScriptedProxy(sources[0], 'is mute');
  const working = await startScriptedProxy(sources[1]);
  const { exchange, market } = await startThrough(binanceSpot, async () => ({
    egress: [mute.url, working.url],
  }));
  exchange.openConnection();
  const { ms } = await timed(() =>
    Promise.all(['a', 'b', 'c'].map((clientOrderId) => exchange.fetchOrder(market, { clientOrderId }))),
  );
  expect(ms).toBeLessThan(maxDelayMs);
});

test('Requests to a stand-in without TLS go through the tunnel too', async () => {
  const { sim, market } = await startTrader(binanceSpot);
  const recorder = await startPeerRecorder(sim.url);
  const proxy = await startScriptedProxy(sources[0]);
  const account: Account = { exchange: 'binance', ...keys, baseUrl: recorder.url, egress: [proxy.url] };
  const exchange = await ccxtExchanges(accountsInMemory({ main: account })).of('main');
  await exchange.fetchBalance('USDT');
  await exchange.fetchOrder(market, { clientOrderId: 'none' });
  expect(recorder.peers).toEqual(['127.0.0.2']);
  expect(proxy.heads).toHaveLength(1);
});

test('An order is not sent again if the connection breaks after the tunnel and its handshake', async () => {
  const { buy, front, orders } = await startThroughStack(binanceSpot);
  front.handshakes.push('succeeds, and the request is lost');
  expect(await buy()).toMatchObject({ kind: 'unknown' });
  expect(orders()).toEqual([]);
  expect(front.count).toBe(1);
});

test('An order is sent once if the handshake inside the first tunnel fails', async () => {
  const { buy, front, orders } = await startThroughStack(binanceSpot);
  front.handshakes.push('is reset');
  expect(await buy()).toMatchObject({ kind: 'accepted' });
  expect(orders()).toEqual(['entry1']);
});

test('An order counts as not sent if its time ends before there is a connection', async () => {
  const proxy = await startScriptedProxy(sources[0], 'is mute');
  const { buy, orders } = await startThrough(binanceSpot, async () => ({ egress: [proxy.url], callMs: 300 }));
  expect(await buy()).toMatchObject(noConnection);
  expect(orders()).toEqual([]);
});
