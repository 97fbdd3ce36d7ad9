import type { Exchange as CcxtClient } from 'ccxt';
import type { Permissions } from '../exchange.ts';
import type { Fields } from './bybit-requests.ts';

const dayMs = 86_400_000;

/** https://bybit-exchange.github.io/docs/v5/user/apikey-info */
export async function fetchPermissions(client: CcxtClient): Promise<Permissions> {
  const { result, time } = await client.privateGetV5UserQueryApi();
  const granted: Record<string, string[]> = result.permissions;
  const trades = ['Spot', 'ContractTrade', 'Derivatives'].some((each) => (granted[each] ?? []).length > 0);
  // "*" means every address.
  const ipRestricted = result.ips.length > 0 && !result.ips.includes('*');
  return {
    canTrade: Number(result.readOnly) === 0 && trades,
    canWithdraw: (granted.Wallet ?? []).includes('Withdraw'),
    ipRestricted,
    ...(ipRestricted ? { allowedAddresses: result.ips } : {}),
    ...(result.userID === undefined ? {} : { accountId: String(result.userID) }),
    ...toExpiry(result, Number(time)),
  };
}

/**
 * "Only for those api key with no IP bound or the password has been changed". Other keys have a day of 1970, or none.
 * https://bybit-exchange.github.io/docs/v5/user/apikey-info
 */
function toExpiry({ expiredAt, deadlineDay }: Fields, now: number): Pick<Permissions, 'expiresAt'> {
  const expiresAt = Date.parse(String(expiredAt));
  if (expiresAt > dayMs) return { expiresAt };
  const days = Number(deadlineDay ?? 0);
  return days > 0 && now > 0 ? { expiresAt: now + days * dayMs } : {};
}
