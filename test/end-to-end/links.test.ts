import { describe, expect, it } from 'vitest';
import { fire, startEnvironment } from './environment.ts';
import { adopt, newTrader, placeEntry, placeExits, spotLong } from './trader.ts';

/** How the owner recognizes, changes and previews links. */

const environment = await startEnvironment();
const { admin } = environment;

async function newFilled() {
  const trader = await newTrader(environment, spotLong);
  const entry = placeEntry(trader, { filled: 'all' });
  const { takeProfit, stop } = placeExits(trader, '0.999');
  return adopt(trader, { entryOrders: [entry], exitOrders: [takeProfit, stop] });
}

async function newLink(input: Omit<Parameters<typeof admin<'links.create'>>[1], 'positionId'>) {
  const { positionId } = await newFilled();
  return admin('links.create', { positionId, ...input });
}

async function viewOf(linkId: string) {
  const { links } = await admin('links.list', {});
  return links.find((link) => link.linkId === linkId);
}

describe('the list of links', () => {
  it("shows the end of a link's URL, its market and side", async () => {
    const { url, link } = await newLink({ action: 'close' });
    expect(await viewOf(link.linkId)).toMatchObject({
      ...{ tokenEnd: url.slice(-4), symbol: 'ETH/USDT', side: 'long' },
    });
    expect(JSON.stringify(await viewOf(link.linkId))).not.toContain(url.slice(-8));
  });

  it('counts only armed links at a position', async () => {
    const { positionId } = await newFilled();
    const create = (options: object) =>
      admin('links.create', { positionId, action: 'close', confirm: false, ...options });
    const [revoked] = [await create({}), await create({ expiresIn: 1 })];
    const { url } = await create({ percent: 50 });
    await create({});
    await admin('links.revoke', { linkId: revoked.link.linkId });
    await fire(url);
    const expiry = Date.now() + 1_000;
    while (Date.now() <= expiry) await environment.positionNow(positionId);
    expect(await environment.positionNow(positionId)).toMatchObject({ status: 'open', links: 1 });
    const { positions } = await admin('positions.list', {});
    expect(positions.find((each) => each.positionId === positionId)).toMatchObject({ links: 1 });
    await admin('positions.close', { positionId });
    expect(await environment.positionNow(positionId)).toMatchObject({ status: 'closed', links: 0 });
  });
});

describe('a change of a link', () => {
  it('renames it, and removes its name', async () => {
    const { link } = await newLink({ action: 'keep', label: 'old' });
    const { linkId } = link;
    expect((await admin('links.update', { linkId, label: 'new' })).link).toEqual({ ...link, label: 'new' });
    expect((await admin('links.update', { linkId, label: null })).link.label).toBeUndefined();
  });

  it('extends an expired link, which then fires', async () => {
    const { url, link } = await newLink({ action: 'close', expiresIn: 1 });
    const { linkId } = link;
    while ((await viewOf(linkId))?.state !== 'expired');
    expect(await fire(url)).toMatchObject({ status: 410 });
    const extended = (await admin('links.update', { linkId, expiresIn: 3_600 })).link;
    expect(extended.state).toBe('armed');
    expect(Date.parse(extended.expiresAt ?? '') - Date.now()).toBeGreaterThan(3_500_000);
    expect(await fire(url)).toMatchObject({ status: 200, json: { outcome: 'closed' } });
  });

  it('removes its expiry, or lets it expire earlier', async () => {
    const { link } = await newLink({ action: 'close', expiresIn: 3_600 });
    const { linkId } = link;
    expect((await admin('links.update', { linkId, expiresIn: null })).link.expiresAt).toBeUndefined();
    expect((await admin('links.update', { linkId, expiresIn: 60 })).link.state).toBe('armed');
  });

  it('is refused if it has no effect: nothing to change, a revoked link, or one that does not exist', async () => {
    const { link } = await newLink({ action: 'close' });
    const { linkId } = link;
    const command = 'links.update';
    expect(await environment.refusal({ command, linkId })).toMatchObject({ code: 'invalid-input' });
    await admin('links.revoke', { linkId });
    expect(await environment.refusal({ command, linkId, expiresIn: 60 })).toMatchObject({ code: 'conflict' });
    expect(await viewOf(linkId)).not.toHaveProperty('expiresAt');
    const missing = { command, linkId: 'lnk_0000000000000000', label: 'x' };
    expect(await environment.refusal(missing)).toMatchObject({ code: 'link-not-found' });
  });
});

describe('a preview of a position', () => {
  it('states what a close, a partial close and a keep would do, as a link would, and sends nothing', async () => {
    const { positionId } = await newFilled();
    const { link } = await admin('links.create', { positionId, action: 'close', percent: 50 });
    const before = environment.core.ledger().length;
    const whole = await admin('positions.preview', { positionId });
    expect(whole).toMatchObject({
      close: { fires: true, would: 'cancels 2 exit orders; sells 0.999 ETH at market.' },
      keep: { fires: true, would: 'leaves the filled 0.999 ETH open.' },
    });
    const half = await admin('positions.preview', { positionId, percent: 50 });
    expect(half.close.would).toBe(
      'cancels 2 exit orders; sells 0.4995 ETH (50 %) at market; then places exits for the rest again, if it can.',
    );
    const { would } = await admin('links.preview', { linkId: link.linkId });
    expect(would).toBe(`If fired now: ${half.close.would}`);
    const sent = environment.core.ledger().slice(before);
    expect(sent.filter(({ type }) => type === 'order' || type === 'cancel')).toEqual([]);
  });

  it('states that nothing changes once the position has ended', async () => {
    const { positionId } = await newFilled();
    await admin('positions.close', { positionId });
    const { close, keep } = await admin('positions.preview', { positionId });
    expect(close).toMatchObject({
      fires: false,
      would: expect.stringMatching(/^nothing changes; the position is closed/),
    });
    expect(keep).toEqual(close);
  });
});
