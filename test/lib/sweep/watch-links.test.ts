import { describe, expect, it } from 'vitest';
import { Fault } from '../../../lib/fault.ts';
import { type Link, toLinkId, type Watch } from '../../../lib/link/link.ts';
import { unknownLinkState } from '../../../lib/link/link-state.ts';
import { hashToken, mintToken } from '../../../lib/link/token.ts';
import { sweep } from '../../../lib/sweep/sweep.ts';
import { Random } from '../../simulation/random.ts';
import { setStandingStage } from '../../simulation/standing-stage.ts';
import { channelsOf, fakeChannel } from '../notify/trader.ts';

const minuteMs = 60_000;
const dead = { code: 'address-unreachable', why: "Links can't be opened." };

interface Options {
  watch?: Partial<Watch>;
  link?: Partial<Link>;
}

/** A watch of 5 minutes and 2 missed beats, whose sweeps run every minute. */
async function setWatch({ watch = {}, link = {} }: Options = {}) {
  const stage = await setStandingStage({
    action: 'heartbeat',
    watch: { every: '5m', missed: 2, then: 'close', ...watch },
    ...link,
  });
  const { environment, services, table, during } = stage;
  const { linkId } = stage.link;
  const channel = fakeChannel('telegram');
  const world = { address: undefined as typeof dead | undefined };
  const readState = () => during(() => table.readLinkState(linkId));
  await during(() =>
    table.saveLinkState({
      linkId,
      revision: 0,
      unsure: {},
      followed: [],
      unfollowedReported: [],
      watch: { state: 'waiting', since: environment.time },
    }),
  );
  const runSweep = () => sweep(services, channelsOf(channel), { probeAddress: async () => world.address });
  return {
    ...stage,
    channel,
    world,
    readState,
    runSweep,
    beat: (message?: string) => during(() => stage.hit({ message, hasBody: message !== undefined })),
    async sweepMinutes(minutes: number) {
      for (let count = 0; count < minutes; count += 1) {
        await during(() => environment.sleep(minuteMs - (environment.time % minuteMs)));
        await during(runSweep);
      }
    },
    async watchState() {
      return (await readState()).watch?.state;
    },
    /** Minutes until a position is closed. */
    async minutesUntilClosed(closes: () => number, limit = 60) {
      const from = environment.time;
      for (let count = 0; count < limit && closes() === 0; count += 1) await this.sweepMinutes(1);
      return (environment.time - from) / minuteMs;
    },
  };
}

function cutOff(services: Awaited<ReturnType<typeof setWatch>>['services']): () => void {
  const { of } = services.exchanges;
  services.exchanges.of = () => Promise.reject(new Fault('exchange-unreachable', 'Binance did not respond.'));
  return () => {
    services.exchanges.of = of;
  };
}

describe('The watch of a link', () => {
  it('closes once, 11.5 to 12.5 minutes after the last beat', async () => {
    const stage = await setWatch();
    const staged = await stage.open();
    await stage.sweepMinutes(2);
    await stage.beat();
    const minutes = await stage.minutesUntilClosed(() => stage.closes(staged));
    expect(minutes).toBeGreaterThanOrEqual(11.5);
    expect(minutes).toBeLessThanOrEqual(12.6);
    const other = await stage.open();
    await stage.sweepMinutes(30);
    expect([stage.closes(staged), stage.closes(other), await stage.watchState()]).toEqual([1, 0, 'tripped']);
    expect(stage.channel.texts.filter((text) => text.startsWith('No alert for'))).toEqual([
      expect.stringMatching(/One is due every 5m\. After 2 missing alerts, Ripcord closes/),
      expect.stringMatching(/Ripcord is closing 1 position\. To watch again, run: ripcord links arm/),
    ]);
  });

  it('does nothing before the first beat, and notifies once that none has arrived', async () => {
    const stage = await setWatch();
    const staged = await stage.open();
    await stage.sweepMinutes(60);
    expect(stage.closes(staged)).toBe(0);
    expect(stage.channel.texts).toEqual([expect.stringMatching(/^No alert yet: link/)]);
  });

  it('does nothing while its beats arrive, nor because one is missing', async () => {
    const stage = await setWatch();
    const staged = await stage.open();
    for (const pause of [5, 5, 10, 5, 10]) {
      await stage.sweepMinutes(pause);
      await stage.beat();
    }
    await stage.sweepMinutes(1);
    expect(stage.closes(staged)).toBe(0);
    expect(
      stage.channel.texts.filter((text) => text.startsWith('Alerts are back after 10 min')),
    ).toHaveLength(2);
  });

  it('does not act while the exchange does not respond, and waits the whole time after that', async () => {
    const stage = await setWatch();
    const staged = await stage.open();
    await stage.sweepMinutes(2);
    await stage.beat();
    const restore = cutOff(stage.services);
    await stage.sweepMinutes(40);
    restore();
    await stage.sweepMinutes(10);
    expect(stage.closes(staged)).toBe(0);
    await stage.sweepMinutes(4);
    expect(stage.closes(staged)).toBe(1);
  });

  it('only notifies while its own address does not respond', async () => {
    const stage = await setWatch();
    const staged = await stage.open();
    await stage.sweepMinutes(2);
    await stage.beat();
    stage.world.address = dead;
    await stage.sweepMinutes(40);
    expect(stage.closes(staged)).toBe(0);
    expect(stage.channel.texts).toEqual([expect.stringMatching(/^Ripcord's own address does not respond/)]);
  });

  it('sleeps while links are paused, while nothing is open, and after a gap without sweeps', async () => {
    const stage = await setWatch();
    await stage.sweepMinutes(2);
    await stage.beat();
    await stage.sweepMinutes(60);
    const staged = await stage.open();
    await stage.sweepMinutes(10);
    await stage.beat();
    await stage.during(() => stage.table.setPaused(true));
    await stage.sweepMinutes(60);
    await stage.during(() => stage.table.setPaused(false));
    await stage.sweepMinutes(11);
    stage.environment.time += 30 * minuteMs;
    await stage.sweepMinutes(11);
    expect(stage.closes(staged)).toBe(0);
    await stage.sweepMinutes(3);
    expect(stage.closes(staged)).toBe(1);
  });

  it('acts once in sweeps that overlap', async () => {
    const stage = await setWatch();
    const staged = await stage.open();
    await stage.sweepMinutes(2);
    await stage.beat();
    await stage.sweepMinutes(11);
    stage.environment.time += 2 * minuteMs;
    await stage.during(() => Promise.all([stage.runSweep(), stage.runSweep(), stage.runSweep()]));
    expect(stage.closes(staged)).toBe(1);
    const tripped = stage.channel.texts.filter((text) => text.includes('Ripcord is closing'));
    expect(tripped).toHaveLength(1);
  });

  it.each([{ watch: { then: 'tell' } }, { link: { rehearsal: true } }] as const)(
    'only notifies with %j',
    async (options) => {
      const stage = await setWatch(options);
      const staged = await stage.open();
      await stage.sweepMinutes(2);
      await stage.beat();
      await stage.sweepMinutes(20);
      expect([stage.closes(staged), await stage.watchState()]).toEqual([0, 'tripped']);
      expect(stage.channel.texts).toHaveLength(2);
    },
  );

  it('of a strategy closes only what is followed', async () => {
    const stage = await setWatch({ link: { action: 'close', follows: 'market-position' } });
    const staged = await stage.open();
    await stage.sweepMinutes(2);
    await stage.beat('long');
    const other = await stage.open();
    await stage.sweepMinutes(14);
    expect([stage.closes(staged), stage.closes(other)]).toEqual([1, 0]);
  });
});

/** Adds watches of other links for the same positions, whose first alert has just arrived. */
async function addWatches(stage: Awaited<ReturnType<typeof setWatch>>, count: number) {
  const tokens = Array.from({ length: count }, () => mintToken());
  const { environment, table, link, during } = stage;
  for (const [index, token] of tokens.entries()) {
    const tokenHash = hashToken(token);
    const linkId = toLinkId(tokenHash);
    await during(async () => {
      await table.createLink({ ...link, linkId, tokenHash, label: `beat ${index + 1}` });
      await table.saveLinkState({
        ...unknownLinkState(linkId),
        watch: { state: 'waiting', since: environment.time, awakeSince: environment.time },
      });
      await stage.hit({ token });
    });
  }
  return { beat: () => during(() => stage.hit({ token: tokens[0] ?? '' })) };
}

describe('Of several watches', () => {
  const tell = { watch: { then: 'tell' } } as const;
  const tripped = ({ channel }: { channel: { texts: string[] } }) =>
    channel.texts.filter((text) => text.includes('To watch again, run:'));

  it('one that is silent while another gets beats blames its alert', async () => {
    const stage = await setWatch(tell);
    await stage.open();
    await stage.sweepMinutes(2);
    await stage.beat();
    const other = await addWatches(stage, 1);
    for (let minutes = 0; minutes < 15; minutes += 3) {
      await stage.sweepMinutes(3);
      await other.beat();
    }
    expect(tripped(stage)).toEqual([
      expect.stringContaining('Other alerts arrive, so this alert has probably stopped or expired.'),
    ]);
  });

  it('all that are silent blame TradingView', async () => {
    const stage = await setWatch(tell);
    await stage.open();
    await stage.sweepMinutes(2);
    await stage.beat();
    await addWatches(stage, 1);
    await stage.sweepMinutes(15);
    const why = expect.stringContaining(
      'No watched alert arrives, so TradingView is the likely cause. Nothing was done.',
    );
    expect(tripped(stage).flatMap((text) => text.split('\n'))).toEqual(['2 messages:', why, why]);
  });

  it('the only one names both causes', async () => {
    const stage = await setWatch(tell);
    await stage.open();
    await stage.sweepMinutes(2);
    await stage.beat();
    await stage.sweepMinutes(15);
    expect(tripped(stage)).toEqual([
      expect.stringContaining('TradingView sends nothing, or the alert has stopped or expired.'),
    ]);
  });

  it('four are named at a time, and the others are counted', async () => {
    const stage = await setWatch(tell);
    await stage.open();
    await stage.sweepMinutes(2);
    await stage.beat();
    await addWatches(stage, 6);
    await stage.sweepMinutes(15);
    const lines = stage.channel.texts.flatMap((text) => text.split('\n'));
    const more = 'The watches of 3 more links have news. To see them, run: ripcord links list';
    expect(lines.filter((line) => line.startsWith('No alert for 7 min'))).toHaveLength(4);
    expect(lines.filter((line) => line.startsWith('No alert for 12 min'))).toHaveLength(4);
    expect(lines.filter((line) => line.includes(more))).toHaveLength(2);
    expect(await stage.watchState()).toBe('tripped');
  });
});

it('A watch that moves the stop to break-even does it once, and closes nothing', async () => {
  const stage = await setWatch({ watch: { then: 'stop-break-even' } });
  const staged = await stage.open();
  await stage.sweepMinutes(2);
  await stage.beat();
  // Break-even is below the price.
  Object.assign(staged.book, { price: 120 });
  staged.exchange.fetchPrice = async () => '120';
  staged.exchange.fetchPrices = async (_, ids) => new Map(ids.map((id) => [id, '120']));
  await stage.sweepMinutes(15);
  const { positionId } = staged.position;
  expect([stage.closes(staged), await stage.watchState()]).toEqual([0, 'tripped']);
  expect(stage.channel.texts).toContainEqual(
    expect.stringContaining('Ripcord is moving the stops of 1 position to break-even.'),
  );
  const hits = await stage.during(() => stage.table.listHits(positionId, 5));
  expect(hits).toMatchObject([{ actor: 'watch', action: 'heartbeat', outcome: 'stop-moved' }]);
  const { exitOrders, exitPlan } = await stage.read(staged);
  expect(exitPlan?.stopLoss).toMatchObject({ price: expect.stringMatching(/^100/) });
  expect(exitOrders.filter(({ status }) => status !== 'done')).toHaveLength(1);
  await stage.beat();
  await stage.sweepMinutes(15);
  expect(await stage.during(() => stage.table.listHits(positionId, 5))).toHaveLength(1);
});

it('Random beats: a watch acts only after 11.5 minutes of silence, and always by 12.6', async () => {
  const wrong: string[] = [];
  for (let seed = 1; seed <= 60; seed += 1) {
    const random = new Random(seed);
    const stage = await setWatch();
    const staged = await stage.open();
    await stage.sweepMinutes(1);
    await stage.beat();
    let lastAt = stage.environment.time;
    for (let minute = 0; minute < 90 && stage.closes(staged) === 0; minute += 1) {
      await stage.sweepMinutes(1);
      const silence = (stage.environment.time - lastAt) / minuteMs;
      const hasActed = stage.closes(staged) > 0;
      if (hasActed !== silence >= 11.5 || silence > 12.6)
        wrong.push(`seed ${seed}: ${hasActed} at ${silence}`);
      if (hasActed || !random.chance(0.15)) continue;
      stage.environment.time += random.between(0, 50_000);
      await stage.beat();
      lastAt = stage.environment.time;
    }
  }
  expect(wrong).toEqual([]);
});
