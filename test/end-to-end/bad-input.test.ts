import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createProjectHandlers } from '../../infra/local/create-project-handlers.ts';
import { startLocalStack } from '../../infra/local/stack.ts';
import { mintToken } from '../../lib/link/token.ts';
import { temporaryFolder } from '../infra/local/temporary-folder.ts';
import { send } from '../infra/loopback/running-server.ts';
import { fire, hit, startEnvironment } from './environment.ts';
import { adopt, newTrader, perpetualLong, placeEntry, placeExits, spotLong } from './trader.ts';

/** An error says what was wrong, where, and what was expected. Nothing is done. */

const environment = await startEnvironment({ table: 'model' });
const { core } = environment;

/** An address without a server. */
async function deadEndpoint(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

describe('a payload', () => {
  const cases: { title: string; payload: unknown; message: RegExp }[] = [
    {
      title: 'that is not an object',
      payload: 'positions.list',
      message: /not a command. Expected \{"command"/,
    },
    { title: 'that is null', payload: null, message: /not a command/ },
    { title: 'without a command', payload: { positionId: 'pos_1' }, message: /not a command/ },
    {
      title: 'with an unknown command',
      payload: { command: 'positions.sell' },
      message: /no command "positions\.sell"\. Expected one of: positions\.adopt, .*accounts\.check/,
    },
    {
      title: 'with the name of a property that every object has',
      payload: { command: 'constructor' },
      message: /no command "constructor"/,
    },
    {
      title: 'with an unknown field',
      payload: { command: 'positions.list', sell: true },
      message: /Invalid input: .*sell.* Nothing was done/,
    },
    {
      title: 'with a malformed id',
      payload: { command: 'positions.get', positionId: '1' },
      message: /positionId: expected pos_ and 12 letters or digits/,
    },
    {
      title: 'with an unknown action',
      payload: { command: 'links.create', positionId: 'pos_000000000000', action: 'double' },
      message: /action: .*"close"\|"keep"/,
    },
  ];

  it.each(cases)('a payload $title is refused with what is expected', async ({ payload, message }) => {
    expect(await environment.refusal(payload)).toMatchObject({
      code: 'invalid-input',
      message: expect.stringMatching(message),
    });
  });

  it('a payload that is not JSON is refused by the invoke API itself', async () => {
    const path = '/2015-03-31/functions/ripcord-admin/invocations';
    expect(await send(environment.url, { method: 'POST', path, body: '{"command":' })).toMatchObject({
      status: 400,
      headers: { 'x-amzn-errortype': 'InvalidRequestContentException' },
    });
  });

  it.each(['positions.get', 'positions.forget'])('%s of an unknown position is refused', async (command) => {
    expect(await environment.refusal({ command, positionId: 'pos_000000000000' })).toMatchObject({
      code: 'position-not-found',
      message: expect.stringContaining('pos_000000000000'),
    });
  });

  it('a command for a link of an unknown position, or for an unknown link, is refused', async () => {
    const positionId = 'pos_000000000000';
    expect(await environment.refusal({ command: 'links.create', positionId, action: 'close' })).toMatchObject(
      {
        code: 'position-not-found',
      },
    );
    const linkId = 'lnk_0000000000000000';
    expect(await environment.refusal({ command: 'links.revoke', linkId })).toMatchObject({
      code: 'link-not-found',
      message: expect.stringContaining(linkId),
    });
  });

  it('a new link of a closed position is refused', async () => {
    const trader = await newTrader(environment, spotLong);
    const { positionId } = await adopt(trader, { entryOrders: [placeEntry(trader, { filled: 'all' })] });
    await fire(await environment.newLink(positionId, 'close'));
    expect(await environment.refusal({ command: 'links.create', positionId, action: 'close' })).toMatchObject(
      {
        code: 'conflict',
        message: expect.stringContaining(`${positionId} is closed`),
      },
    );
  });
});

describe('an adoption', () => {
  const refusalOfAdoption = (input: object) => environment.refusal({ command: 'positions.adopt', ...input });

  it('an adoption from an unknown account is refused', async () => {
    const input = { account: 'unknown', symbol: 'ETH/USDT', side: 'long', amount: '1' };
    expect(await refusalOfAdoption(input)).toMatchObject({
      code: 'account-not-found',
      message:
        'There is no account "unknown". Add it, for example: ripcord accounts add unknown --exchange binance',
    });
  });

  const symbols = [
    { kind: spotLong, symbol: 'FOO/USDT', title: 'that does not exist', code: 'market-not-found' },
    { kind: spotLong, symbol: 'ETH/USDT:USDT', title: 'of a perpetual on spot', code: 'market-not-found' },
    { kind: perpetualLong, symbol: 'ETH/USDT', title: 'of spot on perpetuals', code: 'market-not-found' },
    { kind: spotLong, symbol: 'ETHUSDT', title: "in the exchange's own spelling", code: 'invalid-input' },
    { kind: spotLong, symbol: 'eth/usdt', title: 'in small letters', code: 'invalid-input' },
  ];

  it.each(symbols)('an adoption in a symbol $title is refused', async ({ kind, symbol, code }) => {
    const { account } = await newTrader(environment, kind);
    expect(await refusalOfAdoption({ account, symbol, side: 'long', amount: '1' })).toMatchObject({
      code,
      message: expect.stringMatching(code === 'market-not-found' ? symbol : /symbol: expected BASE\/QUOTE/),
    });
  });

  it.each([spotLong, perpetualLong])('an adoption of an unknown order is refused for $name', async (kind) => {
    const { account } = await newTrader(environment, kind);
    const input = { account, symbol: kind.symbolOf('ETH'), side: 'long' };
    for (const ids of [{ entryOrderIds: ['4711'] }, { amount: '1', exitOrderIds: ['4711'] }])
      expect(await refusalOfAdoption({ ...input, ...ids })).toMatchObject({
        code: 'order-not-found',
        message: expect.stringContaining('4711'),
      });
  });

  it.each([spotLong, perpetualLong])(
    'an adoption of an order of another symbol is refused for $name',
    async (kind) => {
      const trader = await newTrader(environment, kind);
      const entry = placeEntry(trader);
      const input = { account: trader.account, symbol: kind.symbolOf('BTC'), side: 'long' };
      expect(await refusalOfAdoption({ ...input, entryOrderIds: [String(entry.id)] })).toMatchObject({
        code: 'order-not-found',
        message: expect.stringMatching(new RegExp(`${entry.id} in BTC/USDT.*Check the order id, the symbol`)),
      });
    },
  );

  it('an adoption of an exit order of another symbol is refused, although algo orders are found without a symbol', async () => {
    const trader = await newTrader(environment, perpetualLong);
    const { stop } = placeExits(trader, '1');
    core.setPosition({ apiKey: trader.apiKey, symbol: 'BTCUSDT', amount: '1' });
    const input = { account: trader.account, symbol: 'BTC/USDT:USDT', side: 'long' };
    expect(await refusalOfAdoption({ ...input, exitOrderIds: [String(stop)] })).toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('is in ETHUSDT, not in BTC/USDT:USDT'),
    });
  });

  it.each([spotLong, perpetualLong])(
    'an adoption of an order of the wrong side is refused for $name',
    async (kind) => {
      const trader = await newTrader(environment, kind);
      const entry = placeEntry(trader);
      const input = { account: trader.account, symbol: kind.symbolOf('ETH') };
      const entryOrderIds = [String(entry.id)];
      expect(await refusalOfAdoption({ ...input, side: 'short', entryOrderIds })).toMatchObject({
        code: 'invalid-input',
        message: expect.stringContaining('is a buy order, but the entry order of a short is a sell order'),
      });
      const named = { ...input, side: 'long', entryOrderIds, exitOrderIds: entryOrderIds };
      expect(await refusalOfAdoption(named)).toMatchObject({
        message: expect.stringContaining('is given both as an entry order and as an exit order'),
      });
    },
  );

  it('an adoption of an order of the other side in hedge mode is refused', async () => {
    const trader = await newTrader(environment, perpetualLong, 'ETH', { hedged: true });
    core.setPosition({ apiKey: trader.apiKey, symbol: trader.id, positionSide: 'SHORT', amount: '-1' });
    // A buy that closes a part of the short.
    const entry = placeEntry(trader, { positionSide: 'SHORT' });
    const input = { account: trader.account, symbol: 'ETH/USDT:USDT', side: 'long' };
    expect(await refusalOfAdoption({ ...input, entryOrderIds: [String(entry.id)] })).toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('belongs to the short side, and this is a long'),
    });
  });

  it('an adoption of a perpetual position that is missing, too small or of the other side is refused', async () => {
    const trader = await newTrader(environment, perpetualLong);
    const input = { account: trader.account, symbol: 'ETH/USDT:USDT', side: 'long' };
    expect(await refusalOfAdoption(input)).toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('holds no ETH/USDT:USDT position'),
    });
    core.setPosition({ apiKey: trader.apiKey, symbol: trader.id, amount: '0.5' });
    expect(await refusalOfAdoption({ ...input, amount: '0.6' })).toMatchObject({
      code: 'invalid-input',
      message: expect.stringMatching(/is 0\.5 ETH, less than the amount 0\.6/),
    });
    expect(await refusalOfAdoption({ ...input, side: 'short' })).toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('is a long of 0.5 ETH, not a short'),
    });
  });

  const inputs = [
    {
      title: 'with entry orders and an amount',
      input: { entryOrderIds: ['1'], amount: '1' },
      message: /amount: expected no amount together with entry orders/,
    },
    {
      title: 'with neither, on spot',
      input: {},
      message: /size .* is missing\. Give its entry orders, or the amount of ETH/,
    },
    { title: 'of nothing', input: { amount: '0' }, message: /amount: expected more than zero/ },
    { title: 'of less than nothing', input: { amount: '-1' }, message: /amount: expected a plain decimal/ },
    { title: 'of a float', input: { amount: 0.5 }, message: /amount: .*expected string/ },
    {
      title: 'of an amount in scientific notation',
      input: { amount: '1e-3' },
      message: /amount: expected a plain decimal/,
    },
    {
      title: 'of an unknown side',
      input: { amount: '1', side: 'buy' },
      message: /side: .*"long"\|"short"/,
    },
    {
      title: 'of 21 entry orders',
      input: { entryOrderIds: Array.from({ length: 21 }, String) },
      message: /entryOrderIds: .*20/,
    },
  ];

  it.each(inputs)('an adoption $title is refused', async ({ input, message }) => {
    const { account } = await newTrader(environment, spotLong);
    expect(await refusalOfAdoption({ account, symbol: 'ETH/USDT', side: 'long', ...input })).toMatchObject({
      code: 'invalid-input',
      message: expect.stringMatching(message),
    });
  });

  it('an adoption while the exchange is down is refused, and can be tried again', async () => {
    const { account, apiKey, secret } = await newTrader(environment, spotLong);
    await environment.admin('accounts.add', {
      name: account,
      account: { exchange: 'binance', apiKey, secret, baseUrl: await deadEndpoint() },
      unchecked: true,
    });
    expect(await refusalOfAdoption({ account, symbol: 'ETH/USDT', side: 'long', amount: '1' })).toMatchObject(
      {
        code: 'exchange-unreachable',
        message: expect.stringContaining('There was no connection to Binance'),
      },
    );
  });

  it('an adoption with a wrong secret is refused with the message of the exchange, and works with the right one', async () => {
    const trader = await newTrader(environment, spotLong);
    const keys = { exchange: 'binance' as const, apiKey: trader.apiKey, baseUrl: environment.exchange.url };
    const entry = placeEntry(trader);
    const input = {
      account: trader.account,
      symbol: 'ETH/USDT',
      side: 'long',
      entryOrderIds: [String(entry.id)],
    };
    await environment.admin('accounts.add', {
      name: trader.account,
      account: { ...keys, secret: 'wrong' },
      unchecked: true,
    });
    expect(await refusalOfAdoption(input)).toMatchObject({
      code: 'exchange-refused',
      message: expect.stringContaining('Signature for this request is not valid. (-1022)'),
    });
    await environment.admin('accounts.add', {
      name: trader.account,
      account: { ...keys, secret: trader.secret },
    });
    expect(await environment.ask({ command: 'positions.adopt', ...input })).toMatchObject({ ok: true });
  });

  it('an adoption with a key that the exchange does not know is refused with its message', async () => {
    const trader = await newTrader(environment, spotLong);
    const account = {
      exchange: 'binance' as const,
      apiKey: 'unknown-key',
      secret: 'unknown-secret',
      baseUrl: environment.exchange.url,
    };
    const unchecked = { replace: true, unchecked: true };
    await environment.admin('accounts.add', { name: trader.account, account, ...unchecked });
    expect(
      await refusalOfAdoption({
        account: trader.account,
        symbol: 'ETH/USDT',
        side: 'long',
        entryOrderIds: [String(placeEntry(trader).id)],
      }),
    ).toMatchObject({
      code: 'exchange-refused',
      message: expect.stringContaining('Invalid API-key, IP, or permissions for action. (-2015)'),
    });
  });

  it('an adoption of an entry whose position was closed is refused, because it would be sold a second time', async () => {
    const trader = await newTrader(environment, spotLong);
    const entry = placeEntry(trader, { filled: 'all' });
    const { positionId } = await adopt(trader, { entryOrders: [entry] });
    await fire(await environment.newLink(positionId, 'close'));
    const again = {
      account: trader.account,
      symbol: 'ETH/USDT',
      side: 'long',
      entryOrderIds: [String(entry.id)],
    };
    const refused = {
      code: 'conflict',
      message: expect.stringContaining(`was the entry of ${positionId}, which is closed`),
    };
    expect(await refusalOfAdoption(again)).toMatchObject(refused);
    // Also after the sweep archived it.
    await environment.invoke('ripcord-sweep', {});
    expect(await refusalOfAdoption(again)).toMatchObject(refused);
    expect((await environment.admin('positions.list', { account: trader.account })).positions).toHaveLength(
      1,
    );
  });

  it('an adoption of an entry that Ripcord itself placed is refused, also when its position is closed', async () => {
    const trader = await newTrader(environment, spotLong);
    const { position } = await environment.admin('positions.open', {
      requestId: 'once',
      account: trader.account,
      symbol: 'ETH/USDT',
      side: 'long',
      type: 'market',
      amount: '0.5',
    });
    const entryOrderIds = position.entryOrders.flatMap(({ orderId }) => orderId ?? []);
    const again = { account: trader.account, symbol: 'ETH/USDT', side: 'long', entryOrderIds };
    expect(await refusalOfAdoption(again)).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(`already belongs to ${position.positionId}`),
    });
    await fire(await environment.newLink(position.positionId, 'close'));
    expect(await refusalOfAdoption(again)).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(`was the entry of ${position.positionId}`),
    });
  });

  it('a refused adoption leaves no position', async () => {
    const { account } = await newTrader(environment, spotLong);
    await refusalOfAdoption({ account, symbol: 'ETH/USDT', side: 'long', entryOrderIds: ['4711'] });
    expect(await environment.admin('positions.list', { account })).toEqual({ positions: [] });
  });
});

describe('accounts.json', () => {
  const path = join(environment.data, 'accounts.json');

  const damages = [
    {
      title: 'that is not JSON',
      content: '{"main":',
      why: /accounts\.json can't be used: it is not JSON\./,
    },
    { title: 'that holds something else', content: '["main"]', why: /it does not hold accounts/ },
    {
      title: 'with a name that no account can have',
      content: '{"a b":{"exchange":"binance","apiKey":"hidden-key","secret":"hidden-secret"}}',
      why: /it does not hold accounts/,
    },
  ];

  it.each(damages)(
    'an accounts.json $title is named and left unchanged, and none of its secrets is returned',
    async ({ content, why }) => {
      const trader = await newTrader(environment, spotLong);
      const { positionId } = await adopt(trader, { amount: '1' });
      const url = await environment.newLink(positionId, 'close');
      const whole = await readFile(path, 'utf8');
      await writeFile(path, content);
      onTestFinished(() => writeFile(path, whole));

      const commands = [
        { command: 'accounts.list' },
        { command: 'accounts.check', name: 'main' },
        { command: 'positions.adopt', account: 'main', symbol: 'ETH/USDT', side: 'long', amount: '1' },
        { command: 'accounts.add', name: 'main', account: { exchange: 'binance', apiKey: 'a', secret: 'b' } },
      ];
      for (const command of commands) {
        const refused = await environment.refusal(command);
        expect(refused).toMatchObject({
          code: 'accounts-unreadable',
          message: expect.stringMatching(why),
        });
        expect(refused.message).toMatch(
          /Nothing was changed\. Fix the file or move it away\. Expected a JSON map /,
        );
        expect(JSON.stringify(refused)).not.toMatch(/hidden/);
      }
      expect(await readFile(path, 'utf8')).toBe(content);

      const answer = await fire(url);
      expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': expect.any(String) } });
      expect(answer.body).not.toMatch(/hidden|accounts\.json/);
      await writeFile(path, whole);
      expect(await fire(url)).toMatchObject({ status: 200, json: { outcome: 'closed' } });
    },
  );

  it.each([
    [{ exchange: 'mtgox' }, /\(exchange: Invalid option/],
    [{ secret: 'hidden\u200b' }, /\(secret: .* character 7 is U\+200B/],
    [{ apiKey: undefined }, /\(apiKey: Invalid input: expected string/],
  ])('a wrong entry of accounts.json is named, and stops no other account: %j', async (change, why) => {
    const traders = [await newTrader(environment, spotLong), await newTrader(environment, spotLong)];
    const whole = await readFile(path, 'utf8');
    const [wrong = '', right = ''] = traders.map(({ account }) => account);
    const stage = async (trader: (typeof traders)[number]) => {
      const { positionId } = await adopt(trader, { amount: '1' });
      return environment.newLink(positionId, 'close');
    };
    const urls = await Promise.all(traders.map(stage));
    const accounts = JSON.parse(whole);
    const damaged = JSON.stringify({ ...accounts, [wrong]: { ...accounts[wrong], ...change } });
    await writeFile(path, damaged);
    onTestFinished(() => writeFile(path, whole));
    const refused = await environment.refusal({ command: 'accounts.check', name: wrong });
    expect(refused).toMatchObject({ code: 'account-invalid', message: expect.stringMatching(why) });
    expect(refused.message).toContain(`The entry "${wrong}" of ${path}`);
    expect(JSON.stringify(refused)).not.toMatch(/hidden/);
    const listed = (await environment.admin('accounts.list', {})).accounts;
    expect(listed).toContainEqual({ name: wrong, problem: refused.message });
    expect(listed).toContainEqual({ name: right, exchange: 'binance' });
    expect(await environment.admin('accounts.check', { name: right })).toMatchObject({ canTrade: true });
    expect(await fire(urls[0] ?? '')).toMatchObject({ status: 422, json: { status: 'account-invalid' } });
    expect(await fire(urls[1] ?? '')).toMatchObject({ status: 200, json: { outcome: 'closed' } });
    expect(await readFile(path, 'utf8')).toBe(damaged);
  });

  it('an accounts.json without the account of a position makes its link return 404 until the account is back', async () => {
    const trader = await newTrader(environment, spotLong);
    const { positionId } = await adopt(trader, { amount: '1' });
    const url = await environment.newLink(positionId, 'close');
    const whole = await readFile(path, 'utf8');
    await writeFile(path, '{}');
    onTestFinished(() => writeFile(path, whole));
    expect(await fire(url)).toMatchObject({
      status: 404,
      json: { message: 'Nothing was sent. The account behind this link is not available.' },
    });
    expect((await environment.admin('history.list', { positionId })).hits[0]?.why).toContain(
      `no account "${trader.account}"`,
    );
    await writeFile(path, whole);
    expect(await fire(url)).toMatchObject({ status: 200, json: { outcome: 'closed' } });
  });
});

describe('an unreachable table', async () => {
  const startWithoutTable = async () => {
    const endpoint = await deadEndpoint();
    const stack = await startLocalStack({
      port: 0,
      data: await temporaryFolder(),
      every: () => () => undefined,
      handlers: (environment, log) =>
        createProjectHandlers({ ...environment, RIPCORD_TABLE_ENDPOINT: endpoint }, log),
    });
    onTestFinished(() => stack.stop());
    return stack;
  };

  it('an unreachable table makes a link return 503 with a time to try again, and a malformed link 404', async () => {
    const { url } = await startWithoutTable();
    const answer = await fire(`${url}/l/${mintToken()}`);
    expect(answer).toMatchObject({
      status: 503,
      json: { status: 'table-unreachable', message: 'The database is not available. Try again in a moment.' },
      headers: { 'retry-after': '5', 'cache-control': 'no-store' },
    });
    expect(await hit(`${url}/l/${mintToken()}`, { headers: { accept: 'text/html' } })).toMatchObject({
      status: 503,
      headers: { 'content-type': 'text/html; charset=utf-8' },
    });
    // With a wrong checksum the table is not read.
    const malformed = mintToken().replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    expect(await fire(`${url}/l/${malformed}`)).toMatchObject({ status: 404 });
  });

  it('an unreachable table fails only the commands that need it', async () => {
    const { url } = await startWithoutTable();
    const ask = async (payload: object) => {
      const path = '/2015-03-31/functions/ripcord-admin/invocations';
      return JSON.parse((await send(url, { method: 'POST', path, body: JSON.stringify(payload) })).body);
    };
    expect(await ask({ command: 'positions.list' })).toMatchObject({
      ok: false,
      error: { code: 'table-unreachable', message: expect.stringContaining('Try again'), issues: [] },
    });
    expect(await ask({ command: 'accounts.list' })).toMatchObject({ ok: true });
  });
});
