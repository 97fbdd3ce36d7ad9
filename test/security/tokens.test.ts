import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { createTrigger } from '../../functions/trigger.ts';
import { type Link, toLinkId } from '../../lib/link/link.ts';
import { hashToken, isWellFormed, mintToken } from '../../lib/link/token.ts';
import type { Position, State } from '../../lib/position/position.ts';
import type { Services } from '../../lib/services.ts';
import type { Store } from '../../lib/store/store.ts';
import {
  exampleClaim,
  exampleFailure,
  exampleOutcome,
  examplePosition,
  positionIdAt,
} from '../lib/position/example-position.ts';
import { createMemoryStore } from '../simulation/memory-store.ts';
import { Random } from '../simulation/random.ts';
import { navigation } from './header-sets.ts';

/** Junk never reaches the table, only a GET by a person and a POST act, and every response has its headers. */

/** The function over a table that counts every call, and an exchange that can't be reached. */
function newTrigger(table: Store) {
  const calls = { table: 0, exchange: 0 };
  const counted = new Proxy(table, {
    get(target, name, receiver) {
      const value: unknown = Reflect.get(target, name, receiver);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]) => {
        calls.table += 1;
        return value.apply(target, given);
      };
    },
  });
  const services: Services = {
    store: counted,
    exchanges: {
      of: async () => {
        calls.exchange += 1;
        throw new Error('the exchange is not reachable');
      },
    },
    now: Date.now,
    sleep: async () => undefined,
    randomId: () => mintToken().slice(3, 28).toLowerCase(),
  };
  const silent = { event: () => undefined, metrics: () => undefined };
  const environment = { RIPCORD_TABLE: 'none', RIPCORD_ACCOUNTS: 'file:/none' } as const;
  const trigger = createTrigger(environment, () => ({ services, accounts: undefined as never }), silent);
  const send = async (token: string, method: string, headers: Record<string, string> = {}, body?: string) => {
    const event = {
      requestContext: { http: { method, sourceIp: '203.0.113.7' } },
      pathParameters: { token },
      headers,
      ...(body === undefined ? {} : { body }),
    };
    const context = { awsRequestId: 'request' } as Context;
    const answer = await trigger(event as unknown as APIGatewayProxyEventV2, context);
    return { status: answer.statusCode, headers: answer.headers ?? {}, body: answer.body ?? '' };
  };
  return { send, calls };
}

const person = navigation('chromeWindows', 'none');
const { accept, ...personAsProgram } = person;

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Junk of every sort, from no idea of a token at all to a real one that is wrong in one place. */
function malformedFrom(random: Random): string {
  const digit = () => alphabet.charAt(random.between(0, 61));
  const token = mintToken();
  const at = random.between(3, token.length - 1);
  const other = () => {
    for (;;) {
      const candidate = digit();
      if (candidate !== token[at]) return candidate;
    }
  };
  const sorts: (() => string)[] = [
    () => `rc_${Array.from({ length: 49 }, digit).join('')}`,
    () => token.slice(0, at) + other() + token.slice(at + 1),
    () => token.slice(0, at),
    () => token + digit(),
    () => token.slice(3),
    () => token.replace('rc_', random.pick(['RC_', 'rc-', 'rd_', '_rc', ''])),
    () => (token === token.toUpperCase() ? '' : token.toUpperCase()),
    () => ` ${token}`,
    () => `${token}\n`,
    () => `${token}%00`,
    () => `${token}/../${token}`,
    () => encodeURIComponent(`${token}=`),
    () => random.pick(['', '*', '0', 'null', 'undefined', '../../etc/passwd', "' OR 1=1 --", '{"$ne":1}']),
    () => '💥'.repeat(random.between(1, 30)),
    () => digit().repeat(random.between(1, 9_000)),
    () => toLinkId(hashToken(token)),
    () => hashToken(token),
  ];
  return random.pick(sorts)();
}

describe('a malformed token', () => {
  it('is refused 100,000 times without one call to the table', { timeout: 120_000 }, async () => {
    const { send, calls } = newTrigger(createMemoryStore());
    const random = new Random(4);
    const statuses = new Set<number>();
    for (let times = 0; times < 100_000; times += 1) {
      const { status } = await send(malformedFrom(random), random.pick(['GET', 'POST']), {
        ...(random.chance(0.5) ? personAsProgram : {}),
      });
      statuses.add(status ?? 0);
    }
    expect([...statuses]).toEqual([404]);
    expect(calls).toEqual({ table: 0, exchange: 0 });
    // The counter works: a well-formed token is counted.
    await send(mintToken(), 'POST');
    expect(calls).toEqual({ table: 1, exchange: 0 });
  });

  it('is recognized by its checksum, whichever character is wrong', () => {
    const token = mintToken();
    for (let at = 3; at < token.length; at += 1)
      for (const digit of alphabet)
        expect(isWellFormed(token.slice(0, at) + digit + token.slice(at + 1))).toBe(digit === token[at]);
  });
});

const past = '2020-01-01T00:00:00.000Z';

/** What can be true of a link, and whether it may fire then. */
const linkStates: Record<string, { over: Partial<Link>; byGet: boolean; byPost: boolean }> = {
  armed: { over: {}, byGet: true, byPost: true },
  'armed, and keeps': { over: { action: 'keep' }, byGet: true, byPost: true },
  'armed for a part, once': { over: { percent: 50, maxUses: 1 }, byGet: true, byPost: true },
  'armed for a part, twice': { over: { percent: 50, maxUses: 2 }, byGet: false, byPost: true },
  'to be confirmed': { over: { confirm: true }, byGet: false, byPost: true },
  'for POST only': { over: { methods: 'post-only' }, byGet: false, byPost: true },
  'from this address': { over: { sources: ['203.0.113.0/24'] }, byGet: true, byPost: true },
  'from elsewhere': { over: { sources: 'tradingview' }, byGet: false, byPost: false },
  expired: { over: { expiresAt: past }, byGet: false, byPost: false },
  revoked: { over: { revokedAt: past }, byGet: false, byPost: false },
  'used up': { over: { maxUses: 1 }, byGet: false, byPost: false },
  unknown: { over: {}, byGet: false, byPost: false },
};

const farAway = Date.now() + 3_600_000;
const positionStates: { [Name in State | 'gone']: Partial<Position> } = {
  open: {},
  claimed: { claim: { ...exampleClaim, leaseExpiresAt: farAway } },
  closed: { outcome: exampleOutcome },
  canceled: { outcome: { ...exampleOutcome, outcome: 'canceled' } },
  kept: { outcome: { ...exampleOutcome, outcome: 'kept', action: 'keep' } },
  failed: { failure: { ...exampleFailure, at: past } },
  'needs-attention': { attentionReason: 'Needs manual review.' },
  gone: {},
};
const claimable: Record<string, string[]> = { close: ['open', 'kept', 'failed'], keep: ['open', 'failed'] };

interface Way {
  name: string;
  method: string;
  headers?: Record<string, string>;
  body?: string;
  acts?: 'byGet' | 'byPost';
}
const override = { 'x-http-method-override': 'POST', 'x-method-override': 'POST', 'x-http-method': 'POST' };
const ways: Way[] = [
  { name: 'GET by a person', method: 'GET', headers: personAsProgram, acts: 'byGet' },
  { name: 'GET by a person, for a page', method: 'GET', headers: person, acts: 'byGet' },
  { name: 'POST', method: 'POST', acts: 'byPost' },
  { name: 'POST for a page', method: 'POST', headers: { accept: 'text/html' }, acts: 'byPost' },
  { name: 'POST with a body', method: 'POST', body: '{}' },
  { name: 'GET by a program', method: 'GET', headers: { 'user-agent': 'curl/8.7.1' } },
  { name: 'GET that would be a POST', method: 'GET', headers: override },
  ...[
    ...['HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'CONNECT', 'PROPFIND', 'SEARCH', 'PURGE'],
    ...['get', 'post', 'Post', 'POST ', 'GETPOST', ''],
  ].map((method) => ({ name: `"${method}"`, method, headers: person })),
];

const safety = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'x-robots-tag': 'noindex, nofollow',
  'x-content-type-options': 'nosniff',
  'strict-transport-security': 'max-age=31536000',
  'content-type': expect.stringMatching(/^(text\/html|application\/json); charset=utf-8$/),
};

describe.each(Object.entries(linkStates))('a link that is %s', (name, { over, byGet, byPost }) => {
  it.each(Object.entries(positionStates))(
    'acts only if it may at a position that is %s',
    async (state, position) => {
      for (const [index, way] of ways.entries()) {
        const table = createMemoryStore();
        const { send, calls } = newTrigger(table);
        const token = mintToken();
        const tokenHash = hashToken(token);
        const linkId = toLinkId(tokenHash);
        const positionId = positionIdAt(index);
        if (state !== 'gone')
          await table.createPosition({
            ...examplePosition,
            ...position,
            positionId,
            state: state as State,
            uses: name === 'used up' ? { [linkId]: 1 } : {},
          } as Position);
        const link: Link = {
          linkId,
          tokenHash,
          positionId,
          action: 'close',
          confirm: false,
          methods: 'any',
          sources: 'any',
          createdAt: past,
          ...over,
        };
        if (name !== 'unknown') await table.createLink(link);
        for (const paused of [true, false]) {
          await table.setPaused(paused);
          const before = JSON.stringify(table.positions());
          calls.exchange = 0;
          const answer = await send(token, way.method, way.headers, way.body);
          const allowed = way.acts !== undefined && { byGet, byPost }[way.acts];
          const acts = allowed && !paused && (claimable[link.action] ?? []).includes(state);
          expect(calls.exchange, `${way.name}, paused: ${paused}`).toBe(acts ? 1 : 0);
          if (!acts) expect(JSON.stringify(table.positions())).toBe(before);
          expect(answer.headers).toMatchObject(safety);
          expect(answer.body).not.toContain(token.slice(3, 20));
          expect(answer.body).not.toMatch(/\bhref=|\bsrc=|<script|url\(|@import/);
        }
      }
    },
  );
});

it('The trigger sends its security headers even if everything else is broken', async () => {
  const broken = new Proxy(createMemoryStore(), {
    get: () => () => Promise.reject(new Error('secret-of-the-owner')),
  });
  const { send } = newTrigger(broken);
  for (const headers of [{}, person]) {
    const answer = await send(mintToken(), 'POST', headers);
    expect(answer).toMatchObject({ status: 500, headers: safety });
    expect(answer.body).not.toContain('secret-of-the-owner');
  }
});
