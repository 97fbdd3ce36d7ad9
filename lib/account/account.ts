import { z } from 'zod';
import { safeUrlSchema } from '../safe-url.ts';

export const accountNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'expected 1 to 64 letters, digits, - or _, such as "main"');

/** The venues that Ripcord speaks, by ccxt's name. */
export const exchangeIdSchema = z.enum(['binance', 'binanceusdm', 'bybit']);
export type ExchangeId = z.infer<typeof exchangeIdSchema>;

/** One account's credentials: an SSM SecureString on AWS, an entry of accounts.json locally. */
export const accountSchema = z.strictObject({
  exchange: exchangeIdSchema,
  apiKey: z.string().min(1),
  secret: z.string().min(1),
  password: z.string().min(1).optional(),
  /** The venue's own test network. */
  sandbox: z.boolean().optional(),
  /** Replaces scheme and host of every URL of the exchange: regional hosts, proxies, test servers. */
  baseUrl: z.url({ protocol: /^https?$/ }).optional(),
  /** Handed to ccxt's `options` as they are. */
  options: z.record(z.string(), z.unknown()).optional(),
});
export type Account = z.infer<typeof accountSchema>;

/** One to be added: what is stored already goes on being read. */
export const newAccountSchema = accountSchema.extend({ baseUrl: safeUrlSchema.optional() });

/** The port to where credentials are kept. Throws `account-not-found`, or `accounts-unreadable` with where and why. */
export interface Accounts {
  /** `fresh` goes past what is cached: keys may have been rotated. */
  read(name: string, options?: { fresh?: boolean }): Promise<Account>;
  /** Names with their exchanges, never a secret. */
  list(): Promise<{ name: string; exchange: string }[]>;
  /** Adds or replaces. */
  write(name: string, account: Account): Promise<void>;
  remove(name: string): Promise<void>;
}
