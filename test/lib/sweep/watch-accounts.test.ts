import { expect, it } from 'vitest';
import type { Exchange } from '../../../lib/exchange/exchange.ts';
import { Fault } from '../../../lib/fault.ts';
import { egressName, type Look, linkAddress } from '../../../lib/health/account-health.ts';
import type { Services } from '../../../lib/services.ts';
import { watchAccounts } from '../../../lib/sweep/watch-accounts.ts';
import { channelsOf, fakeChannel, newTrader, refused } from '../notify/trader.ts';

const minuteMs = 60_000;

/** A filled position without an exit, in an account whose key can be revoked. */
async function newOwner() {
  const trader = newTrader();
  await trader.ended(1, { state: 'open', outcome: undefined, notices: [], exitOrders: [] });
  const key = { works: true, asked: 0 };
  const exchange: Pick<Exchange, 'fetchPermissions'> = {
    async fetchPermissions() {
      key.asked += 1;
      if (!key.works) throw new Fault('exchange-refused', 'Binance refused the API key.');
      return { canTrade: true, canWithdraw: false, ipRestricted: true };
    },
  };
  const services: Services = { ...trader.services, exchanges: { of: async () => exchange as Exchange } };
  return { trader, key, services };
}

it('A dead key of a position without exits reaches every channel within 10 minutes, and so does its repair', async () => {
  const { trader, key, services } = await newOwner();
  const channels = [fakeChannel('topic'), fakeChannel('telegram')];
  const run = async (minutes: number) => {
    for (let minute = 0; minute < minutes; minute += 1) {
      trader.later(minuteMs);
      await watchAccounts(services, channelsOf(...channels));
    }
  };
  await run(5);
  key.works = false;
  await run(10);
  for (const { texts } of channels) expect(texts).toEqual([expect.stringContaining('"main" can\'t act')]);
  key.works = true;
  await run(10);
  for (const { texts } of channels) expect(texts.slice(1)).toEqual(['Account "main" works again.']);
  // Every 3 minutes, and every minute while the key was dead.
  expect(key.asked).toBeLessThan(20);
});

it('A channel that fails gets the notice later, and the others get it once', async () => {
  const { trader, key, services } = await newOwner();
  key.works = false;
  let answer = refused;
  const broken = fakeChannel('slack', () => answer);
  const working = fakeChannel('discord');
  for (let minute = 0; minute < 10; minute += 1) {
    if (minute === 5) answer = { kind: 'sent' };
    trader.later(minuteMs);
    await watchAccounts(services, channelsOf(broken, working));
  }
  expect(working.texts).toHaveLength(1);
  expect(broken.texts.length).toBeGreaterThan(1);
  expect(await services.store.readAccountHealth()).toMatchObject({
    notices: [{ delivered: { slack: { state: 'sent' }, discord: { state: 'sent' } } }],
  });
});

it('A channel that fails is reported to the caller, so that the alarm goes off', async () => {
  const { trader, key, services } = await newOwner();
  key.works = false;
  const channels = channelsOf(
    fakeChannel('slack', () => refused),
    fakeChannel('discord'),
  );
  await watchAccounts(services, channels);
  trader.later(minuteMs);
  expect(await watchAccounts(services, channels)).toEqual([{ channel: 'slack', why: 'responded 503' }]);
});

it('Two runs at the same time store one notice', async () => {
  const { trader, key, services } = await newOwner();
  key.works = false;
  for (let minute = 0; minute < 4; minute += 1) {
    trader.later(minuteMs);
    await Promise.all([1, 2].map(() => watchAccounts(services, channelsOf())));
  }
  expect((await services.store.readAccountHealth()).notices).toHaveLength(1);
});

it('An account without an open position is not checked', async () => {
  const { key, services, trader } = await newOwner();
  const [position] = trader.table.positions();
  if (position !== undefined) await services.store.deletePosition(position.positionId);
  await watchAccounts(services, channelsOf());
  expect(key.asked).toBe(0);
});

it('A link address that does not respond is reported to the owner, and its repair too', async () => {
  const { trader, services } = await newOwner();
  const channel = fakeChannel('topic');
  let works = false;
  const why = "Links at https://links.example.org can't be opened: no response within 3 s.";
  const failure = { code: 'address-unreachable', why };
  const probe = async () => [works ? { account: linkAddress } : { account: linkAddress, failure }];
  const run = async (minutes: number) => {
    for (let minute = 0; minute < minutes; minute += 1) {
      trader.later(minuteMs);
      await watchAccounts(services, channelsOf(channel), probe);
    }
  };
  await run(5);
  works = true;
  await run(5);
  expect(channel.texts).toEqual([
    `${why} Such links can't close positions until this is fixed.`,
    'Links can be opened again.',
  ]);
});

it('Without an open position, the address of links is opened every 5 minutes, and its failure is reported', async () => {
  const { services, later } = newTrader();
  const channel = fakeChannel('topic');
  const look: Look = { account: linkAddress };
  const probedAt: number[] = [];
  const run = async (from: number, to: number) => {
    for (let minute = from; minute < to; minute += 1) {
      await watchAccounts(services, channelsOf(channel), async () => {
        probedAt.push(minute);
        return [look];
      });
      later(minuteMs);
    }
  };
  await run(0, 20);
  expect(probedAt).toEqual([0, 5, 10, 15]);
  look.failure = { code: 'address-unreachable', why: "Links can't be opened." };
  await run(20, 22);
  expect(channel.texts).toEqual([expect.stringContaining("Links can't be opened.")]);
});

it('A fixed address that is down is reported to the owner, and its repair too', async () => {
  const { trader, services } = await newOwner();
  const channel = fakeChannel('topic');
  let works = false;
  const addresses = ['192.0.2.7', '192.0.2.8'];
  const why = 'The fixed address 192.0.2.7 does not work: 192.0.2.7:8443: ECONNREFUSED.';
  const probe = async () =>
    addresses.map((address) => ({
      account: egressName(address),
      ...(!works && address === '192.0.2.7' && { failure: { code: 'egress-unreachable', why } }),
    }));
  const run = async (minutes: number) => {
    for (let minute = 0; minute < minutes; minute += 1) {
      trader.later(minuteMs);
      await watchAccounts(services, channelsOf(channel), probe);
    }
  };
  await run(10);
  works = true;
  await run(5);
  expect(channel.texts).toEqual([
    `${why} Accounts with egress use another of the addresses, or send nothing until this is fixed.`,
    'The fixed address 192.0.2.7 works again.',
  ]);
});
