import { describe, expect, it } from 'vitest';
import type { Exchange } from '../../../../lib/exchange/exchange.ts';
import { Fault } from '../../../../lib/fault.ts';
import type { Link } from '../../../../lib/link/link.ts';
import type { Services } from '../../../../lib/services.ts';
import { sweep } from '../../../../lib/sweep/sweep.ts';
import { setAdoptingStage } from '../../../simulation/adopting-stage.ts';
import { type StandingStage, setStandingStage, sweepMinutes } from '../../../simulation/standing-stage.ts';
import { examplePerpetual } from '../../position/example-position.ts';

const minute = 60_000;

async function setFollowing(differing: Partial<Link> = {}) {
  const stage = await setStandingStage({ follows: 'market-position', ...differing });
  const say = (message: string) => stage.during(() => stage.hit({ message, hasBody: true }));
  const first = stage.environment.time;
  const at = (bar: number) => new Date(first + (bar - 100) * minute).toISOString();
  return { ...stage, say, at };
}

function readState({ table, link, during }: StandingStage) {
  return during(() => table.readLinkState(link.linkId));
}

describe('A link that follows a strategy', () => {
  it('follows what is open at its own side, and closes it when the strategy is flat', async () => {
    const stage = await setFollowing();
    const staged = await stage.open();
    expect(await stage.say(`long ${stage.at(1)}`)).toMatchObject({
      status: 'done',
      httpStatus: 200,
      positions: [{ outcome: 'followed' }],
    });
    expect(stage.closes(staged)).toBe(0);
    expect(await stage.say(`flat ${stage.at(2)}`)).toMatchObject({
      status: 'done',
      positions: [{ outcome: 'closed' }],
    });
    expect(stage.closes(staged)).toBe(1);
  });

  it('leaves open what was opened after its own side, and records that once per position', async () => {
    const stage = await setFollowing();
    await stage.say(`long ${stage.at(1)}`);
    const staged = await stage.open();
    const flat = await stage.say(`flat ${stage.at(2)}`);
    expect(flat).toMatchObject({ status: 'not-followed', httpStatus: 200 });
    await stage.say(`flat ${stage.at(3)}`);
    expect(stage.closes(staged)).toBe(0);
    expect(await stage.table.listHits(staged.position.positionId, 5)).toMatchObject([
      { refusal: 'not-followed', decision: 'refused' },
    ]);
  });

  it('reports a followed position that it cannot read, and closes the others', async () => {
    const stage = await setFollowing();
    const [lost, read] = [await stage.open(), await stage.open()];
    await stage.say(`long ${stage.at(1)}`);
    const { positionId } = lost.position;
    const { listPositions, readPosition } = stage.table;
    stage.table.listPositions = async (state, onUnreadable) => {
      onUnreadable?.(positionId);
      return (await listPositions(state)).filter((each) => each.positionId !== positionId);
    };
    stage.table.readPosition = async (id) => {
      if (id === positionId) throw new Fault('newer-version', 'A newer Ripcord wrote this position.');
      return readPosition(id);
    };
    const flat = await stage.say(`flat ${stage.at(2)}`);
    expect([flat.status, stage.closes(lost), stage.closes(read)]).toEqual(['partly', 0, 1]);
    expect(await stage.table.listHits(positionId, 1)).toMatchObject([{ refusal: 'not-read' }]);
  });

  it('takes another state with the same time as a repeat of the first one', async () => {
    const stage = await setFollowing();
    const staged = await stage.open();
    await stage.say(`long ${stage.at(1)}`);
    expect(await stage.say(`flat ${stage.at(1)}`)).toMatchObject({
      status: 'done',
      positions: [{ outcome: 'followed' }],
    });
    expect(stage.closes(staged)).toBe(0);
  });

  it('does not follow what was opened while the message was on its way', async () => {
    const stage = await setFollowing();
    const arrivedAt = stage.environment.time;
    await stage.open({ createdAt: new Date(arrivedAt + 500).toISOString() });
    const request = { message: `long ${stage.at(1)}`, hasBody: true };
    expect(await stage.during(() => stage.hit(request, arrivedAt))).toMatchObject({
      positions: [{ outcome: 'unchanged' }],
    });
  });

  it('acts on a "flat" that came right after "long", while an earlier "flat" was still being handled', async () => {
    const stage = await setFollowing();
    const staged = await stage.open();
    await stage.say('long');
    const { environment, table, services } = stage;
    const slow = (readMs: number, recordMs: number): Services => {
      let reads = 0;
      const store: Services['store'] = {
        ...table,
        async readLinkState(linkId) {
          reads += 1;
          if (reads === 2) await environment.sleep(readMs);
          return table.readLinkState(linkId);
        },
        async recordHit(...hit) {
          await environment.sleep(recordMs);
          return table.recordHit(...hit);
        },
      };
      return { ...services, store };
    };
    const say = (message: string, process: Services) => stage.hitIn(process, { message, hasBody: true });
    const [first, , last] = await stage.during(async () => {
      const flat = say('flat', slow(500, 600));
      await environment.sleep(200);
      const long = say('long', services);
      await environment.sleep(500);
      return Promise.all([flat, long, say('flat', slow(600, 0))]);
    });
    expect(first).toMatchObject({ status: 'late', positions: [{ outcome: 'unchanged' }] });
    expect(last).toMatchObject({ status: 'done', positions: [{ outcome: 'closed' }] });
    expect(stage.closes(staged)).toBe(1);
  });

  it('does not follow by a repeat what was opened after the message first arrived', async () => {
    const stage = await setFollowing();
    await stage.say(`long ${stage.at(1)}`);
    const staged = await stage.open();
    expect(await stage.say(`long ${stage.at(1)}`)).toMatchObject({
      status: 'done',
      positions: [{ outcome: 'unchanged' }],
    });
    await stage.say(`flat ${stage.at(2)}`);
    expect(stage.closes(staged)).toBe(0);
  });

  it('ignores an older message', async () => {
    const stage = await setFollowing();
    const staged = await stage.open();
    await stage.say(`long ${stage.at(3)}`);
    expect(await stage.say(`flat ${stage.at(2)}`)).toMatchObject({ status: 'late', httpStatus: 200 });
    expect(await stage.say(`flat ${stage.at(3)}`)).toMatchObject({ positions: [{ outcome: 'followed' }] });
    expect(stage.closes(staged)).toBe(0);
  });

  it('goes by the order of arrival without times', async () => {
    const stage = await setFollowing();
    const staged = await stage.open();
    await stage.say('long');
    await stage.say('flat');
    expect(stage.closes(staged)).toBe(1);
  });

  it('closes on the other side too, and answers that nothing is open after that', async () => {
    const stage = await setFollowing();
    const staged = await stage.open();
    await stage.say('long');
    await stage.say('short');
    expect(stage.closes(staged)).toBe(1);
    expect(await stage.say('flat')).toMatchObject({ status: 'nothing-open', httpStatus: 200 });
  });

  it.each(['', 'buy', '{{strategy.market_position}}', 'long 2099-01-01T00:00:00Z'])(
    'refuses the message %j and does nothing',
    async (message) => {
      const stage = await setFollowing();
      const staged = await stage.open();
      await stage.say('long');
      expect(await stage.say(message)).toMatchObject({ status: 'unreadable', httpStatus: 400 });
      expect(stage.closes(staged)).toBe(0);
      const [last] = await stage.table.listHits(stage.link.linkId, 1);
      expect(last).toMatchObject({ refusal: 'unreadable', decision: 'refused' });
      expect(JSON.stringify(last)).not.toContain('market_position}}');
    },
  );

  it('explains itself when a person opens it, and does nothing', async () => {
    const stage = await setFollowing();
    const staged = await stage.open();
    await stage.say('long');
    const request = { method: 'GET', navigation: { userInitiated: true } } as const;
    const response = await stage.during(() => stage.hit(request));
    expect(response).toMatchObject({ httpStatus: 200, headline: 'This link follows a strategy' });
    expect(response.confirm).toBeUndefined();
    expect(stage.closes(staged)).toBe(0);
    const [last] = await stage.table.listHits(stage.link.linkId, 1);
    expect(last?.refusal).toBeUndefined();
  });

  it('in rehearsal hears and marks, and acts on nothing', async () => {
    const stage = await setFollowing({ rehearsal: true });
    const staged = await stage.open();
    expect(await stage.say('long')).toMatchObject({
      status: 'rehearsed',
      positions: [{ outcome: 'followed' }],
    });
    expect(await stage.say('flat')).toMatchObject({
      status: 'rehearsed',
      positions: [{ outcome: 'rehearsed', would: 'sells 0.1 BTC at market.' }],
    });
    expect(stage.closes(staged)).toBe(0);
    const state = await readState(stage);
    expect(state).toMatchObject({ followed: [staged.position.positionId] });
    expect([state.unfinished, state.ownSideAt]).toEqual([undefined, expect.any(Number)]);
  });

  it('does not close by the sweep what a flat left, once the strategy is back', async () => {
    const stage = await setFollowing();
    const staged = await stage.open();
    await stage.say(`long ${stage.at(1)}`);
    const { of } = stage.services.exchanges;
    stage.services.exchanges.of = () =>
      Promise.reject(new Fault('exchange-unreachable', 'Binance did not respond.'));
    expect(await stage.say(`flat ${stage.at(2)}`)).toMatchObject({ status: 'retrying', httpStatus: 503 });
    await stage.say(`long ${stage.at(3)}`);
    stage.services.exchanges.of = of;
    stage.environment.time += minute;
    await stage.during(() => sweep(stage.services));
    expect(stage.closes(staged)).toBe(0);
    expect((await readState(stage)).unfinished).toBeUndefined();
  });

  it('lets the sweep finish what a flat left', async () => {
    const stage = await setFollowing();
    const staged = await stage.open();
    await stage.say(`long ${stage.at(1)}`);
    const { of } = stage.services.exchanges;
    stage.services.exchanges.of = () =>
      Promise.reject(new Fault('exchange-unreachable', 'Binance did not respond.'));
    await stage.say(`flat ${stage.at(2)}`);
    stage.services.exchanges.of = of;
    stage.environment.time += minute;
    await stage.during(() => sweep(stage.services));
    expect(stage.closes(staged)).toBe(1);
  });

  it('keeps messages that change nothing out of the history', async () => {
    const stage = await setFollowing();
    await stage.open();
    for (const message of ['long', 'long', 'long', 'flat']) await stage.say(message);
    const hits = await stage.table.listHits(stage.link.linkId, 10);
    expect(hits.map(({ decision }) => decision)).toEqual(['fired', 'heard']);
  });
});

it('A link that adopts follows at once what it takes over at its own side, and takes over nothing else', async () => {
  const { symbol } = examplePerpetual;
  const stage = await setFollowing({
    adopt: true,
    account: 'main',
    exchange: 'binanceusdm',
    scope: { account: 'main', symbol, side: 'long' },
  });
  const held = { side: 'long', averagePrice: '60000', hedged: false, amount: '0.5' } as const;
  const exchange: Partial<Exchange> = {
    loadMarket: async () => examplePerpetual,
    fetchPosition: async () => held,
    fetchOpenOrders: async () => [],
    fetchTrades: async () => [],
    openConnection: () => undefined,
  };
  stage.services.exchanges.of = async () => exchange as Exchange;
  expect(await stage.say('flat')).toMatchObject({ status: 'nothing-open' });
  expect(await stage.say('long')).toMatchObject({
    status: 'done',
    positions: [{ outcome: 'followed', symbol }],
  });
  const positions = await stage.during(() => stage.table.listPositions('open'));
  expect(positions).toMatchObject([{ account: 'main', declaredSize: { amount: '0.5' } }]);
  expect(await readState(stage)).toMatchObject({ followed: positions.map(({ positionId }) => positionId) });
});

it('A heartbeat counts, and only the first is in the history', async () => {
  const stage = await setStandingStage({ action: 'heartbeat' });
  await stage.open();
  for (let beat = 0; beat < 3; beat += 1) {
    expect(await stage.during(() => stage.hit())).toMatchObject({ status: 'done', positions: [] });
    stage.environment.time += 5 * minute;
  }
  expect(await readState(stage)).toMatchObject({ beats: { count: 3 } });
  expect(await stage.table.listHits(stage.link.linkId, 5)).toMatchObject([{ decision: 'heard' }]);
});

describe('A link that follows and adopts, if the exchange is not read at its own side,', () => {
  async function setUnread() {
    const stage = await setAdoptingStage({ follows: 'market-position' });
    const show = stage.hidePositions();
    const say = (message: string) => stage.during(() => stage.hit({ message, hasBody: true }));
    const bar = async () => {
      stage.environment.time += minute;
    };
    return { ...stage, show, say, bar };
  }

  it('asks for a resend each time, never answers that nothing is open, and closes at the end', async () => {
    const stage = await setUnread();
    for (const message of ['long', 'long', 'flat']) {
      expect(await stage.say(message)).toMatchObject({ status: 'retrying', httpStatus: 503 });
      await stage.bar();
    }
    stage.show();
    await sweepMinutes(stage, 2);
    expect(stage.closes(stage.elsewhere)).toBe(1);
    expect(await stage.table.listHits(stage.link.linkId, 5)).toMatchObject([
      { status: 503 },
      { status: 503 },
    ]);
  });

  it('follows it by a sweep, and closes it at flat', async () => {
    const stage = await setUnread();
    await stage.say('long');
    stage.show();
    await sweepMinutes(stage, 2);
    expect((await readState(stage)).followed).toHaveLength(1);
    expect(stage.closes(stage.elsewhere)).toBe(0);
    expect(await stage.say('flat')).toMatchObject({ status: 'done', positions: [{ outcome: 'closed' }] });
    expect(stage.closes(stage.elsewhere)).toBe(1);
  });

  it('closes at flat what it adopts then, because it was open at its own side', async () => {
    const stage = await setUnread();
    await stage.say('long');
    await stage.bar();
    stage.show();
    expect(await stage.say('flat')).toMatchObject({ status: 'done', positions: [{ outcome: 'closed' }] });
    expect(stage.closes(stage.elsewhere)).toBe(1);
  });

  it('follows it by the resend', async () => {
    const stage = await setUnread();
    const message = `long ${new Date(stage.environment.time).toISOString()}`;
    await stage.say(message);
    stage.show();
    stage.environment.time += 5_000;
    expect(await stage.say(message)).toMatchObject({ status: 'done', positions: [{ outcome: 'followed' }] });
    expect((await readState(stage)).adoption).toBeUndefined();
  });
});
