import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createAlarm } from '../../functions/alarm.ts';
import { createServices } from '../../functions/services.ts';
import { createSweep } from '../../functions/sweep.ts';
import { createProjectHandlers } from '../../infra/local/create-project-handlers.ts';
import type { FaultKind } from '../../infra/simulator/core/faults.ts';
import { requiresPassword } from '../../lib/account/account.ts';
import { createLog } from '../../lib/log.ts';
import { type Loopback, startLoopback } from '../lib/notify/loopback.ts';
import { startEnvironment } from './environment.ts';
import {
  binanceSpot,
  binanceUsdm,
  bybitLinear,
  bybitSpot,
  stageLong,
  type VenueMarket,
  venueMarkets,
} from './long-position.ts';

/** What reaches the owner's channels while an account can't act. A sweep runs every minute of a clock that the test moves. */

const minuteMs = 60_000;
let aheadMs = 0;
const now = () => Date.now() + aheadMs;
const environment = await startEnvironment({
  handlers: (variables, write) => {
    const log = createLog({ write });
    const build: typeof createServices = (given) => {
      const { services, ...rest } = createServices(given);
      return { ...rest, services: { ...services, now } };
    };
    return {
      ...createProjectHandlers(variables, write),
      sweep: createSweep(variables, build, log),
      alarm: createAlarm(variables, log, now),
    };
  },
});

/** The next test must not get what this one left. */
afterEach(async () => {
  const { positions } = await environment.admin('positions.list', {});
  for (const { positionId } of positions) await environment.admin('positions.forget', { positionId });
  environment.core.clearFaults();
  aheadMs += 25 * 60 * minuteMs;
  await environment.invoke('ripcord-sweep', {});
});

interface Channels {
  /** The texts that each channel got, with the minute of each. */
  read(): [minute: number, text: string][][];
  /** Runs a sweep in each of so many minutes. */
  run(minutes: number): Promise<void>;
}

const textOf = (body: string): string => {
  const { text, content } = JSON.parse(body);
  return text ?? content;
};

async function startChannels(): Promise<Channels> {
  const chats = [await startLoopback(), await startLoopback(), await startLoopback()];
  const [telegram, discord, slack] = chats.map(({ url }) => url);
  await writeFile(
    join(environment.data, 'notify.json'),
    JSON.stringify([
      { kind: 'telegram', token: '123456:telegram-token', chatId: 7, baseUrl: telegram },
      { kind: 'discord', url: `${discord}/api/webhooks/1/x` },
      { kind: 'slack', url: `${slack}/services/x` },
    ]),
  );
  const found = new Map<Loopback, [number, string][]>(chats.map((chat) => [chat, []]));
  let minute = 0;
  return {
    read: () => [...found.values()],
    async run(minutes) {
      for (const until = minute + minutes; minute < until; ) {
        aheadMs += minuteMs;
        minute += 1;
        await environment.invoke('ripcord-sweep', {});
        for (const [chat, texts] of found)
          texts.push(
            ...chat.received.splice(0).map(({ body }) => [minute, textOf(body)] as [number, string]),
          );
      }
    },
  };
}

function replaceKey(name: string, { exchange }: VenueMarket, apiKey: string, secret: string) {
  const { url: baseUrl } = environment.exchange;
  const password = requiresPassword(exchange) ? { password: 'passphrase' } : {};
  const account = { exchange, apiKey, secret, ...password, baseUrl };
  return environment.admin('accounts.add', { name, account, replace: true, unchecked: true });
}

function expectFew(texts: [number, string][]): void {
  for (const [from] of texts)
    expect(texts.filter(([minute]) => minute >= from && minute <= from + 12).length).toBeLessThanOrEqual(6);
}

describe.each(venueMarkets)('A dead key of $name', (venue) => {
  it.each([false, true])(
    'reaches every channel within 10 minutes, and so does its repair. Live exits: %s',
    async (exits) => {
      const { account } = await stageLong(environment, venue, { exits });
      const channels = await startChannels();
      await channels.run(4);
      expect(channels.read()).toEqual([[], [], []]);
      await replaceKey(account, venue, 'dead', 'dead');
      await channels.run(10);
      for (const texts of channels.read())
        expect(texts).toEqual([
          [
            expect.any(Number),
            expect.stringMatching(new RegExp(`^Account "${account}" can't act\\..*deleted`)),
          ],
        ]);
      await replaceKey(account, venue, `key-of-${account}`, `secret-of-${account}`);
      await channels.run(10);
      for (const texts of channels.read()) {
        expect(texts.slice(1)).toEqual([[expect.any(Number), `Account "${account}" works again.`]]);
        expectFew(texts);
      }
    },
  );
});

describe('A failing look is reported with its cause and what to do', () => {
  const causes: [venue: VenueMarket, fault: FaultKind, words: RegExp][] = [
    [
      bybitLinear,
      { kind: 'status', status: 200, code: 33004, msg: 'Your api key has expired.' },
      /has expired\./,
    ],
    [
      bybitSpot,
      { kind: 'status', status: 200, code: 10010, msg: 'Unmatched IP.' },
      /does not allow Ripcord's address/,
    ],
    [binanceSpot, { kind: 'status', status: 418, code: -1003, msg: 'IP banned.' }, /limits or has banned/],
    [
      binanceUsdm,
      { kind: 'status', status: 429, code: -1003, msg: 'Too many requests.' },
      /limits or has banned/,
    ],
    [
      bybitLinear,
      { kind: 'status', status: 200, code: 10006, msg: 'Too many visits!' },
      /limits or has banned/,
    ],
    [binanceSpot, { kind: 'status', status: 400, code: -1021, msg: 'Timestamp is ahead.' }, /clock differs/],
    [bybitSpot, { kind: 'status', status: 200, code: 10002, msg: 'invalid request' }, /clock differs/],
    [binanceSpot, { kind: 'html', status: 451, body: '<title>Unavailable</title>' }, /another region/],
    [binanceUsdm, { kind: 'drop-before' }, /Check the exchange's status/],
  ];
  const cases = causes.map(([venue, fault, words]) => ({ venue, fault, words }));
  it.each(cases)('$venue.name responds with $fault', async ({ venue, fault, words }) => {
    const { account } = await stageLong(environment, venue);
    const channels = await startChannels();
    await channels.run(4);
    environment.core.addFault({ ...fault, match: {}, times: 100_000 });
    await channels.run(10);
    for (const texts of channels.read()) {
      expect(texts).toEqual([[expect.any(Number), expect.stringMatching(words)]]);
      expect(texts[0]?.[1]).toContain(`Account "${account}" can't act`);
    }
    environment.core.clearFaults();
  });
});

it('Alarms and a dead key together are at most 6 messages in 12 minutes, and each is reported', async () => {
  const { account } = await stageLong(environment, binanceSpot, { exits: true });
  const channels = await startChannels();
  await channels.run(4);
  await replaceKey(account, binanceSpot, 'dead', 'dead');
  const names: string[] = [];
  for (let round = 0; round < 12; round += 1) {
    names.push(`ripcord-alarm-${round}x`);
    const message = {
      AlarmName: names.at(-1),
      AlarmDescription: 'Something failed.',
      NewStateValue: 'ALARM',
      OldStateValue: 'OK',
      StateChangeTime: new Date(now()).toISOString(),
    };
    const event = { Records: [{ Sns: { Message: JSON.stringify(message) } }] };
    // It fails while the message waits, so that Lambda runs it again.
    await environment.invoke('ripcord-alarm', event).catch(() => undefined);
    await channels.run(1);
  }
  await channels.run(4);
  for (const texts of channels.read()) {
    const all = texts.map(([, text]) => text).join('\n');
    for (const name of [...names, `Account "${account}" can't act`]) expect(all).toContain(name);
    expectFew(texts);
  }
});
