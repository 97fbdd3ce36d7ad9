import { z } from 'zod';
import { troubleCauses } from '../exchange/trouble-cause.ts';
import { type Notice, noticeLifeMs, noticeSchema } from '../position/notice.ts';
import { haltSchema } from './halt.ts';
import { expiriesSchema, findExpiring, noteExpiries, noteExpiring } from './key-expiry.ts';
import { refusalsSchema } from './refusals.ts';

/** Why an account can't act. */
const troubleSchema = z.object({
  /** Code of a fault. */
  code: z.string(),
  /** A sentence without secrets. */
  why: z.string(),
  /** What the owner can change, if the exchange reported it. */
  cause: z.enum(troubleCauses).optional(),
  /** When the first failed look was made, epoch milliseconds. */
  since: z.number(),
  /** How many looks in a row failed with this code. */
  looks: z.number(),
  /** When its owner was last notified, epoch milliseconds. */
  notifiedAt: z.number().optional(),
  /** When a look worked again. The entry stays until its owner is notified of it. */
  endedAt: z.number().optional(),
});
export type Trouble = z.infer<typeof troubleSchema>;

/** What the sweep knows about accounts, the links' address and fixed addresses: one item of the table. */
export const accountHealthSchema = z.object({
  revision: z.number(),
  /** When the accounts were last checked, epoch milliseconds. */
  lookedAt: z.number(),
  /** When the accounts without an open position were last looked at, epoch milliseconds. */
  idleLookedAt: z.number().optional(),
  /** When its owner was last notified, epoch milliseconds. */
  notifiedAt: z.number().optional(),
  /** By account name; an account without trouble has none. */
  troubles: z.record(z.string(), troubleSchema),
  expiries: expiriesSchema.default({}),
  /** While links are halted, and until the first sweep after that. */
  halt: haltSchema.optional(),
  refusals: refusalsSchema.optional(),
  /** When refused hits were last read, epoch milliseconds. It is stored with the next look. */
  refusalsReadAt: z.number().optional(),
  notices: z.array(noticeSchema),
});
export type AccountHealth = z.infer<typeof accountHealthSchema>;

export const unknownHealth: AccountHealth = {
  revision: 0,
  lookedAt: 0,
  troubles: {},
  expiries: {},
  notices: [],
};

/**
 * Stands for what links start with, among the names of accounts. DynamoDB stores no empty name.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
 */
export const linkAddress = '@links';

const egressPrefix = '@egress ';

/** @returns what stands for a fixed address among the names of accounts. */
export function egressName(address: string): string {
  return `${egressPrefix}${address}`;
}

/** @returns the fixed address that a name stands for. */
export function parseEgressName(name: string): string | undefined {
  return name.startsWith(egressPrefix) ? name.slice(egressPrefix.length) : undefined;
}

/** What one signed request to the exchange showed, one request to a link, or one tunnel through a fixed address. */
export interface Look {
  account: string;
  failure?: Pick<Trouble, 'code' | 'why' | 'cause'> | undefined;
  /** When the key ends, epoch milliseconds. */
  expiresAt?: number | undefined;
}

const minuteMs = 60_000;
/** How often the sweep looks while accounts have open positions, and while none has. */
const lookEveryMs = { open: 3 * minuteMs, idle: 5 * minuteMs };
const idleAccountsEveryMs = 6 * 60 * minuteMs;
/** An outage that is shorter needs nothing from the owner. A refused key does not become valid by itself. */
const toleratedMs = 5 * minuteMs;
const outages = new Set(['exchange-unreachable', 'accounts-unreadable', 'egress-unreachable']);
const pauseMs = 10 * minuteMs;
/** What fails and works in turn has not ended. */
const steadyMs = 3 * minuteMs;
/** A single refusal may be the exchange's mistake. */
const requiredLooks = 2;
const remindEveryMs = 24 * 60 * minuteMs;
/** Several accounts that fail in turn cause one message in this time. */
const quietMs = 2 * minuteMs;
/** Runs start a few milliseconds early or late. */
const earlyMs = 5_000;

/** @returns whether the sweep has to look now: every 3 minutes, 5 without an open position, and every minute in trouble. */
export function isLookDue(
  { lookedAt, troubles }: AccountHealth,
  now: number,
  use: keyof typeof lookEveryMs = 'open',
): boolean {
  const everyMs = Object.keys(troubles).length > 0 ? minuteMs : lookEveryMs[use];
  return now - lookedAt >= everyMs - earlyMs;
}

/** @returns whether accounts without an open position have to be looked at: every 6 hours, and before a notice of a key. */
export function isIdleLookDue({ idleLookedAt = 0, expiries }: AccountHealth, now: number): boolean {
  return now - idleLookedAt >= idleAccountsEveryMs - earlyMs || findExpiring(expiries, now).length > 0;
}

/**
 * @param looks at each account with an open position. The troubles of other accounts are forgotten.
 * @param idle looks at each other stored account, at its key only; undefined if there were none now.
 * @returns the health after the looks.
 */
export function noteLooks(
  health: AccountHealth,
  looks: Look[],
  now: number,
  idle: Look[] | undefined = undefined,
): AccountHealth {
  // A machine that slept knows nothing of what was in between.
  const hasPaused = now - health.lookedAt >= pauseMs;
  const troubles = looks.flatMap(({ account, failure }) => {
    const stored = Object.hasOwn(health.troubles, account) ? health.troubles[account] : undefined;
    const known = hasPaused && stored?.notifiedAt === undefined ? undefined : stored;
    const trouble = failure === undefined ? endTrouble(known, now) : toTrouble(known, failure, now);
    return trouble === undefined ? [] : [[account, trouble] as const];
  });
  const looked = new Set(looks.map(({ account }) => account));
  const kept = idle === undefined ? Object.keys(health.expiries).filter((name) => !looked.has(name)) : [];
  const expiries = noteExpiries(health.expiries, [...looks, ...(idle ?? [])], kept);
  const notices = dropExpired(health.notices, now);
  const idleLookedAt = idle === undefined ? health.idleLookedAt : now;
  return {
    ...health,
    notices,
    lookedAt: now,
    idleLookedAt,
    troubles: Object.fromEntries(troubles),
    expiries,
  };
}

/** A write costs by the size of the item. The last notice stays, as the last delivery of each channel. */
function dropExpired(notices: Notice[], now: number): Notice[] {
  return notices.filter((notice) => notice === notices.at(-1) || now - notice.at < noticeLifeMs);
}

/** A trouble that its owner never heard of ends without a message. */
function endTrouble(known: Trouble | undefined, now: number): Trouble | undefined {
  return known?.notifiedAt === undefined ? undefined : { ...known, endedAt: known.endedAt ?? now };
}

function toTrouble(known: Trouble | undefined, failure: NonNullable<Look['failure']>, now: number): Trouble {
  if (known === undefined) return { ...failure, since: now, looks: 1 };
  const { endedAt: _, cause: __, ...before } = known;
  return { ...before, ...failure, looks: known.code === failure.code ? known.looks + 1 : 1 };
}

/** What the owner is to be notified of now. */
export interface News {
  failing: [account: string, trouble: Trouble][];
  working: string[];
  /** Keys that end soon. */
  expiring: [account: string, expiresAt: number][];
}

/** @returns undefined if there is nothing to notify of, or if the last message is too recent. */
export function findNews(
  { troubles, expiries, notifiedAt = 0 }: AccountHealth,
  now: number,
): News | undefined {
  if (now - notifiedAt < quietMs - earlyMs) return undefined;
  const entries = Object.entries(troubles);
  const failing = entries.filter(([, trouble]) => isDue(trouble, now));
  const isSteady = ({ endedAt = now }: Trouble) => now - endedAt >= steadyMs - earlyMs;
  const working = entries.flatMap(([account, trouble]) => (isSteady(trouble) ? account : []));
  const expiring = findExpiring(expiries, now);
  return failing.length + working.length + expiring.length > 0 ? { failing, working, expiring } : undefined;
}

function isDue({ code, since, looks, notifiedAt, endedAt }: Trouble, now: number): boolean {
  if (endedAt !== undefined) return false;
  if (notifiedAt !== undefined) return now - notifiedAt >= remindEveryMs;
  return now - since >= toleratedMs - earlyMs || (!outages.has(code) && looks >= requiredLooks);
}

/** @returns the health once a notice about the news is stored with it. */
export function noteNews(health: AccountHealth, news: News, now: number): AccountHealth {
  const { failing, working, expiring } = news;
  const left = Object.entries(health.troubles).filter(([account]) => !working.includes(account));
  const troubles = Object.fromEntries(left);
  for (const [account, trouble] of failing) troubles[account] = { ...trouble, notifiedAt: now };
  const accounts = expiring.map(([account]) => account);
  const expiries = noteExpiring(health.expiries, accounts, now);
  return { ...health, troubles, expiries, notifiedAt: now };
}
