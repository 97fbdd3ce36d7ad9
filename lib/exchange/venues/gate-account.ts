import type { Exchange as CcxtClient } from 'ccxt';
import { decimal, toAmount } from '../../decimal.ts';
import type { Balance, MarketRules, Permissions } from '../exchange.ts';
import { findRejectReason } from './error-table.ts';
import { gateErrors } from './gate-errors.ts';
import type { Fields } from './lists.ts';
import { parsePositiveAmount } from './parse-amount.ts';
import { createRemembered } from './remembered.ts';
import type { VenueError } from './venue-error.ts';

/** Which account holds the coins of spot orders. Undefined: the key may not read it. */
type AccountKind = 'spot' | 'unified' | undefined;

/**
 * "`classic`: Classic account mode", and three modes of the unified account. The mode of a key says nothing about it: "2 -
 * Legacy unified mode" is the earlier portfolio margin account, and a key of a classic account stays one when its account
 * becomes unified.
 * https://www.gate.com/docs/developers/apiv4/en/#query-mode-of-the-unified-account
 */
function toKind({ mode }: Fields): AccountKind {
  if (typeof mode !== 'string' || mode === '') throw new TypeError('the response has no mode of the account');
  return mode === 'classic' ? 'spot' : 'unified';
}

/**
 * A key without the permission `unified` gets no mode. "Default is `spot`. If the user has a `unified` account, the default is
 * to place orders with the unified account." So an order without `account` is right at any account.
 * https://www.gate.com/docs/developers/apiv4/en/#create-an-order
 */
function toDefault(thrown: unknown): undefined {
  const { venueError } = thrown as { venueError?: VenueError };
  if (venueError === undefined || !gateErrors.errors.isBelieved(venueError.status)) throw thrown;
  const reason = findRejectReason(gateErrors.errors, venueError);
  if (venueError.cause !== undefined || reason === 'clock' || reason === 'rate-limit') throw thrown;
  return undefined;
}

const accountKind = createRemembered<AccountKind>((client) =>
  client.privateUnifiedGetUnifiedMode().then(toKind).catch(toDefault),
);
export const readAccountKind = accountKind.read;
export const forgetAccountKind = accountKind.forgetIfRefused;

/**
 * https://www.gate.com/docs/developers/apiv4/en/#list-spot-trading-accounts
 * https://www.gate.com/docs/developers/apiv4/en/#get-unified-account-information
 */
export async function fetchBalances(client: CcxtClient): Promise<Fields> {
  const isUnified = (await readAccountKind(client)) === 'unified';
  return isUnified ? client.privateUnifiedGetAccounts() : client.privateSpotGetAccounts();
}

function findBalance(response: Fields, currency: string): Fields | undefined {
  if (Array.isArray(response)) return response.find((each) => each.currency === currency);
  if (response.balances !== undefined) return (response.balances as Record<string, Fields>)[currency];
  return response.currency === currency ? response : undefined;
}

export function toBalance(response: Fields, currency: string): Balance {
  const row = findBalance(response, currency);
  const free = parsePositiveAmount(row?.available) ?? '0';
  const locked = parsePositiveAmount(row?.locked ?? row?.freeze) ?? '0';
  return { free, total: parsePositiveAmount(row?.total) ?? toAmount(decimal(free).plus(locked)) };
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
async function fetchCanTrade(client: CcxtClient, rights: readonly unknown[]): Promise<boolean | undefined> {
  const keys: KeyInformation[] = await client.privateAccountGetMainKeys();
  const own = keys.find(({ key }) => client.apiKey.startsWith(String(key).replace(/\*+$/, '')));
  return own?.perms?.some(({ name, read_only }) => rights.includes(name) && read_only !== true);
}

/**
 * https://www.gate.com/docs/developers/apiv4/en/#retrieve-user-account-information
 * https://www.gate.com/docs/developers/apiv4/en/#query-all-main-account-key-information
 * @param rights to trade: "`spot`: spot/margin", "`futures`: perpetual contract". The key needs one of them.
 */
export async function fetchPermissions(client: CcxtClient, rights: readonly string[]): Promise<Permissions> {
  const [detail, canTrade] = await Promise.all([
    client.privateAccountGetDetail() as Promise<Fields>,
    fetchCanTrade(client, rights).catch(() => undefined),
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
