import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { accountNameSchema } from '../../../lib/account/account.ts';
import {
  type AccountHealth,
  findNews,
  isLookDue,
  type Look,
  linkAddress,
  noteLooks,
  unknownHealth,
} from '../../../lib/health/account-health.ts';
import { appendAccountNotice } from '../../../lib/notify/account-notice.ts';

const minuteMs = 60_000;
const start = 1_760_000_000_000;
const refused: Look['failure'] = { code: 'exchange-refused', why: 'Binance refused the API key.' };
const unreachable: Look['failure'] = { code: 'exchange-unreachable', why: 'Binance did not respond.' };

interface Day {
  health: AccountHealth;
  /** Minute and text of each notice. */
  notices: [minute: number, text: string][];
}

/** One run every minute. @param failureAt what a look at an account shows at a minute. */
function watch(
  minutes: number,
  failureAt: (account: string, minute: number) => Look['failure'],
  accounts = ['main'],
): Day {
  const day: Day = { health: unknownHealth, notices: [] };
  for (let minute = 0; minute < minutes; minute += 1) {
    const now = start + minute * minuteMs;
    if (!isLookDue(day.health, now)) continue;
    const looks = accounts.map((account) => ({ account, failure: failureAt(account, minute) }));
    const looked = noteLooks(day.health, looks, now);
    const news = findNews(looked, now);
    day.health = news === undefined ? looked : appendAccountNotice(looked, news, now);
    const text = day.health.notices.at(-1)?.text ?? '';
    if (news !== undefined) day.notices.push([minute, text]);
  }
  return day;
}

describe('An account', () => {
  test('that works is checked every 3 minutes, without a message', () => {
    let looks = 0;
    const { notices } = watch(60, () => {
      looks += 1;
      return undefined;
    });
    expect({ looks, notices }).toEqual({ looks: 20, notices: [] });
  });

  test('whose key is refused is reported after the second look, by name and with what to do', () => {
    expect(watch(10, (_, minute) => (minute >= 4 ? refused : undefined)).notices).toEqual([
      [
        7,
        'Account "main" can\'t act. Links can\'t close its positions until this is fixed. main: Binance refused the API key. Run: ripcord accounts check main',
      ],
    ]);
  });

  test('that is refused once is not reported', () => {
    expect(watch(10, (_, minute) => (minute === 3 ? refused : undefined)).notices).toEqual([]);
  });

  test('that is refused once while its exchange fails to respond is not reported', () => {
    const plan = [unreachable, unreachable, refused, unreachable, refused];
    expect(watch(10, (_, minute) => plan[minute]).notices).toEqual([]);
  });

  test('whose keys cannot be read for less than 5 minutes is not reported', () => {
    const unreadable: Look['failure'] = { code: 'accounts-unreadable', why: 'Parameter Store is down.' };
    expect(watch(10, (_, minute) => (minute < 4 ? unreadable : undefined)).notices).toEqual([]);
  });

  test('that fails and works in turn for an hour is reported once, and once more when it works for good', () => {
    const plan = [refused, refused, undefined];
    const { notices } = watch(90, (_, minute) => (minute < 60 ? plan[minute % 3] : undefined));
    expect(notices.map(([minute]) => minute)).toEqual([1, 62]);
    expect(notices[1]?.[1]).toBe('Account "main" works again.');
  });

  test('whose exchange does not respond is reported after 5 minutes', () => {
    expect(watch(20, (_, minute) => (minute >= 3 ? unreachable : undefined)).notices).toEqual([
      [8, expect.stringContaining('Account "main" can\'t act.')],
    ]);
    expect(watch(20, (_, minute) => (minute >= 3 && minute < 8 ? unreachable : undefined)).notices).toEqual(
      [],
    );
  });

  test('is reported once a day while its trouble lasts', () => {
    const { notices } = watch(3 * 24 * 60, () => refused);
    expect(notices.map(([minute]) => minute)).toEqual([1, 1 + 24 * 60, 1 + 48 * 60]);
    expect(notices[1]?.[1]).toContain('Account "main" can\'t act, still.');
  });

  test('that works again is reported once', () => {
    const { notices, health } = watch(60, (_, minute) => (minute < 10 ? refused : undefined));
    expect(notices.slice(1)).toEqual([[13, 'Account "main" works again.']]);
    expect(health.troubles).toEqual({});
  });

  test('without an open position is forgotten', () => {
    const { health } = watch(5, () => refused);
    expect(noteLooks(health, [], start).troubles).toEqual({});
  });
});

describe('A key that expires', () => {
  const dayMs = 24 * 60 * minuteMs;

  /** @returns day and text of each notice. @param expiresAt what the exchange reports on a day. */
  function watchDays(days: number, expiresAt: (day: number) => number | undefined, accounts = ['main']) {
    const notices: [day: number, text: string][] = [];
    let health = unknownHealth;
    for (let minute = 0; minute < days * 24 * 60; minute += 10) {
      const now = start + minute * minuteMs;
      const day = minute / (24 * 60);
      const looks = accounts.map((account) => ({ account, expiresAt: expiresAt(Math.floor(day)) }));
      const looked = noteLooks(health, looks, now);
      const news = findNews(looked, now);
      health = news === undefined ? looked : appendAccountNotice(looked, news, now);
      if (news !== undefined) notices.push([day, health.notices.at(-1)?.text ?? '']);
    }
    return notices;
  }

  test('is reported 14, 3 and 1 days ahead, once each', () => {
    const notices = watchDays(30, () => start + 20 * dayMs);
    expect(notices.map(([day]) => day)).toEqual([6, 17, 19]);
    expect(notices.map(([, text]) => text)).toEqual(
      ['in 14 days', 'in 3 days', 'within a day'].map(
        (when) =>
          `The API key of account "main" expires on 2025-10-29, ${when}. Without a new key, links can't close its positions after that. Replace it before.`,
      ),
    );
  });

  test('is reported at once if it is found late, and the shortest notice only', () => {
    expect(watchDays(1, () => start + 2 * dayMs)).toEqual([[0, expect.stringContaining('in 2 days')]]);
  });

  test('is reported anew after it was replaced by one that expires too', () => {
    const notices = watchDays(130, (day) => start + (day < 10 ? 20 : 120) * dayMs);
    expect(notices.map(([day]) => day)).toEqual([6, 106, 117, 119]);
  });

  test('is not reported again while the exchange reports whole days only', () => {
    const notices = watchDays(20, (day) => start + 20 * dayMs - (day % 2) * minuteMs * 60);
    expect(notices).toHaveLength(3);
  });

  test('shares its message with those of other accounts', () => {
    const notices = watchDays(1, () => start + 2 * dayMs, ['a', 'b', 'c', 'd', 'e']);
    expect(notices).toHaveLength(1);
    expect(notices[0]?.[1]).toMatch(/"c" expires on .*\. 2 more keys expire soon\..* Replace them before\.$/);
  });
});

test('Notices that are too old to be sent are dropped, except the last one', () => {
  const notice = (hour: number) => ({
    noticeId: `ntc_${hour}`,
    at: start + hour * 60 * minuteMs,
    event: 'accounts' as const,
    text: 'Account "main" works again.',
    delivered: {},
  });
  const known = { ...unknownHealth, notices: [0, 1, 30].map(notice) };
  const idsAt = (hour: number) =>
    noteLooks(known, [], start + hour * 60 * minuteMs).notices.map(({ noticeId }) => noticeId);
  expect(idsAt(24.5)).toEqual(['ntc_1', 'ntc_30']);
  expect(idsAt(100)).toEqual(['ntc_30']);
});

test('A night in which no sweep ran is no outage', () => {
  const asleep = noteLooks(unknownHealth, [{ account: 'main', failure: unreachable }], start);
  const morning = start + 8 * 60 * minuteMs;
  const awake = noteLooks(asleep, [{ account: 'main', failure: unreachable }], morning);
  expect(findNews(awake, morning)).toBeUndefined();
  const later = noteLooks(awake, [{ account: 'main', failure: unreachable }], morning + 5 * minuteMs);
  expect(findNews(later, morning + 5 * minuteMs)).toMatchObject({ failing: [['main', { since: morning }]] });
});

test('The address of links has a name that DynamoDB stores and that no account has', () => {
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
  expect(linkAddress.length).toBeGreaterThan(0);
  expect(accountNameSchema.safeParse(linkAddress).success).toBe(false);
});

test('Several accounts share one message, which names three of them', () => {
  const { notices } = watch(3, () => refused, ['a', 'b', 'c', 'd', 'e']);
  expect(notices).toHaveLength(1);
  expect(notices[0]?.[1]).toMatch(
    /^Accounts "a", "b", "c", 2 more can't act\. Links can't close their positions/,
  );
});

test('At most 6 messages are sent in any 12 minutes, whatever the accounts do', () => {
  const failure = fc.constantFrom(undefined, refused, unreachable);
  const minutes = 40;
  fc.assert(
    fc.property(
      fc.array(fc.array(failure, { minLength: 4, maxLength: 4 }), { minLength: minutes, maxLength: minutes }),
      (plan) => {
        const accounts = ['a', 'b', 'c', 'd'];
        const { notices } = watch(
          minutes,
          (account, minute) => plan[minute]?.[accounts.indexOf(account)],
          accounts,
        );
        for (const [from] of notices)
          expect(
            notices.filter(([minute]) => minute >= from && minute < from + 12).length,
          ).toBeLessThanOrEqual(6);
      },
    ),
  );
});

test('Each reported trouble that ends for good is followed by an all-clear', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(undefined, refused, unreachable), { maxLength: 30 }), (plan) => {
      const { health, notices } = watch(60, (_, minute) => plan[minute]);
      expect(health.troubles).toEqual({});
      if (notices.length > 0) expect(notices.at(-1)?.[1]).toBe('Account "main" works again.');
    }),
  );
});
