import { z } from 'zod';

const dayMs = 24 * 60 * 60_000;

/** How many days ahead the owner is notified. */
const noticeDays = [14, 3, 1] as const;

/** @returns the shortest notice that has begun, in days; undefined if the key lasts longer. */
export function findNoticeDays(expiresAt: number, now: number): number | undefined {
  return noticeDays.findLast((days) => expiresAt - now <= days * dayMs);
}

/** @returns such as `expires on 2026-12-03, in 3 days`. */
export function describeExpiry(expiresAt: number, now: number): string {
  const date = new Date(expiresAt).toISOString().slice(0, 10);
  const days = Math.ceil((expiresAt - now) / dayMs);
  if (days <= 0) return `expired on ${date}`;
  return `expires on ${date}, ${days === 1 ? 'within a day' : `in ${days} days`}`;
}

const expirySchema = z.object({
  /** Epoch milliseconds. */
  expiresAt: z.number(),
  /** The shortest notice that its owner got, in days. */
  notifiedDays: z.number().optional(),
});

/** By account name; an account whose key lasts, or is not known to end, has none. */
export const expiriesSchema = z.record(z.string(), expirySchema);
export type Expiries = z.infer<typeof expiriesSchema>;

/** What a look showed of a key. */
interface KeyLook {
  account: string;
  failure?: object | undefined;
  expiresAt?: number | undefined;
}

/** Bybit may report whole days only, from which the time shifts by the hour. */
const sameKeyMs = 2 * dayMs;

/**
 * @returns the expiries after looks at accounts.
 * @param kept names of accounts that were not looked at; others are forgotten.
 */
export function noteExpiries(known: Expiries, looks: KeyLook[], kept: string[]): Expiries {
  return Object.fromEntries([
    ...Object.entries(known).filter(([account]) => kept.includes(account)),
    ...looks.flatMap(({ account, failure, expiresAt }): [string, Expiries[string]][] => {
      const before = Object.hasOwn(known, account) ? known[account] : undefined;
      if (failure !== undefined) return before === undefined ? [] : [[account, before]];
      if (expiresAt === undefined) return [];
      const isSame = before !== undefined && Math.abs(before.expiresAt - expiresAt) < sameKeyMs;
      return [[account, { ...(isSame ? before : {}), expiresAt }]];
    }),
  ]);
}

/** @returns the accounts whose owner is to be notified now. */
export function findExpiring(expiries: Expiries, now: number): [account: string, expiresAt: number][] {
  return Object.entries(expiries).flatMap(
    ([account, { expiresAt, notifiedDays = Number.POSITIVE_INFINITY }]) =>
      (findNoticeDays(expiresAt, now) ?? notifiedDays) < notifiedDays ? [[account, expiresAt]] : [],
  );
}

/** @returns the expiries once a notice about these accounts is stored with them. */
export function noteExpiring(expiries: Expiries, accounts: string[], now: number): Expiries {
  return Object.fromEntries(
    Object.entries(expiries).map(([account, expiry]) => {
      const notifiedDays = findNoticeDays(expiry.expiresAt, now);
      const isNotified = accounts.includes(account) && notifiedDays !== undefined;
      return [account, isNotified ? { ...expiry, notifiedDays } : expiry];
    }),
  );
}
