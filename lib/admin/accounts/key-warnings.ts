import type { Permissions } from '../../exchange/exchange.ts';
import { describeExpiry, findNoticeDays } from '../../health/key-expiry.ts';

/** @returns what to change about a key. */
export function toKeyWarnings(
  { canTrade, canWithdraw, ipRestricted, expiresAt }: Permissions,
  now: number,
): string[] {
  return [
    ...(canWithdraw
      ? ['The key can withdraw. Ripcord never withdraws: use a key without this permission.']
      : []),
    ...(canTrade === false
      ? ["The key can't trade, so the exchange will refuse every order and cancel."]
      : []),
    ...(ipRestricted === false
      ? [
          'The key works from any IP address. To bind it, give the account fixed addresses: docs/operations/fixed-addresses.md.',
        ]
      : []),
    ...(expiresAt !== undefined && findNoticeDays(expiresAt, now) !== undefined
      ? [`The key ${describeExpiry(expiresAt, now)}. Replace it before then.`]
      : []),
  ];
}
