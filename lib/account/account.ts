import { z } from 'zod';
import { Fault, toFault } from '../fault.ts';
import { expectedSafeUrl, safeUrlSchema } from '../safe-url.ts';
import { credentialSchema, passwordSchema } from './credential.ts';
import { atMostOnce, type GenericId, genericIds, isGeneric } from './generic-id.ts';
import { type RegionalExchangeId, toParent } from './parent-exchange.ts';
import { findTestOnly, isTestOnly, type TestOnlyId } from './test-only.ts';

export { atMostOnce, isGeneric, isTestOnly, toParent };

export const accountNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'expected 1 to 64 letters, digits, - or _, such as "main"');

/** The proven exchanges, by ccxt's name. */
export const exchangeIdSchema = z.enum([
  'binance',
  'binanceusdm',
  'binanceus',
  'bybit',
  'bybiteu',
  'bybitid',
  'okx',
  'myokx',
  'okxus',
  'kucoin',
  'bitget',
  'gate',
  'gateeu',
  'kraken',
  'coinbase',
]);
export type ExchangeId = z.infer<typeof exchangeIdSchema>;

/** An exchange that is not of one region only. */
export type ParentExchangeId = Exclude<ExchangeId, RegionalExchangeId>;

/** Every exchange that an account can be of. */
export const venueIdSchema = z.enum([...exchangeIdSchema.options, ...genericIds]);
export type VenueId = ExchangeId | GenericId;

/** What a table by exchange has its rows by: all exchanges of the generic mode share one. */
export type VenueKey = ExchangeId | 'generic';

export function toVenueKey(exchange: VenueId): VenueKey {
  return isGeneric(exchange) ? 'generic' : exchange;
}

/** The exchanges whose keys have a password, which they call a passphrase. Without it, no request can be signed. */
const passwordExchanges: ReadonlySet<string> = new Set<ParentExchangeId>(['okx', 'kucoin', 'bitget']);

export function requiresPassword(exchange: string): boolean {
  const { data: id } = exchangeIdSchema.safeParse(exchange);
  return id !== undefined && passwordExchanges.has(toParent(id));
}

/** The most addresses of an account: a third would cost time that a hit does not have. */
const maxEgressProxies = 2;

const expectedProxy =
  'expected a proxy such as "https://user:password@proxy.example.org:8443", without a path';

/** A proxy of the owner's own. Its user and password are percent-encoded, as in any URL. */
export const proxyUrlSchema = z
  .url({ protocol: /^https?$/, error: expectedProxy, abort: true })
  .refine((given) => {
    const { pathname, search, hash, username, password } = new URL(given);
    return pathname === '/' && search + hash === '' && isPercentEncoded(username + password);
  }, expectedProxy);

function isPercentEncoded(text: string): boolean {
  try {
    // A line break would end the header that carries them.
    return !/[\r\n]/.test(decodeURIComponent(text));
  } catch {
    return false;
  }
}

/** Through which addresses an account's requests leave: the stack's proxies, or proxies of the owner's own. */
const egressSchema = z.union([z.literal('stack'), z.array(proxyUrlSchema).min(1).max(maxEgressProxies)]);

const egressMeaning =
  'Sends every request through fixed addresses: `"stack"`, or a list of 1 or 2 proxy URLs.';

const baseUrlMeaning =
  'Replaces scheme and host of every URL of the exchange, for a regional host, a proxy or a test server.';

const exchangeMeaning =
  'The exchange. `binanceusdm` is Binance USD-M futures. Some regions have an exchange of their own: `binanceus`; `bybiteu` and `bybitid`; `myokx` in the EEA, `okxus` in the US and Australia; `gateeu`.';

/** One account's credentials: an SSM SecureString on AWS, an entry of accounts.json locally. */
export const accountSchema = z.strictObject({
  exchange: venueIdSchema.describe(exchangeMeaning),
  apiKey: credentialSchema.describe('API key.'),
  secret: credentialSchema.describe('Secret of the API key, or a private key as PEM.'),
  password: passwordSchema
    .describe('Password of the API key, which OKX, KuCoin and Bitget require and call a passphrase.')
    .optional(),
  uid: credentialSchema.describe('User id, which a few exchanges of the generic mode require.').optional(),
  generic: z
    .literal(true)
    .describe(
      'Accepts that this exchange is at most once, not proven. Required for each such exchange, and only for them.',
    )
    .optional(),
  sandbox: z.boolean().describe("Uses the exchange's own test network.").optional(),
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .describe(baseUrlMeaning)
    .optional(),
  options: z.record(z.string(), z.unknown()).describe("Passed to ccxt's `options` unchanged.").optional(),
  egress: egressSchema.describe(egressMeaning).optional(),
  accountId: z
    .string()
    .max(64)
    .describe("The exchange's own id of the account. Ripcord reads it when it checks the key.")
    .optional(),
});
export type Account = z.infer<typeof accountSchema>;

/** An account, also one that is for `venues verify` only. */
export type StoredAccount = Omit<Account, 'exchange'> & { exchange: VenueId | TestOnlyId };

/** An account to be added. It is stricter than `accountSchema`, so that accounts stored earlier stay readable. */
export const newAccountSchema = accountSchema.extend({
  /** Any word, so that an exchange which Ripcord refuses is refused with its reason. */
  exchange: z.string().trim().min(1).describe(exchangeMeaning),
  baseUrl: z
    .union([z.literal('none'), safeUrlSchema], { error: expectedSafeUrl })
    .describe(`${baseUrlMeaning} \`none\` removes it from an account that has one.`)
    .optional(),
  egress: z
    .union([z.literal('none'), ...egressSchema.options])
    .describe(`${egressMeaning} \`"none"\` removes them from an account that has them.`)
    .optional(),
});
export type NewAccount = z.infer<typeof newAccountSchema>;

/** @returns the account with the new fields. What they don't name stays, and `none` removes a field. */
export function toAccount(
  kept: Partial<Account>,
  { baseUrl, egress, ...given }: NewAccount & Pick<Account, 'exchange'>,
): Account {
  const { baseUrl: keptUrl, egress: keptEgress, ...others } = kept;
  const [url, through] = [baseUrl ?? keptUrl, egress ?? keptEgress];
  return {
    ...{ ...others, ...given },
    ...(url !== undefined && url !== 'none' && { baseUrl: url }),
    ...(through !== undefined && through !== 'none' && { egress: through }),
  };
}

/** An account without its credentials, or why what is stored under its name can't be used. */
export interface AccountSummary {
  name: string;
  exchange?: VenueId;
  /** The owner has accepted that its closes are at most once, not proven. */
  generic?: true;
  egress?: 'stack';
  problem?: string;
  /** The exchange of an account that is for `venues verify` only. */
  testOnly?: TestOnlyId;
}

/**
 * The port to the stored credentials. Every method may throw `accounts-unreadable`, which passes, and `accounts-denied`,
 * which does not.
 */
export interface Accounts {
  /**
   * Throws `account-not-found` and `account-invalid`. `fresh` bypasses the cache, because keys may have been rotated.
   * Without it, an account that is known and can't be read at the moment is returned as it was: the exchange refuses a
   * key that is no longer valid, and it is read again then.
   */
  read(name: string, options?: { fresh?: boolean }): Promise<Account>;
  /** Reads what is stored, without the cache and unparsed: an account for `venues verify` only is none for `read`. */
  readRaw(name: string): Promise<unknown>;
  list(): Promise<AccountSummary[]>;
  /** Adds or replaces. */
  write(name: string, account: StoredAccount): Promise<void>;
  /** Throws `account-not-found`. */
  remove(name: string): Promise<void>;
}

export function accountNotFound(name: string): Fault {
  return new Fault('account-not-found', `There is no account "${name}".`, {
    hint: { text: 'Add it, for example:', command: `accounts add ${name} --exchange binance` },
  });
}

/** One wrong account must not hide the others. */
export function toSummary(name: string, place: string, stored: unknown): AccountSummary {
  const testOnly = findTestOnly(stored);
  if (testOnly !== undefined) return { name, testOnly };
  try {
    const { exchange, generic, egress } = parseAccount(name, place, stored);
    return { name, exchange, ...(generic && { generic }), ...(egress === 'stack' && { egress }) };
  } catch (thrown) {
    return { name, problem: toFault(thrown).message };
  }
}

/**
 * Parses what is stored as one account. Throws `account-invalid`, which quotes no secret, also for an account that is for
 * `venues verify` only.
 * @param place where it is stored, as the start of a sentence.
 */
export function parseAccount(name: string, place: string, stored: unknown): Account {
  const testOnly = findTestOnly(stored);
  if (testOnly !== undefined) throw verifiesOnly(name, testOnly);
  const parsed = accountSchema.safeParse(stored);
  if (parsed.success) return requireOptIn(place, parsed.data);
  // The names of unexpected keys may be pasted text.
  const flaw = parsed.error.issues.find(({ code, path }) => code !== 'unrecognized_keys' && path.length > 0);
  const why = flaw === undefined ? '' : ` (${flaw.path.join('.')}: ${flaw.message})`;
  throw new Fault('account-invalid', `${place} does not contain a valid account${why}.`, {
    hint: {
      text: 'Store it again, for example:',
      command: `accounts add ${name} --exchange binance --replace`,
    },
  });
}

function verifiesOnly(name: string, exchange: TestOnlyId): Fault {
  return new Fault(
    'account-invalid',
    `Account "${name}" is on ${exchange}, where Ripcord does not trade. Only "ripcord venues verify" uses it. Nothing was sent.`,
    { hint: { text: 'To test what is not proven there:', command: `venues verify ${name}` } },
  );
}

/** Without it, an exchange that is not proven would be used like a proven one. */
function requireOptIn(place: string, account: Account): Account {
  const { exchange, generic = false } = account;
  if (generic === isGeneric(exchange)) return account;
  const [what, text] = generic
    ? [
        `a generic account, but ${exchange} is proven`,
        'Remove "generic" from it, or store it again without it.',
      ]
    : [
        `${exchange}, which is at most once, not proven`,
        'Add "generic": true to accept that, or store it again with it.',
      ];
  throw new Fault('account-invalid', `${place} is ${what}. Nothing was sent.`, { hint: { text } });
}
