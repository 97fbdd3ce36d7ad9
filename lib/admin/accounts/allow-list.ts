import { isGeneric, type ParentExchangeId, toParent, type VenueId } from '../../account/account.ts';
import { exchangeName } from '../../exchange/exchange-name.ts';

/** What is known of a key's allow-list, and of the addresses that its account uses. */
export interface AllowList {
  exchange: VenueId;
  /** The stack's fixed addresses, if the account uses them. */
  addresses: readonly string[];
  /** Those of them through which the exchange refused the key. */
  refused: readonly string[];
  /** Those through which no response came, although one came through another. */
  silent: readonly string[];
  ipRestricted: boolean | undefined;
  /** As the exchange lists them; undefined if it does not. */
  allowed: readonly string[] | undefined;
}

/** Where the allow-list of a key is. */
const places: Readonly<Record<ParentExchangeId, string>> = {
  binance: 'API Management, Edit restrictions, "Restrict access to trusted IPs only"',
  binanceusdm: 'API Management, Edit restrictions, "Restrict access to trusted IPs only"',
  bybit: 'API Management, Edit, "Only IPs with permissions granted are allowed to access the OpenAPI"',
  okx: 'API, Edit, "IP address"',
  kucoin: 'API Management, Edit, IP whitelist',
  bitget: 'API key management, Edit, "IP address"',
  gate: 'API Management, APIv4 Keys, Edit, "IP whitelist"',
  kraken: 'Settings, API, the key, "IP restriction"',
  coinbase: 'Coinbase Developer Platform, API keys, Manage, IP allowlist',
};

/** KuCoin lists an address as `203.**.154`. */
function isListedAs(listed: string, address: string): boolean {
  if (!listed.includes('*')) return listed === address;
  const [start = '', end = ''] = listed.split(/\*+/);
  return address.startsWith(start) && address.endsWith(end);
}

/** @returns what to paste where; nothing if the key allows the addresses and no others. */
export function toAllowListWarnings({
  exchange,
  addresses,
  refused,
  silent,
  ipRestricted,
  allowed = [],
}: AllowList): string[] {
  if (addresses.length === 0) return [];
  const place = isGeneric(exchange) ? 'the settings of the API key' : places[toParent(exchange)];
  const paste = `At ${exchangeName(exchange)} under ${place}, enter: ${addresses.join(', ')}`;
  const others = allowed.filter((each) => !addresses.some((address) => isListedAs(each, address)));
  return [
    ...(refused.length > 0
      ? [`${exchangeName(exchange)} refuses the key from ${refused.join(' and ')}. ${paste}`]
      : []),
    ...(silent.length > 0
      ? [`No response came through ${silent.join(' and ')}: see docs/operations/fixed-addresses.md.`]
      : []),
    ...(ipRestricted === false ? [`The key is bound to no address. ${paste}`] : []),
    ...(others.length > 0
      ? [
          `The key also works from ${others.join(', ')}. Remove the addresses that are not yours from its list.`,
        ]
      : []),
  ];
}
