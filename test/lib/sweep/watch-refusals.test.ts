import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { hitResult } from '../../../console/app/link/hit-text.ts';
import { describeWhy } from '../../../lib/link/refusal.ts';
import { watchAccounts } from '../../../lib/sweep/watch-accounts.ts';
import { createMemoryStore } from '../../simulation/memory-store.ts';
import { channelsOf } from '../notify/trader.ts';
import { exampleOutcome, examplePosition } from '../position/example-position.ts';
import { minuteMs, newOwner, refusals, standingCauses } from './refused-alerts.ts';

const byPerson = { method: 'GET', navigation: { userInitiated: true } } as const;
const byScanner = { method: 'GET', navigation: { userInitiated: false, doubt: 'bot' } } as const;

it.each(Object.keys(refusals) as (keyof typeof refusals)[])(
  'An alert refused because of "%s" reaches the channel and the console, as the reference lists it',
  async (cause) => {
    const page = await readFile(
      new URL('../../../docs/reference/link-responses.md', import.meta.url),
      'utf8',
    );
    const owner = await newOwner();
    const { hit, linkId, positionId } = await owner.stage(refusals[cause]);
    const { httpStatus } = await hit();
    await owner.sweep();
    const [notice = '', ...others] = owner.channel.texts;
    expect(others).toEqual([]);
    const last = await owner.lastHit(positionId);
    const cells = [`\`${cause}\``, httpStatus, notice, hitResult(last), describeWhy(last)];
    const row = `| ${cells.join(' | ')} |`.replaceAll(linkId, 'LINK_ID');
    expect(page).toContain(row);
  },
);

it.each(standingCauses)(
  'What a standing link left because of "%s" reaches the channel and the console, as the reference lists it',
  async (cause) => {
    const page = await readFile(
      new URL('../../../docs/reference/link-responses.md', import.meta.url),
      'utf8',
    );
    const owner = await newOwner();
    const { linkId, id } = await owner.recordStanding(cause);
    await owner.sweep();
    const last = await owner.lastHit(id);
    const code = last.actor === 'sweep' ? 'none' : last.status;
    const cells = [`\`${cause}\``, code, owner.channel.texts.join(), hitResult(last), describeWhy(last)];
    const row = `| ${cells.join(' | ')} |`
      .replaceAll(linkId, 'LINK_ID')
      .replaceAll(examplePosition.positionId, 'POSITION_ID');
    expect(page).toContain(row);
  },
);

it('Repeats within 10 minutes are counted in the next notice, and one cause does not hide another', async () => {
  const owner = newOwner();
  const { hit } = await owner.stage({ link: { sources: ['203.0.113.7'] } });
  await hit({ hasBody: true });
  await owner.sweep();
  await hit({ sourceIp: '198.51.100.9' });
  for (let minute = 0; minute < 7; minute += 1) {
    await hit({ hasBody: true });
    await owner.sweep();
  }
  expect(owner.channel.texts).toEqual([
    expect.stringMatching(/^Alert refused: .* takes no message/),
    expect.stringMatching(/^Alert refused: .* does not accept the address 198\.51\.100\.9/),
  ]);
  await owner.sweep(10);
  expect(owner.channel.texts.slice(2)).toEqual([
    expect.stringMatching(
      /^7 alerts refused since \d\d:\d\d UTC: link lnk_\w{16} "exit" for BTC\/USDT long on main takes/,
    ),
  ]);
});

it('An alert that comes every minute for a day causes a notice every 10 minutes, which counts all of them', async () => {
  const owner = newOwner();
  const { hit } = await owner.stage(refusals.revoked);
  const minutes = 24 * 60;
  for (let minute = 0; minute < minutes; minute += 1) {
    await hit();
    await owner.sweep();
  }
  await owner.sweep(20);
  const { texts } = owner.channel;
  expect(texts.length).toBeLessThanOrEqual(minutes / 10 + 1);
  const counted = texts.map((text) => (text.startsWith('Alert refused') ? 1 : Number.parseInt(text, 10)));
  expect(counted.reduce((sum, count) => sum + count, 0)).toBe(minutes);
});

it('Sweeps that overlap store one notice of two hits at the same time', async () => {
  const owner = newOwner();
  const { hit } = await owner.stage(refusals.expired);
  await Promise.all([hit(), hit()]);
  await Promise.all([1, 2, 3].map(() => watchAccounts(owner.services, channelsOf())));
  const { notices } = await owner.table.readAccountHealth();
  expect(notices).toMatchObject([{ event: 'refused', text: expect.stringMatching(/^2 alerts refused/) }]);
});

it('Scanners, confirmations and hits that only report cause no notice', async () => {
  const owner = newOwner();
  const asking = await owner.stage({ link: { confirm: true } });
  await asking.hit(byPerson);
  await asking.hit(byScanner);
  const revoked = await owner.stage({ link: { ...refusals.revoked.link, methods: 'post-only' } });
  await revoked.hit(byPerson);
  await (await owner.stage(refusals.expired)).hit(byScanner);
  await (await owner.stage({ removed: true })).hit(byScanner);
  await (await owner.stage({ position: { state: 'closed', outcome: exampleOutcome } })).hit();
  await owner.sweep(20);
  expect(owner.channel.texts).toEqual([]);
});

it('A person who opens a link that is refused causes a notice that does not call it an alert', async () => {
  const owner = newOwner();
  await (await owner.stage(refusals.expired)).hit(byPerson);
  await owner.sweep();
  expect(owner.channel.texts).toEqual([expect.stringMatching(/^Hit refused: .* has expired/)]);
});

it('The notice about a link whose position has ended asks to delete the alert', async () => {
  const owner = newOwner();
  const ended = { state: 'closed', outcome: exampleOutcome } as const;
  await (await owner.stage({ ...refusals.expired, position: ended })).hit();
  await owner.sweep();
  expect(owner.channel.texts).toEqual([
    expect.stringContaining('Its position has ended: delete the alert in TradingView.'),
  ]);
});

it('A foreign sender, and a person, are no alerts to delete when the position has ended', async () => {
  const owner = newOwner();
  const ended = { state: 'closed', outcome: exampleOutcome } as const;
  await (await owner.stage({ ...refusals['wrong-source'], position: ended })).hit();
  await owner.sweep(4);
  await (await owner.stage({ ...refusals.expired, position: ended })).hit(byPerson);
  await owner.sweep();
  expect(owner.channel.texts).toEqual([
    expect.stringMatching(/If the sender is yours, .* If not, run: ripcord links revoke lnk_/),
    expect.stringContaining('Its position has ended, so nothing is left to do.'),
  ]);
});

it('A page that waits for its own hit causes no notice when links are paused meanwhile', async () => {
  const owner = newOwner();
  await (await owner.stage(refusals.paused)).hit({ ...byPerson, isFollowUp: true });
  await owner.sweep(20);
  expect(owner.channel.texts).toEqual([]);
});

it('The notice of a pause names its end, and does not ask to resume links once it is over', async () => {
  const owner = newOwner();
  const { hit } = await owner.stage();
  const end = new Date(owner.services.now() + 10.5 * minuteMs).toISOString();
  await owner.table.setPaused(true, end);
  await hit();
  await owner.sweep();
  const shown = `${end.slice(0, 16).replace('T', ' ')} UTC`;
  expect(owner.channel.texts).toEqual([
    expect.stringContaining(`Nothing was done. The pause ends at ${shown}. Resume all links in the console`),
  ]);
  await hit();
  await owner.sweep(11);
  expect(owner.channel.texts.slice(1)).toEqual([
    expect.stringMatching(
      /^Alert refused: .* Nothing was done\. The pause has ended, so links work again\.$/,
    ),
  ]);
});

it('Many links that refuse at the same time are counted, and displace no other notice', async () => {
  const owner = newOwner();
  const staged = await Promise.all(Array.from({ length: 30 }, () => owner.stage(refusals.paused)));
  const health = await owner.table.readAccountHealth();
  const other = {
    noticeId: 'ntc_other',
    at: owner.services.now(),
    event: 'accounts',
    text: 'x',
    delivered: {},
  } as const;
  await owner.table.saveAccountHealth({ ...health, notices: [other] });
  for (let turn = 0; turn < 5; turn += 1) {
    for (const { hit } of staged) await hit();
    owner.later(11 * minuteMs);
    await watchAccounts(owner.services, channelsOf());
  }
  const { notices } = await owner.table.readAccountHealth();
  expect(notices.map(({ noticeId }) => noticeId)).toContain('ntc_other');
  expect(notices.length).toBeLessThan(12);
  expect(notices.at(-1)?.text).toMatch(
    /^Links refused at least \d+ more hits\. To see them, run: ripcord history$/,
  );
});

it('Notices that no channel got in time are counted when others displace them', async () => {
  const owner = newOwner();
  for (let turn = 0; turn < 3; turn += 1) {
    for (let link = 0; link < 4; link += 1) await (await owner.stage(refusals.expired)).hit();
    owner.later(minuteMs);
    await watchAccounts(owner.services, channelsOf());
  }
  const { notices } = await owner.table.readAccountHealth();
  const named = notices.filter(({ text }) => text.startsWith('Alert refused'));
  const others = notices.map(({ text }) =>
    Number(text.match(/^Links refused at least (\d+) more hit/)?.[1] ?? 0),
  );
  expect(notices.length).toBeLessThanOrEqual(8);
  expect(others.reduce((sum, count) => sum + count, named.length)).toBe(12);
});

it('A count is complete, or says that it is not', async () => {
  const owner = newOwner();
  const { hit, positionId } = await owner.stage(refusals.body);
  for (let turn = 0; turn < 25; turn += 1) await hit();
  await owner.sweep();
  const [record] = await owner.table.listHits(positionId, 1);
  if (record === undefined) throw new Error('No hit was recorded.');
  owner.later(11 * minuteMs);
  const later = { ...record, hitId: 'hit_last', at: new Date(owner.services.now()).toISOString() };
  await owner.table.recordHit({ ...later, limitReached: true }, owner.services.now() + minuteMs);
  await owner.sweep();
  expect(owner.channel.texts).toEqual([
    expect.stringMatching(/^25 alerts refused since /),
    expect.stringMatching(/^At least 1 alert refused since /),
  ]);
});

it('A count is not called complete when more hits were recorded than a sweep reads', async () => {
  const owner = newOwner();
  const { hit } = await owner.stage(refusals.body);
  for (let turn = 0; turn < 201; turn += 1) await hit();
  await owner.sweep();
  expect(owner.channel.texts).toEqual([expect.stringMatching(/^At least 200 alerts refused since /)]);
});

it('A notice of an old refusal names its time, and its date if that was another day', async () => {
  const owner = newOwner();
  const { hit, positionId } = await owner.stage(refusals.body);
  const other = await owner.stage(refusals.expired);
  await owner.sweep(5);
  await hit();
  owner.later(16 * 60 * minuteMs);
  await other.hit();
  owner.later(60 * minuteMs);
  await owner.sweep();
  const [old, today] = [await owner.lastHit(positionId), await owner.lastHit(other.positionId)];
  expect(old.at.slice(0, 10)).not.toBe(today.at.slice(0, 10));
  const [text = ''] = owner.channel.texts;
  expect(text).toContain(`Alert refused at ${old.at.slice(0, 16).replace('T', ' ')} UTC: `);
  expect(text).toContain(`Alert refused at ${today.at.slice(11, 16)} UTC: `);
});

it('Refusals of an outage are reported although the first read after it failed', async () => {
  const owner = newOwner();
  const { hit } = await owner.stage(refusals.body);
  await owner.sweep(5);
  await hit();
  owner.later(3 * 60 * minuteMs);
  const { listHitsSince } = owner.table;
  owner.table.listHitsSince = async () => {
    throw new Error('throttled');
  };
  await owner.sweep(5);
  owner.table.listHitsSince = listHitsSince;
  await owner.sweep(5);
  expect(owner.channel.texts).toEqual([expect.stringMatching(/^Alert refused at /)]);
});

it('A position that can not be read hides no refusal, also not its own', async () => {
  const owner = newOwner();
  const broken = await owner.stage(refusals.body);
  const working = await owner.stage(refusals.expired);
  const { readPosition } = owner.table;
  owner.table.readPosition = async (positionId) => {
    if (positionId === broken.positionId) throw new Error('unreadable');
    return readPosition(positionId);
  };
  await broken.hit();
  await working.hit();
  await owner.sweep();
  const [text = ''] = owner.channel.texts;
  expect(text).toContain(`link ${broken.linkId} "exit" takes no message`);
  expect(text).toContain(`link ${working.linkId} "exit" for BTC/USDT long on main has expired`);
});

it('Records of a process whose clock is 3 minutes ahead are reported once', async () => {
  const owner = newOwner();
  const linkIds: string[] = [];
  for (let minute = 0; minute < 60; minute += 1) {
    const { hit, linkId } = await owner.stage(refusals.expired);
    linkIds.push(linkId);
    owner.later(3 * minuteMs);
    await hit();
    owner.later(-3 * minuteMs + (minute % 4) * 11_000);
    await owner.sweep();
  }
  await owner.sweep(20);
  const lines = owner.channel.texts.flatMap((text) => text.split('\n'));
  const named = lines.flatMap((line) => line.match(/link (lnk_\w+)/)?.[1] ?? []);
  expect(named.toSorted()).toEqual(linkIds.toSorted());
});

it('Refusals while no sweep ran are reported by the first one that runs', async () => {
  const owner = newOwner();
  const { hit } = await owner.stage(refusals.body);
  await owner.sweep(5);
  await hit();
  owner.later(3 * 60 * minuteMs);
  await owner.sweep(30);
  expect(owner.channel.texts).toEqual([expect.stringMatching(/^Alert refused/)]);
});

it('A record that reaches the table 10 minutes late is reported', async () => {
  const owner = newOwner();
  const { hit, positionId } = await owner.stage(refusals.body);
  const elsewhere = createMemoryStore();
  const { recordHit } = owner.table;
  owner.table.recordHit = elsewhere.recordHit;
  await hit();
  owner.table.recordHit = recordHit;
  await owner.sweep(10);
  const [late] = await elsewhere.listHits(positionId, 1);
  if (late !== undefined) await owner.table.recordHit(late, owner.services.now() + 90 * 24 * 60 * minuteMs);
  await owner.sweep();
  expect(owner.channel.texts).toEqual([expect.stringMatching(/^Alert refused/)]);
});

it('A history that can not be read is reported, and stops no look at the accounts', async () => {
  const owner = newOwner();
  await owner.stage();
  owner.table.listHitsSince = async () => {
    throw new Error('broken');
  };
  owner.later(minuteMs);
  const problems = await watchAccounts(owner.services, channelsOf());
  expect(problems).toEqual([{ why: expect.stringContaining("Refused alerts can't be reported") }]);
  expect((await owner.table.readAccountHealth()).lookedAt).toBe(owner.services.now());
});
