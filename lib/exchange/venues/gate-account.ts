import type { Exchange as CcxtClient } from 'ccxt';
import { decimal, toAmount } from '../../decimal.ts';
import type { Balance, MarketRules, Permissions } from '../exchange.ts';
import { gateErrors } from './gate-errors.ts';
import type { Fields } from './lists.ts';
import { parsePositiveAmount } from './parse-amount.ts';
import { isUnknownRequest, type VenueError } from './venue-error.ts';

/** Which account holds the coins of spot orders. Undefined: the key may not read it. */
type AccountKind = 'spot' | 'unified' | undefined;

const kinds = new WeakMap<CcxtClient, { at: number; kind: Promise<AccountKind> }>();

/** The owner changes the kind of an account rarely. */
const kindMs = 10 * 60_000;

/** "Mode: 1 - Classic mode, 2 - Legacy unified mode". https://www.gate.com/docs/developers/apiv4/en/#retrieve-user-account-information */
function toKind({ key }: { key?: Fields }): AccountKind {
  const mode = Number(key?.mode);
  if (mode !== 1 && mode !== 2) throw new TypeError('the response has no mode of the key');
  return mode === 1 ? 'spot' : 'unified';
}

/** A key without the permission `account` gets no mode. Gate's default for an order without `account` then counts. */
function toDefault(thrown: unknown): undefined {
  const { venueError } = thrown as { venueError?: VenueError };
  if (venueError === undefined) throw thrown;
  const isForbidden = venueError.code === 'FORBIDDEN' && gateErrors.errors.isBelieved(venueError.status);
  if (!isForbidden && !isUnknownRequest(venueError)) throw thrown;
  return undefined;
}

export function readAccountKind(client: CcxtClient): Promise<AccountKind> {
  const known = kinds.get(client);
  const now = client.milliseconds();
  if (known !== undefined && now - known.at < kindMs) return known.kind;
  const kind: Promise<AccountKind> = client.privateAccountGetDetail().then(toKind).catch(toDefault);
  kinds.set(client, { at: now, kind });
  kind.catch(() => kinds.delete(client));
  return kind;
}

/** After a refused order: the owner may have changed the kind of the account. */
export function forgetAccountKind(client: CcxtClient): void {
  kinds.delete(client);
}

/**
 * https://www.gate.com/docs/developers/apiv4/en/#list-spot-trading-accounts
 * https://www.gate.com/docs/developers/apiv4/en/#get-unified-account-information
 */
export async function fetchBalances(client: CcxtClient): Promise<Fields> {
  const isUnified = (await readAccountKind(client)) === 'unified';
  return isUnified ? client.privateUnifiedGetAccounts() : client.privateSpotGetAccounts();
}

export function toBalance(response: Fields, currency: string): Balance {
  const row: Fields | undefined = Array.isArray(response)
    ? response.find((each) => each.currency === currency)
    : (response.balances as Record<string, Fields>)[currency];
  const free = parsePositiveAmount(row?.available) ?? '0';
  const locked = parsePositiveAmount(row?.locked ?? row?.freeze) ?? '0';
  return { free, total: toAmount(decimal(free).plus(locked)) };
}

/** With a discount, the fee is paid in GT. https://www.gate.com/docs/developers/apiv4/en/#query-personal-trading-fees */
export async function fetchTakerRate(client: CcxtClient, { id }: MarketRules): Promise<string> {
  const { taker_fee, gt_discount, gt_taker_fee } = await client.privateWalletGetFee({ currency_pair: id });
  return toAmount(decimal(String(gt_discount === true ? gt_taker_fee : taker_fee)));
}

interface KeyInformation extends Fields {
  perms?: Fields[];
}

/** Gate lists the keys of a main account with only the beginning of each. It does not list the right to withdraw. */
async function fetchCanTrade(client: CcxtClient): Promise<boolean | undefined> {
  const keys: KeyInformation[] = await client.privateAccountGetMainKeys();
  const own = keys.find(({ key }) => client.apiKey.startsWith(String(key).replace(/\*+$/, '')));
  return own?.perms?.some(({ name, read_only }) => name === 'spot' && read_only !== true);
}

/**
 * https://www.gate.com/docs/developers/apiv4/en/#retrieve-user-account-information
 * https://www.gate.com/docs/developers/apiv4/en/#query-all-main-account-key-information
 */
export async function fetchPermissions(client: CcxtClient): Promise<Permissions> {
  const [detail, canTrade] = await Promise.all([
    client.privateAccountGetDetail() as Promise<Fields>,
    fetchCanTrade(client).catch(() => undefined),
  ]);
  const { ip_whitelist, user_id } = detail;
  const allowedAddresses = Array.isArray(ip_whitelist) ? ip_whitelist.map(String) : [];
  return {
    canTrade,
    canWithdraw: undefined,
    ipRestricted: allowedAddresses.length > 0,
    ...(allowedAddresses.length > 0 ? { allowedAddresses } : {}),
    ...(user_id === undefined ? {} : { accountId: String(user_id) }),
  };
}
