import { expect, it } from 'vitest';
import type { AccountSummary } from '../../../lib/account/account.ts';
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
      await watchAccounts(services, channelsOf(channel), { probe });
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
      const probe = async () => {
        probedAt.push(minute);
        return [look];
      };
      await watchAccounts(services, channelsOf(channel), { probe });
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
      await watchAccounts(services, channelsOf(channel), { probe });
    }
  };
  await run(10);
  works = true;
  await run(5);
  expect(channel.texts).toEqual([
    `${why} Accounts with "egress" use the other fixed address, or send nothing until this is fixed.`,
    'The fixed address 192.0.2.7 works again.',
  ]);
});

/** Accounts without a position, and when the exchange says that their keys end. */
function newSavers() {
  const { services, later } = newTrader();
  const dayMs = 24 * 60 * minuteMs;
  const start = services.now();
  const keys: Record<string, number | Error> = { main: start + 40 * dayMs, savings: start + 15 * dayMs };
  const asked: string[] = [];
  const of = async (account: string) => ({
    async fetchPermissions() {
      asked.push(account);
      const expiresAt = keys[account];
      if (expiresAt instanceof Error) throw expiresAt;
      return { canTrade: true, canWithdraw: false, ipRestricted: true, expiresAt };
    },
  });
  const channel = fakeChannel('topic');
  let list = async (): Promise<AccountSummary[]> => Object.keys(keys).map((name) => ({ name }));
  return {
    keys,
    asked,
    channel,
    dayMs,
    store: services.store,
    failToList: () => {
      list = () => Promise.reject(new Error('denied'));
    },
    async watch(ms: number) {
      for (let passed = 0; passed < ms; passed += 5 * minuteMs) {
        await watchAccounts({ ...services, exchanges: { of: of as never } }, channelsOf(channel), {
          listStored: () => list(),
        });
        later(5 * minuteMs);
      }
    },
  };
}

it('The expiry of a key without an open position is reported 14, 3 and 1 days ahead', async () => {
  const { watch, channel, dayMs } = newSavers();
  await watch(20 * dayMs);
  expect(channel.texts).toEqual(
    ['in 14 days', 'in 3 days', 'within a day'].map((when) =>
      expect.stringMatching(new RegExp(`^The API key of account "savings" expires on .*, ${when}\\.`)),
    ),
  );
});

it('An account without an open position is looked at every 6 hours, and when its key is to be reported', async () => {
  const { watch, asked, dayMs } = newSavers();
  await watch(dayMs / 2);
  expect(asked).toHaveLength(2 * 2);
  asked.length = 0;
  await watch(dayMs);
  expect(asked.length).toBeLessThanOrEqual((4 + 1) * 2);
});

it('A key that was replaced since it was last seen is not reported', async () => {
  const { watch, channel, keys, dayMs } = newSavers();
  await watch(0.9 * dayMs);
  keys.savings = (keys.main as number) + dayMs;
  await watch(dayMs);
  expect(channel.texts).toEqual([]);
});

it('A failed look at an account without an open position is no trouble, and keeps what is known', async () => {
  const { watch, channel, keys, store, dayMs } = newSavers();
  await watch(dayMs / 4);
  keys.savings = new Fault('exchange-unreachable', 'Bybit did not respond.');
  await watch(2 * dayMs);
  expect(channel.texts).toEqual([expect.stringContaining('"savings" expires')]);
  expect(await store.readAccountHealth()).toMatchObject({
    troubles: {},
    expiries: { savings: { notifiedDays: 14 } },
  });
});

it('An account that was removed is forgotten, but not while accounts can not be listed', async () => {
  const { watch, keys, failToList, store, dayMs } = newSavers();
  await watch(dayMs / 4);
  delete keys.main;
  await watch(dayMs / 2);
  expect(Object.keys((await store.readAccountHealth()).expiries)).toEqual(['savings']);
  failToList();
  await watch(dayMs / 2);
  expect(Object.keys((await store.readAccountHealth()).expiries)).toEqual(['savings']);
});
