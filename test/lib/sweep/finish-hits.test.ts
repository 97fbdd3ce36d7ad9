import { describe, expect, it } from 'vitest';
import { Fault } from '../../../lib/fault.ts';
import type { Link } from '../../../lib/link/link.ts';
import { sweep } from '../../../lib/sweep/sweep.ts';
import { watchAccounts } from '../../../lib/sweep/watch-accounts.ts';
import { type AdoptingStage, setAdoptingStage } from '../../simulation/adopting-stage.ts';
import {
  cutOff,
  type Staged,
  type StandingStage,
  setStandingStage,
  sweepMinutes,
} from '../../simulation/standing-stage.ts';
import { channelsOf, fakeChannel } from '../notify/trader.ts';

/** A hit that sent nothing, because the exchanges do not respond. */
async function leftHit(
  differing?: Partial<Link>,
): Promise<{ stage: StandingStage; staged: Staged[]; restore(): void }> {
  const stage = await setStandingStage(differing);
  const staged = [await stage.open(), await stage.open()];
  const { restore } = cutOff(stage);
  await stage.during(() => stage.hit());
  return { stage, staged, restore };
}

function readState({ table, link, during }: StandingStage) {
  return during(() => table.readLinkState(link.linkId));
}

it('What one hit took for done, because another held the claim, is finished if that one gave it back', async () => {
  const stage = await setStandingStage();
  const staged = await stage.open();
  const { of } = stage.services.exchanges;
  const failing = {
    ...stage.services,
    exchanges: {
      async of() {
        await stage.environment.sleep(900);
        throw new Fault('exchange-unreachable', 'Binance did not respond.');
      },
    },
  };
  const [first, second] = await stage.during(() =>
    Promise.all([
      stage.hitIn(failing),
      stage.environment.sleep(100).then(() => stage.hitIn({ ...stage.services, exchanges: { of } })),
    ]),
  );
  expect([first, second]).toMatchObject([{ httpStatus: 503 }, { httpStatus: 202, status: 'in-progress' }]);
  await sweepMinutes(stage, 1);
  expect(stage.closes(staged)).toBe(1);
});

describe('What a hit of a standing link left', () => {
  it('is finished by the next sweep, and recorded for each position', async () => {
    const { stage, staged, restore } = await leftHit();
    restore();
    await sweepMinutes(stage, 1);
    expect(staged.map(stage.closes)).toEqual([1, 1]);
    expect((await readState(stage)).unfinished).toBeUndefined();
    const [first] = staged;
    expect(await stage.table.listHits(first?.position.positionId ?? '', 5)).toMatchObject([
      { actor: 'sweep', linkId: stage.link.linkId, decision: 'recovered', outcome: 'closed' },
      { actor: 'link', decision: 'refused', status: 503 },
    ]);
  });

  it('is finished by a sweep that the hit started, too', async () => {
    const { stage, staged, restore } = await leftHit();
    restore();
    await stage.during(() => sweep(stage.services, undefined, { startedBy: 'hit' }));
    expect(staged.map(stage.closes)).toEqual([1, 1]);
  });

  it('is finished once by sweeps that overlap, and by a resend meanwhile', async () => {
    const { stage, staged, restore } = await leftHit();
    restore();
    const { services } = stage;
    await stage.during(() => Promise.all([sweep(services), sweep(services), stage.hit(), stage.hit()]));
    expect(staged.map(stage.closes)).toEqual([1, 1]);
    expect((await readState(stage)).unfinished).toBeUndefined();
  });

  it('because the process died is finished once TradingView sends nothing more', async () => {
    const stage = await setStandingStage();
    const staged = await stage.open();
    const { readLinkAndPause } = stage.table;
    let reads = 0;
    stage.table.readLinkAndPause = async (linkId) => {
      reads += 1;
      return reads > 1 ? stage.environment.die() : readLinkAndPause(linkId);
    };
    void stage.hit();
    await stage.environment.run(2_000);
    stage.table.readLinkAndPause = readLinkAndPause;
    await stage.during(() => sweep(stage.services));
    expect(stage.closes(staged)).toBe(0);
    stage.environment.time += 15_000;
    await sweepMinutes(stage, 1);
    expect(stage.closes(staged)).toBe(1);
  });

  it('because processes die right before each sweep is finished after 5 minutes', async () => {
    const stage = await setStandingStage();
    const staged = await stage.open();
    const { readLinkAndPause } = stage.table;
    for (let minute = 0; minute < 7; minute += 1) {
      await stage.during(() => stage.environment.sleep(50_000 - (stage.environment.time % 60_000)));
      let reads = 0;
      stage.table.readLinkAndPause = async (linkId) => {
        reads += 1;
        return reads > 1 ? stage.environment.die() : readLinkAndPause(linkId);
      };
      void stage.hit();
      await stage.environment.run(2_000);
      stage.table.readLinkAndPause = readLinkAndPause;
      await sweepMinutes(stage, 1);
    }
    expect(stage.closes(staged)).toBe(1);
  });

  it('is given up after 5 minutes, and a notice names each position', async () => {
    const { stage, staged, restore } = await leftHit();
    const channel = fakeChannel('telegram');
    await sweepMinutes(stage, 6);
    restore();
    await sweepMinutes(stage, 1);
    await stage.during(() => watchAccounts(stage.services, channelsOf(channel)));
    expect(staged.map(stage.closes)).toEqual([0, 0]);
    expect((await readState(stage)).unfinished).toBeUndefined();
    const { linkId } = stage.link;
    const refused = channel.texts.filter((text) => text.startsWith('Not done'));
    expect(refused).toEqual([
      `Not done: link ${linkId} "exit" for every position with the tag "trend" could not act on pos_standing0001, pos_standing0002 within 5 minutes, so Ripcord gave up on that attempt. To close one, use the console, or run: ripcord positions close POSITION`,
    ]);
  });

  it('is reported after 5 minutes although an alert comes every minute, and the last alert still counts', async () => {
    const stage = await setStandingStage();
    const staged = await stage.open();
    const { restore } = cutOff(stage);
    const channel = fakeChannel('telegram');
    for (let minute = 0; minute < 7; minute += 1) {
      await stage.during(() => stage.hit());
      await sweepMinutes(stage, 1);
      await stage.during(() => watchAccounts(stage.services, channelsOf(channel)));
    }
    expect(channel.texts.join().match(/Not done/g)).toHaveLength(1);
    restore();
    await sweepMinutes(stage, 1);
    expect(stage.closes(staged)).toBe(1);
    expect((await readState(stage)).unfinished).toBeUndefined();
  });

  it('of a stop link is given up without the advice to close', async () => {
    const { stage } = await leftHit({ action: 'stop', stop: { price: '90' } });
    const channel = fakeChannel('telegram');
    await sweepMinutes(stage, 7);
    await stage.during(() => watchAccounts(stage.services, channelsOf(channel)));
    const [refused] = channel.texts.filter((text) => text.startsWith('Not done'));
    expect(refused).toMatch(
      /so Ripcord gave up on that attempt\. Check one: ripcord positions get POSITION$/,
    );
  });

  it('is dropped when the link is revoked', async () => {
    const { stage, staged, restore } = await leftHit();
    restore();
    await stage.during(() => stage.table.revokeLink(stage.link, '2026-11-28T00:00:00.000Z'));
    await sweepMinutes(stage, 1);
    expect(staged.map(stage.closes)).toEqual([0, 0]);
    const state = await readState(stage);
    expect([state.unfinished, state.ended]).toEqual([undefined, true]);
    expect(await stage.table.listLinkStates()).toEqual([]);
  });

  it('is dropped while links are paused, and not replayed when they resume', async () => {
    const { stage, staged, restore } = await leftHit();
    restore();
    await stage.table.setPaused(true);
    await sweepMinutes(stage, 2);
    expect(staged.map(stage.closes)).toEqual([0, 0]);
    await stage.table.setPaused(false);
    await sweepMinutes(stage, 1);
    expect(staged.map(stage.closes)).toEqual([0, 0]);
  });

  it('waits for the end of a claim that covers it, and is done if that closed the position', async () => {
    const { stage, staged, restore } = await leftHit();
    restore();
    const [first] = staged;
    await stage.table.claimPosition({
      positionId: first?.position.positionId ?? '',
      claim: {
        actor: 'operator',
        action: 'close',
        leaseToken: 'other',
        claimedAt: stage.environment.time,
        leaseExpiresAt: stage.environment.time + 12_000,
        sendDeadline: stage.environment.time + 5_000,
        phase: 'may-have-sent',
      },
      from: ['open'],
    });
    await stage.during(() => sweep(stage.services, undefined, { startedBy: 'hit' }));
    expect((await readState(stage)).unfinished?.positionIds).toEqual([first?.position.positionId]);
    await sweepMinutes(stage, 3);
    expect((await readState(stage)).unfinished).toBeUndefined();
    expect(staged.map(stage.closes)).toEqual([1, 1]);
  });
});

it('A link state that can not be read is reported, and positions are swept', async () => {
  const stage = await setStandingStage();
  await stage.open();
  stage.table.listLinkStates = () => Promise.reject(new Fault('newer-version', 'A newer version wrote it.'));
  const report = await stage.during(() => sweep(stage.services));
  expect(report.failures).toEqual([{ positionId: 'standing-links', code: 'newer-version' }]);
  expect(report.refreshed).toBe(1);
});

/** A hit that could not read what the exchange holds. */
async function owingHit(): Promise<{ stage: AdoptingStage; show(): void }> {
  const stage = await setAdoptingStage();
  const show = stage.hidePositions();
  await stage.during(() => stage.hit());
  return { stage, show };
}

describe('What a hit of a link that adopts could not read', () => {
  it('is adopted and closed by a sweep, once TradingView sends nothing more', async () => {
    const { stage, show } = await owingHit();
    show();
    await stage.during(() => sweep(stage.services));
    expect(stage.closes(stage.elsewhere)).toBe(0);
    await sweepMinutes(stage, 2);
    expect(stage.closes(stage.elsewhere)).toBe(1);
    const state = await readState(stage);
    expect([state.adoption, state.unfinished]).toEqual([undefined, undefined]);
  });

  it('is closed by the next sweep if the one that adopted it died before it stored that', async () => {
    const { stage, show } = await owingHit();
    show();
    await stage.during(() => stage.environment.sleep(60_000));
    const { saveLinkState } = stage.table;
    stage.table.saveLinkState = () => Promise.reject(new Fault('newer-version', 'It died.'));
    await stage.during(() => sweep(stage.services));
    expect(await stage.during(() => stage.table.listPositions('open'))).toHaveLength(1);
    stage.table.saveLinkState = saveLinkState;
    await sweepMinutes(stage, 2);
    expect(stage.closes(stage.elsewhere)).toBe(1);
    const hits = await stage.table.listHits(stage.link.linkId, 5);
    expect(hits.filter(({ refusal }) => refusal === 'left-alone')).toEqual([]);
  });

  it('is given up after 5 minutes, and a notice says so once', async () => {
    const { stage, show } = await owingHit();
    const channel = fakeChannel('telegram');
    await sweepMinutes(stage, 6);
    show();
    await sweepMinutes(stage, 1);
    await stage.during(() => watchAccounts(stage.services, channelsOf(channel)));
    expect(stage.closes(stage.elsewhere)).toBe(0);
    const refused = channel.texts.filter((text) => text.startsWith('Not done'));
    expect(refused).toEqual([
      expect.stringContaining("could not adopt what the exchange may hold beyond Ripcord's own positions"),
    ]);
    expect(await stage.table.listHits(stage.link.linkId, 5)).toMatchObject([
      { actor: 'sweep', refusal: 'not-adopted', why: expect.stringContaining('Binance did not respond.') },
      { actor: 'link', status: 503 },
    ]);
  });

  it('is reported after 5 minutes although an alert comes right before each sweep', async () => {
    const { stage } = await owingHit();
    const channel = fakeChannel('telegram');
    for (let minute = 0; minute < 7; minute += 1) {
      await stage.during(() => stage.environment.sleep(50_000 - (stage.environment.time % 60_000)));
      await stage.during(() => stage.hit());
      await sweepMinutes(stage, 1);
      await stage.during(() => watchAccounts(stage.services, channelsOf(channel)));
    }
    expect(channel.texts.join().match(/Not done/g)).toHaveLength(1);
  });

  it('is not adopted while links are paused', async () => {
    const { stage, show } = await owingHit();
    show();
    await stage.table.setPaused(true);
    await sweepMinutes(stage, 2);
    await stage.table.setPaused(false);
    await sweepMinutes(stage, 2);
    expect(stage.closes(stage.elsewhere)).toBe(0);
    expect(await stage.during(() => stage.table.listPositions('open'))).toEqual([]);
  });

  it('is taken over by a later alert', async () => {
    const { stage, show } = await owingHit();
    show();
    stage.environment.time += 30_000;
    expect(await stage.during(() => stage.hit())).toMatchObject({
      status: 'done',
      positions: [{ outcome: 'closed' }],
    });
    await sweepMinutes(stage, 2);
    expect(stage.closes(stage.elsewhere)).toBe(1);
  });

  it('causes no notice about a newer position if the list of states lags', async () => {
    const { stage, show } = await owingHit();
    show();
    stage.environment.time += 30_000;
    const states = await stage.table.listLinkStates();
    await stage.during(() => stage.hit());
    const { account, exchange } = stage.elsewhere.position;
    const newer = await stage.open({ account, exchange, tag: undefined }, { market: 'perpetual' });
    stage.table.listLinkStates = async () => states;
    await sweepMinutes(stage, 2);
    expect(await stage.table.listHits(newer.position.positionId, 5)).toEqual([]);
  });

  it('is closed once by sweeps that overlap', async () => {
    const { stage, show } = await owingHit();
    show();
    stage.environment.time += 30_000;
    await stage.during(() => Promise.all([sweep(stage.services), sweep(stage.services)]));
    await sweepMinutes(stage, 1);
    expect(stage.closes(stage.elsewhere)).toBe(1);
  });
});
