import type { Account, Permissions } from './model.ts';
import { balanceOf } from './spot-account.ts';

export interface NewAccount {
  apiKey: string;
  secret: string;
  /** Free spot balances and futures wallets by asset. */
  balances?:
    | { spot?: Record<string, string> | undefined; usdm?: Record<string, string> | undefined }
    | undefined;
  hedged?: boolean | undefined;
  permissions?: { [name in keyof Permissions]?: boolean | undefined } | undefined;
  passphrase?: string | undefined;
  accountMode?: Account['accountMode'] | undefined;
  unified?: boolean | undefined;
  /** When the key ends, epoch milliseconds. */
  keyExpiresAt?: number | undefined;
  feesInBnb?: boolean | undefined;
  /** Settings of perpetual markets, by symbol. */
  leverage?: Record<string, number> | undefined;
  marginType?: Account['marginType'] | undefined;
}

export function createAccount(id: string, input: NewAccount): Account {
  const { withdraw = false, trade = true, futures = true, ipRestricted = true } = input.permissions ?? {};
  const account: Account = {
    id,
    apiKey: input.apiKey,
    secret: input.secret,
    permissions: { withdraw, trade, futures, ipRestricted },
    ...(input.keyExpiresAt === undefined ? {} : { keyExpiresAt: input.keyExpiresAt }),
    hedged: input.hedged ?? false,
    ...(input.passphrase === undefined ? {} : { passphrase: input.passphrase }),
    ...(input.accountMode === undefined ? {} : { accountMode: input.accountMode }),
    ...(input.unified === true ? { unified: true } : {}),
    ...(input.feesInBnb === true ? { feeAsset: 'BNB' } : {}),
    spot: {},
    usdm: { ...input.balances?.usdm },
    positions: {},
    leverage: { ...input.leverage },
    marginType: { ...input.marginType },
  };
  for (const [asset, free] of Object.entries(input.balances?.spot ?? {}))
    balanceOf(account, asset).free = free;
  return account;
}
