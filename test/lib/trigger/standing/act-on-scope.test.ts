import { describe, expect, it } from 'vitest';
import { previewLink } from '../../../../lib/admin/links/preview-link.ts';
import { Fault } from '../../../../lib/fault.ts';
import type { Position } from '../../../../lib/position/position.ts';
import { setAdoptingStage } from '../../../simulation/adopting-stage.ts';
import {
  cutOff as cutOffAllExchanges,
  type Staged,
  type StandingStage,
  setStandingStage,
  sweepMinutes,
} from '../../../simulation/standing-stage.ts';
import { exampleClaim } from '../../position/example-position.ts';

/** The exchange of a position does not respond. */
function cutOff(stage: StandingStage, staged: Staged): void {
  const { of } = stage.services.exchanges;
  stage.services.exchanges.of = (account, exchange) =>
    account === staged.position.account
      ? Promise.reject(new Fault('exchange-unreachable', 'Binance did not respond.'))
      : of(account, exchange);
}

describe('A hit of a standing link', () => {
  it('closes every open position in its scope, and answers for each', async () => {
    const stage = await setStandingStage();
    const [first, second] = [await stage.open(), await stage.open()];
    const other = await stage.open({ tag: 'other' });
    const response = await stage.during(() => stage.hit());
    expect(response).toMatchObject({
      status: 'done',
      httpStatus: 200,
      publicMessage: 'Done for 2 of 2 positions.',
      decision: 'fired',
    });
    const row = (staged: Staged) => ({
      positionId: staged.position.positionId,
      outcome: 'closed',
      symbol: 'BTC/USDT',
      side: 'long',
      closedAmount: '0.1',
      closeOrderId: staged.book.of('close')[0]?.orderId,
      detail: expect.stringContaining('Closed 0.1 BTC with MARKET order'),
    });
    expect(response.positions).toEqual(expect.arrayContaining([row(first), row(second)]));
    expect(response.positions).toHaveLength(2);
    expect([first, second, other].map(stage.closes)).toEqual([1, 1, 0]);
    expect(await stage.table.readLinkState(stage.link.linkId)).toMatchObject({ unsure: {} });
  });

  it('with nothing in scope answers so, and remembers that it came', async () => {
    const stage = await setStandingStage();
    expect(await stage.during(() => stage.hit())).toMatchObject({
      status: 'nothing-open',
      httpStatus: 200,
      positions: [],
      decision: 'nothing-open',
    });
    expect(await stage.table.readLinkState(stage.link.linkId)).toMatchObject({
      episode: { positionIds: [] },
      unsure: {},
    });
  });

  it('writes one record per position, and one of the whole under the link', async () => {
    const stage = await setStandingStage();
    const { position } = await stage.open();
    await stage.during(() => stage.hit());
    expect(await stage.table.listHits(position.positionId, 5)).toMatchObject([
      { decision: 'fired', outcome: 'closed', status: 200, actor: 'link', linkId: stage.link.linkId },
    ]);
    expect(await stage.table.listHits(stage.link.linkId, 5)).toMatchObject([
      {
        decision: 'fired',
        status: 200,
        action: 'close',
        why: 'Done for 1 of 1 position.',
        positions: [{ positionId: position.positionId, outcome: 'closed' }],
      },
    ]);
  });

  it('after the end of all finds nothing open', async () => {
    const stage = await setStandingStage();
    const staged = await stage.open();
    await stage.during(() => stage.hit());
    expect(await stage.during(() => stage.hit())).toMatchObject({ status: 'nothing-open' });
    expect(stage.closes(staged)).toBe(1);
  });

  it('asks for a resend only if provably nothing was sent for any position', async () => {
    const stage = await setStandingStage();
    const staged = await stage.open();
    cutOff(stage, staged);
    expect(await stage.during(() => stage.hit())).toMatchObject({
      status: 'retrying',
      httpStatus: 503,
      retryAfter: 5,
      positions: [{ outcome: 'exchange-unreachable' }],
    });
    expect(await stage.table.readLinkState(stage.link.linkId)).toMatchObject({
      unsure: { hit_000000000001: stage.environment.time + 12_000 },
      unfinished: { positionIds: [staged.position.positionId], notBefore: stage.environment.time },
    });
  });

  it('that is done for one position and not for another answers that the rest is in progress', async () => {
    const stage = await setStandingStage();
    const [good, bad] = [await stage.open(), await stage.open()];
    cutOff(stage, bad);
    const response = await stage.during(() => stage.hit());
    expect(response).toMatchObject({ status: 'in-progress', httpStatus: 202 });
    expect(response.publicMessage).toBe(
      'Done for 1 of 2 positions. In progress: 1. Ripcord continues automatically.',
    );
    expect(await stage.table.readLinkState(stage.link.linkId)).toMatchObject({
      unsure: {},
      unfinished: { positionIds: [bad.position.positionId] },
    });
    expect(stage.closes(good)).toBe(1);
  });

  it('counts a position that needs attention as refused', async () => {
    const stage = await setStandingStage();
    await stage.open({ state: 'needs-attention', attentionReason: 'An order is unknown.' });
    const response = await stage.during(() => stage.hit());
    expect(response).toMatchObject({
      status: 'partly',
      httpStatus: 200,
      positions: [{ outcome: 'needs-attention' }],
    });
    expect(JSON.stringify(response.positions)).not.toContain('An order is unknown');
  });

  it('keeps with a keep link, and a later close link closes what was kept', async () => {
    const stage = await setStandingStage({ action: 'keep' });
    const staged = await stage.open();
    expect(await stage.during(() => stage.hit())).toMatchObject({
      status: 'done',
      positions: [{ outcome: 'kept' }],
    });
    expect(await stage.during(() => stage.hit())).toMatchObject({
      status: 'done',
      positions: [{ outcome: 'kept', repeated: true }],
    });
    expect(await stage.read(staged)).toMatchObject({ state: 'kept' });
  });

  it('reduces by a part once per position', async () => {
    const stage = await setStandingStage({ action: 'reduce', byPercent: '25' });
    const staged = await stage.open();
    expect(await stage.during(() => stage.hit())).toMatchObject({
      status: 'done',
      positions: [{ outcome: 'closed', closedAmount: '0.025' }],
    });
    expect(await stage.during(() => stage.hit())).toMatchObject({
      status: 'done',
      positions: [{ outcome: 'unchanged' }],
    });
    expect(stage.closes(staged)).toBe(1);
    expect(await stage.read(staged)).toMatchObject({ state: 'open' });
  });
});

it('A link that reduces to a target closes what exceeds it, and a repeat changes nothing', async () => {
  const stage = await setStandingStage({ action: 'reduce', toPercent: '40' });
  const staged = await stage.open();
  expect(await stage.during(() => stage.hit())).toMatchObject({
    status: 'done',
    positions: [{ outcome: 'closed', closedAmount: '0.06' }],
  });
  expect(await stage.during(() => stage.hit())).toMatchObject({ status: 'done' });
  expect(stage.closes(staged)).toBe(1);
});

describe('A hit that may be a resend', () => {
  it('acts on the positions of the earlier alert, and leaves a newer one alone', async () => {
    const stage = await setStandingStage();
    const old = await stage.open();
    const { of } = stage.services.exchanges;
    cutOff(stage, old);
    await stage.during(() => stage.hit());
    stage.services.exchanges.of = of;
    stage.environment.time += 5_000;
    const newer = await stage.open();
    const response = await stage.during(() => stage.hit());
    expect(response).toMatchObject({
      status: 'done',
      positions: [{ positionId: old.position.positionId, outcome: 'closed' }],
    });
    expect([old, newer].map(stage.closes)).toEqual([1, 0]);
    expect(await stage.table.listHits(newer.position.positionId, 5)).toMatchObject([
      { decision: 'refused', refusal: 'left-alone', linkId: stage.link.linkId },
    ]);
  });

  it('after an alert that was answered well begins anew', async () => {
    const stage = await setStandingStage();
    await stage.open();
    await stage.during(() => stage.hit());
    stage.environment.time += 1_000;
    const newer = await stage.open();
    expect(await stage.during(() => stage.hit())).toMatchObject({ status: 'done' });
    expect(stage.closes(newer)).toBe(1);
  });

  it('after an answer that came too late joins it', async () => {
    const stage = await setStandingStage();
    await stage.open();
    const { recordHit } = stage.table;
    stage.table.recordHit = async (...input) => {
      await recordHit(...input);
      stage.environment.time += 1_400;
    };
    expect(await stage.during(() => stage.hit())).toMatchObject({ status: 'done' });
    stage.table.recordHit = recordHit;
    const newer = await stage.open();
    expect(await stage.during(() => stage.hit())).toMatchObject({
      positions: [{ outcome: 'closed', repeated: true }],
    });
    expect(stage.closes(newer)).toBe(0);
  });
});

it('A cold start that does not count as the time of a hit counts for its sender, so a resend joins', async () => {
  const stage = await setStandingStage();
  const sentAt = stage.environment.time - 2_600;
  await stage.open({ createdAt: new Date(sentAt).toISOString() });
  expect(await stage.during(() => stage.hit({ sentAt }))).toMatchObject({ status: 'done' });
  const newer = await stage.open();
  await stage.during(() => stage.hit());
  expect(stage.closes(newer)).toBe(0);
});

it('A hit whose first write was stored without an answer acts on what that write stored', async () => {
  const stage = await setStandingStage();
  const staged = await stage.open();
  const { saveLinkState } = stage.table;
  stage.table.saveLinkState = async (state) => {
    await saveLinkState(state);
    stage.table.saveLinkState = saveLinkState;
    throw new Fault('table-unreachable', 'The database did not respond.');
  };
  expect(await stage.during(() => stage.hit())).toMatchObject({
    status: 'done',
    positions: [{ positionId: staged.position.positionId, outcome: 'closed' }],
  });
  expect(await stage.table.readLinkState(stage.link.linkId)).toMatchObject({ revision: 2, unsure: {} });
});

describe('Two hits at the same time', () => {
  it('close each position once between them', async () => {
    const stage = await setStandingStage();
    const staged = [await stage.open(), await stage.open(), await stage.open()];
    const responses = await stage.during(() => Promise.all([stage.hit(), stage.hit(), stage.hit()]));
    expect(responses.map(({ httpStatus }) => httpStatus).every((status) => status < 300)).toBe(true);
    expect(staged.map(stage.closes)).toEqual([1, 1, 1]);
    expect(await stage.table.readLinkState(stage.link.linkId)).toMatchObject({ unsure: {}, revision: 6 });
  });
});

describe('Between the claims of one hit', () => {
  it.each([
    [
      'revocation',
      'gone',
      (stage: StandingStage) => stage.table.revokeLink(stage.link, '2026-11-28T00:00:00.000Z'),
    ],
    ['pause', 'paused', (stage: StandingStage) => stage.table.setPaused(true)],
  ])('a %s stops what has not begun', async (_, outcome, change) => {
    const stage = await setStandingStage();
    const staged = [await stage.open(), await stage.open()];
    const { saveLinkState } = stage.table;
    stage.table.saveLinkState = async (state) => {
      const saved = await saveLinkState(state);
      await change(stage);
      return saved;
    };
    expect(await stage.during(() => stage.hit())).toMatchObject({
      status: 'partly',
      httpStatus: 200,
      positions: [{ outcome }, { outcome }],
    });
    expect(staged.map(stage.closes)).toEqual([0, 0]);
  });
});

it('A refused hit of a standing link acts on nothing, and is recorded under the link', async () => {
  const stage = await setStandingStage();
  const staged = await stage.open();
  expect(await stage.during(() => stage.hit({ hasBody: true }))).toMatchObject({
    status: 'ignored',
    httpStatus: 400,
  });
  await stage.table.setPaused(true);
  expect(await stage.during(() => stage.hit())).toMatchObject({ status: 'paused', httpStatus: 409 });
  expect(stage.closes(staged)).toBe(0);
  expect(await stage.table.listHits(stage.link.linkId, 5)).toMatchObject([
    { refusal: 'paused', decision: 'refused' },
    { refusal: 'body', decision: 'refused' },
  ]);
});

describe('A position that was opened after the alert', () => {
  const second = 1_000;

  it('is left open when the alert was on its way for seconds, with a record for the notice', async () => {
    const stage = await setStandingStage();
    const { time } = stage.environment;
    const newer = await stage.open({ createdAt: new Date(time - 2 * second).toISOString() });
    const older = await stage.open({ createdAt: new Date(time - 5 * second).toISOString() });
    expect(await stage.during(() => stage.hit({ sentAt: time - 4 * second }, time - second))).toMatchObject({
      status: 'done',
      positions: [{ positionId: older.position.positionId }],
    });
    expect([older, newer].map(stage.closes)).toEqual([1, 0]);
    expect(await stage.table.listHits(newer.position.positionId, 5)).toMatchObject([
      { refusal: 'left-alone' },
    ]);
  });

  it('is left open when it was opened between the arrival and the list', async () => {
    const stage = await setStandingStage();
    const arrivedAt = stage.environment.time;
    await stage.during(() => stage.environment.sleep(second));
    const newer = await stage.open({ createdAt: new Date(arrivedAt + 500).toISOString() });
    expect(await stage.during(() => stage.hit({}, arrivedAt))).toMatchObject({ status: 'nothing-open' });
    expect(stage.closes(newer)).toBe(0);
  });

  it('is closed by the next alert', async () => {
    const stage = await setStandingStage();
    const arrivedAt = stage.environment.time;
    const newer = await stage.open({ createdAt: new Date(arrivedAt + 500).toISOString() });
    await stage.during(() => stage.hit({}, arrivedAt));
    await stage.during(() => stage.environment.sleep(30 * second));
    expect(await stage.during(() => stage.hit())).toMatchObject({ status: 'done' });
    expect(stage.closes(newer)).toBe(1);
  });
});

describe('What was opened elsewhere', () => {
  it('is mentioned by a rehearsal of a link that adopts', async () => {
    const stage = await setAdoptingStage({ rehearsal: true });
    expect(await stage.during(() => stage.hit())).toMatchObject({
      status: 'rehearsed',
      detail: expect.stringContaining("first adopts what the exchange holds beyond Ripcord's own positions"),
    });
  });

  it('is mentioned by the page with the button', async () => {
    const stage = await setAdoptingStage();
    const byPerson = { method: 'GET', navigation: { userInitiated: true } } as const;
    expect(await stage.during(() => stage.hit(byPerson))).toMatchObject({
      status: 'confirm',
      publicMessage: expect.stringContaining('to a position that was opened elsewhere'),
    });
  });
});

describe('What was opened elsewhere after the alert', () => {
  it('is left open by a link that adopts, if the alert was on its way for seconds', async () => {
    const stage = await setAdoptingStage();
    const { time } = stage.environment;
    const late = { sentAt: time - 90_000 };
    expect(await stage.during(() => stage.hit(late, time - 1_000))).toMatchObject({ status: 'retrying' });
    await sweepMinutes(stage, 2);
    expect(stage.closes(stage.elsewhere)).toBe(0);
  });
});

describe('The page of a hit that is not finished', () => {
  const page = { method: 'GET', isFollowUp: true, navigation: { userInitiated: true } } as const;

  it('reports as not done what the sweep gave up', async () => {
    const stage = await setStandingStage();
    const [good, bad] = [await stage.open(), await stage.open()];
    cutOff(stage, bad);
    await stage.during(() => stage.hit());
    expect(await stage.during(() => stage.hit(page))).toMatchObject({ status: 'in-progress' });
    await sweepMinutes(stage, 7);
    expect(await stage.during(() => stage.hit(page))).toMatchObject({
      status: 'partly',
      publicMessage: 'Done for 1 of 2 positions. Not done: 1. The owner needs to check it.',
    });
    expect([good, bad].map(stage.closes)).toEqual([1, 0]);
  });

  it('reports as not done what a pause has withheld', async () => {
    const stage = await setStandingStage();
    const [, bad] = [await stage.open(), await stage.open()];
    cutOff(stage, bad);
    await stage.during(() => stage.hit());
    await stage.during(() => stage.table.setPaused(true));
    await sweepMinutes(stage, 1);
    await stage.during(() => stage.table.setPaused(false));
    expect(await stage.during(() => stage.hit(page))).toMatchObject({ status: 'partly' });
  });

  it('reports a refused stop as not done, and a stop that is as good as done', async () => {
    const stage = await setStandingStage({ action: 'stop', stop: { price: '999999' } });
    const [refused, bad] = [await stage.open(), await stage.open()];
    cutOff(stage, bad);
    await stage.during(() => stage.hit());
    const { positions = [] } = (await stage.during(() => stage.hit(page))) ?? {};
    expect(positions.find(({ positionId }) => positionId === refused.position.positionId)).toMatchObject({
      outcome: 'refused',
    });
  });

  it('shows no outcome of an earlier action', async () => {
    const stage = await setStandingStage();
    await stage.open({ outcome: earlierOutcome });
    const { restore } = cutOffAllExchanges(stage);
    await stage.during(() => stage.hit());
    await stage.during(() => stage.table.setPaused(true));
    await sweepMinutes(stage, 1);
    await stage.during(() => stage.table.setPaused(false));
    const { status, positions } = await stage.during(() => stage.hit(page));
    restore();
    expect([status, positions?.map(({ detail }) => detail)]).toEqual([
      'partly',
      ['Not done. The history has the reason.'],
    ]);
  });
});

const earlierOutcome: Position['outcome'] = {
  outcome: 'closed',
  closedBy: 'ripcord',
  action: 'close',
  percent: 25,
  actor: 'operator',
  detail: 'Closed 0.025 BTC last week.',
  entryFilled: '0.125',
  closedAmount: '0.025',
  remaining: '0.1',
  canceledEntryOrderIds: [],
  canceledExitOrderIds: [],
  claimedAt: '2023-01-01T00:00:00.000Z',
  settledAt: '2023-01-01T00:00:00.000Z',
};

describe('A GET of a standing link', () => {
  const byPerson = { method: 'GET', navigation: { userInitiated: true } } as const;

  it('shows a person the positions and a button, and acts on nothing', async () => {
    const stage = await setStandingStage();
    const staged = await stage.open();
    expect(await stage.during(() => stage.hit(byPerson))).toMatchObject({
      status: 'confirm',
      headline: 'Close every position that this link is for?',
      confirm: { action: 'close', scope: 'every position that this link is for' },
      positions: [{ positionId: staged.position.positionId, would: 'sells 0.1 BTC at market.' }],
    });
    expect(stage.closes(staged)).toBe(0);
  });

  it.each([
    [{ scope: { tag: 'trend' } }, ['trend', 'SOL']],
    [{ scope: { account: 'main' } }, ['main', 'SOL']],
    [{ scope: { account: 'main', symbol: 'SOL/USDT:USDT', side: 'long' } }, ['main', 'SOL', 'long']],
    [{ action: 'stop', stop: { price: '61000' } }, ['trend', '61000']],
  ] as const)(
    'of %j shows a program no position, market, price or name of the owner',
    async (link, hidden) => {
      const stage = await setStandingStage(link);
      await stage.open();
      const response = await stage.during(() => stage.hit({ method: 'GET' }));
      expect(response).toMatchObject({ status: 'confirm', httpStatus: 200 });
      expect(response.positions).toBeUndefined();
      const shown = JSON.stringify({ ...response, linkId: '', detail: '' });
      expect(hidden.filter((text) => shown.includes(text))).toEqual([]);
    },
  );

  it('shows a person the market of its scope, and not the account', async () => {
    const stage = await setStandingStage({
      scope: { account: 'main', symbol: 'SOL/USDT:USDT', side: 'long' },
    });
    const response = await stage.during(() => stage.hit(byPerson));
    expect(response.headline).toBe('Close every SOL/USDT:USDT long?');
    expect(JSON.stringify({ ...response, linkId: '' })).not.toContain('main');
  });

  it('that waits for its own hit reports what became of it, and starts nothing', async () => {
    const stage = await setStandingStage();
    const old = await stage.open();
    await stage.during(() => stage.hit());
    const newer = await stage.open();
    expect(await stage.during(() => stage.hit({ ...byPerson, isFollowUp: true }))).toMatchObject({
      status: 'done',
      positions: [{ positionId: old.position.positionId, outcome: 'closed' }],
    });
    expect(stage.closes(newer)).toBe(0);
    expect(await stage.table.listHits(stage.link.linkId, 5)).toHaveLength(1);
  });
});

describe('A rehearsal', () => {
  it('reports what the link would have done, and does nothing', async () => {
    const stage = await setStandingStage({ rehearsal: true });
    const staged = await stage.open();
    expect(await stage.during(() => stage.hit())).toMatchObject({
      status: 'rehearsed',
      httpStatus: 200,
      positions: [{ outcome: 'rehearsed', would: 'sells 0.1 BTC at market.' }],
    });
    expect(stage.closes(staged)).toBe(0);
    expect(await stage.table.readLinkState(stage.link.linkId)).toMatchObject({ revision: 0 });
    expect(await stage.table.listHits(stage.link.linkId, 5)).toMatchObject([
      {
        decision: 'rehearsed',
        why: 'Rehearsal: received an empty message. If the link were armed: BTC/USDT long: sells 0.1 BTC at market.',
      },
    ]);
  });

  it('works for a link of one position too', async () => {
    const stage = await setStandingStage({
      rehearsal: true,
      scope: undefined,
      positionId: 'pos_standing0001',
    });
    const staged = await stage.open();
    expect(await stage.during(() => stage.hit())).toMatchObject({
      status: 'rehearsed',
      positions: [{ outcome: 'rehearsed', would: 'sells 0.1 BTC at market.' }],
    });
    expect(stage.closes(staged)).toBe(0);
  });
});

/** Positions on which no hit acts, the end of their sentence, and what the owner reads beside it. */
const idle = {
  claimed: [{ state: 'claimed', claim: exampleClaim }, 'an action is already in progress.', ''],
  'needs-attention': [
    { state: 'needs-attention', attentionReason: 'Two orders under one client order id.' },
    "the position needs its owner's attention.",
    ' Two orders under one client order id.',
  ],
} as const;

describe.each(Object.entries(idle))(
  'A position on which no hit acts because it is %s',
  (_, [state, why, reason]) => {
    const sentence = `nothing changes; ${why}`;
    const links = [
      { action: 'close' },
      { action: 'keep' },
      { action: 'reduce', byPercent: '50' },
      { action: 'stop', stop: { price: '90' } },
    ] as const;
    it.each(links)('is described alike by a rehearsal, the button and the preview of %j', async (link) => {
      const stage = await setStandingStage({ rehearsal: true, ...link });
      const { position } = await stage.open(state as Partial<Position>);
      const byPerson = { method: 'GET', navigation: { userInitiated: true } } as const;
      const rehearsed = await stage.during(() => stage.hit());
      expect(rehearsed.positions).toMatchObject([{ outcome: 'rehearsed', would: sentence }]);
      const page = await stage.during(() => stage.hit(byPerson));
      expect(page.positions).toMatchObject([{ would: sentence }]);
      const { linkId } = stage.link;
      const preview = await stage.during(() => previewLink({ services: stage.services }, { linkId }));
      expect(preview.positions).toMatchObject([
        { positionId: position.positionId, fires: false, would: `${sentence}${reason}` },
      ]);
    });

    it('is described alike by the rehearsal of a link for it alone', async () => {
      const ofOne = { scope: undefined, positionId: 'pos_standing0001' };
      const stage = await setStandingStage({ rehearsal: true, ...ofOne });
      await stage.open(state as Partial<Position>);
      const rehearsed = await stage.during(() => stage.hit());
      expect(rehearsed.positions).toMatchObject([{ would: sentence }]);
    });
  },
);

it('The detail of a failed row names nothing of the owner', async () => {
  const stage = await setStandingStage();
  const staged = await stage.open();
  stage.services.exchanges.of = () =>
    Promise.reject(new Fault('account-not-found', `Account "${staged.position.account}" does not exist.`));
  const response = await stage.during(() => stage.hit());
  expect(response).toMatchObject({ status: 'partly', positions: [{ outcome: 'account-not-found' }] });
  expect(JSON.stringify({ ...response, detail: '' })).not.toContain(staged.position.account);
});

describe('A link that hears', () => {
  it('a strategy acts on nothing without its message', async () => {
    const stage = await setStandingStage({ follows: 'market-position' });
    const staged = await stage.open();
    expect(await stage.during(() => stage.hit())).toMatchObject({ status: 'unreadable', httpStatus: 400 });
    expect(stage.closes(staged)).toBe(0);
  });

  it('heartbeats acts on nothing', async () => {
    const stage = await setStandingStage({ action: 'heartbeat' });
    const staged = await stage.open();
    expect(await stage.during(() => stage.hit())).toMatchObject({ status: 'done', positions: [] });
    expect(stage.closes(staged)).toBe(0);
  });
});

describe('A stop link', () => {
  it('moves the stop of each position, and a repeat changes nothing', async () => {
    const stage = await setStandingStage({ action: 'stop', stop: { price: '90' } });
    await stage.open();
    expect(await stage.during(() => stage.hit())).toMatchObject({
      status: 'done',
      positions: [{ outcome: 'stop-moved', detail: 'The stop was set. The stop is at 90.' }],
    });
    expect(await stage.during(() => stage.hit())).toMatchObject({
      status: 'done',
      positions: [{ outcome: 'unchanged' }],
    });
  });

  it('to break-even is over for an entry that has not filled', async () => {
    const stage = await setStandingStage({ action: 'stop', stop: { breakEven: true } });
    await stage.open({}, { entryOrders: [{ amount: 100, filled: 0 }] });
    expect(await stage.during(() => stage.hit())).toMatchObject({
      status: 'done',
      positions: [
        {
          outcome: 'unchanged',
          detail:
            'Nothing has filled yet, so there is no entry price. The stop is unchanged; the next alert can move it.',
        },
      ],
    });
    expect((await stage.table.readLinkState(stage.link.linkId)).unfinished).toBeUndefined();
  });

  it('that would trigger at once is refused for that position', async () => {
    const stage = await setStandingStage({ action: 'stop', stop: { price: '110' } });
    await stage.open();
    expect(await stage.during(() => stage.hit())).toMatchObject({
      status: 'partly',
      httpStatus: 200,
      positions: [{ outcome: 'would-trigger' }],
    });
  });

  it('is previewed with the reason why nothing changes, in a sentence of its own', async () => {
    const stage = await setStandingStage({ action: 'stop', stop: { price: '110' } });
    await stage.open();
    const { linkId } = stage.link;
    const preview = await stage.during(() => previewLink({ services: stage.services }, { linkId }));
    expect(preview.positions?.[0]?.would).toMatch(/^nothing changes\. The stop 110 of a long is not below/);
  });
});

it('A response after the sender has disconnected states nothing that may have changed', async () => {
  const stage = await setStandingStage();
  const [, bad] = [await stage.open(), await stage.open()];
  cutOff(stage, bad);
  const { recordHit } = stage.table;
  stage.table.recordHit = async (...input) => {
    await recordHit(...input);
    stage.environment.time += 3_000;
  };
  const response = await stage.during(() => stage.hit());
  expect(response).toMatchObject({ status: 'in-progress', httpStatus: 202, headline: 'Late response' });
});

describe('A hit of a link that adopts', () => {
  it('closes what its owner opened elsewhere', async () => {
    const stage = await setAdoptingStage();
    expect(await stage.during(() => stage.hit())).toMatchObject({
      status: 'done',
      positions: [{ outcome: 'closed', closedAmount: '0.1' }],
    });
    expect(stage.closes(stage.elsewhere)).toBe(1);
  });

  it('asks for a resend if it could not read the exchange, and the resend closes', async () => {
    const stage = await setAdoptingStage();
    const show = stage.hidePositions();
    const first = await stage.during(() => stage.hit());
    expect(first).toMatchObject({ status: 'retrying', httpStatus: 503, retryAfter: 5, positions: [] });
    expect(first.publicMessage).toBe(
      'Nothing was executed so far. It is not known yet what the link has to adopt. Ripcord checks that again, for up to 5 minutes.',
    );
    show();
    stage.environment.time += 5_000;
    expect(await stage.during(() => stage.hit())).toMatchObject({
      status: 'done',
      positions: [{ outcome: 'closed', closedAmount: '0.1' }],
    });
    expect(stage.closes(stage.elsewhere)).toBe(1);
    expect((await stage.table.readLinkState(stage.link.linkId)).adoption).toBeUndefined();
    expect(await stage.table.listHits(stage.link.linkId, 5)).toMatchObject([
      { status: 200 },
      { status: 503 },
    ]);
  });

  it('that is done for a position of Ripcord answers that the rest is in progress', async () => {
    const stage = await setAdoptingStage();
    const { position } = stage.elsewhere;
    await stage.during(() => stage.table.createPosition({ ...position, state: 'kept' }));
    const { fetchPosition } = stage.elsewhere.exchange;
    stage.elsewhere.exchange.fetchPosition = async () => {
      stage.elsewhere.exchange.fetchPosition = fetchPosition;
      throw new Fault('exchange-unreachable', 'Binance did not respond.');
    };
    const response = await stage.during(() => stage.hit());
    expect(response).toMatchObject({ status: 'in-progress', httpStatus: 202 });
    expect(response.publicMessage).toContain('Done for 1 of 1 position. Ripcord continues automatically.');
  });

  it('leaves to its own alert what a later one could not read', async () => {
    const stage = await setAdoptingStage();
    await stage.during(() => stage.hit());
    stage.environment.time += 60_000;
    stage.hidePositions();
    const arrivedAt = stage.environment.time;
    expect(await stage.during(() => stage.hit())).toMatchObject({ status: 'retrying' });
    expect(await stage.table.readLinkState(stage.link.linkId)).toMatchObject({
      adoption: { alertAt: arrivedAt, why: 'Binance did not respond.' },
    });
  });

  it('does not take for its own what the exchange shows of a part that it just closed', async () => {
    const stage = await setAdoptingStage({ action: 'reduce', toPercent: '50' });
    const { exchange, book, position } = stage.elsewhere;
    await stage.during(() => stage.table.createPosition(position));
    const stale = await stage.during(() => exchange.fetchPosition(position.market, 'long'));
    await stage.during(() => stage.hit());
    stage.environment.time += 1_000;
    const { fetchPosition } = exchange;
    exchange.fetchPosition = async () => {
      exchange.fetchPosition = fetchPosition;
      return stale;
    };
    await stage.during(() => stage.hit());
    expect(book.of('close').map(({ filled }) => filled)).toEqual([50]);
    expect(await stage.during(() => stage.table.listPositions('open'))).toHaveLength(1);
  });
});
