import type { Account } from '../../account/account.ts';
import { type FaultCode, toFault } from '../../fault.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';
import { toAllowListWarnings } from './allow-list.ts';
import { recordSale, toGenericWarnings } from './describe-generic.ts';
import { toKeyWarnings } from './key-warnings.ts';

type Services = Pick<AdminServices, 'services' | 'accounts' | 'fixedAddresses'>;

/** Throws `account-not-found`, `exchange-refused`, `exchange-unreachable`, `key-unproven`. */
export async function checkAccount(
  { services, accounts, fixedAddresses }: Services,
  { name }: CommandInput<'accounts.check'>,
): Promise<CommandResult<'accounts.check'>> {
  const account = await accounts.read(name, { fresh: true });
  const { exchange } = account;
  const addresses = account.egress === 'stack' ? (fixedAddresses?.addresses ?? []) : [];
  const connected = await services.exchanges.of(name);
  const sale = await recordSale(connected);
  const { expiresAt, ...permissions } = await connected.fetchPermissions();
  const { ipRestricted, allowedAddresses } = permissions;
  const failed = await findFailed(account, addresses, fixedAddresses);
  const lists = { exchange, addresses, ...failed, ipRestricted, allowed: allowedAddresses };
  return {
    ...{ name, exchange, ...permissions },
    ...(sale === undefined ? {} : { generic: true as const, sale }),
    ...(addresses.length === 0 ? {} : { addresses: [...addresses] }),
    ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt).toISOString() }),
    warnings: [
      ...toGenericWarnings(account, sale),
      ...toKeyWarnings({ ...permissions, expiresAt }, services.now()),
      ...toAllowListWarnings(lists),
    ],
  };
}

/** Binance does not list the addresses of a key, so a signed request through each of them has to show it. */
async function findFailed(
  account: Account,
  addresses: readonly string[],
  fixed: Services['fixedAddresses'],
): Promise<{ refused: string[]; silent: string[] }> {
  // A single address has just been used.
  if (fixed === undefined || addresses.length < 2) return { refused: [], silent: [] };
  const tries = addresses.map(async (address) => {
    try {
      await (await fixed.connectThrough(address, account)).fetchPermissions();
      return { address, code: undefined };
    } catch (thrown) {
      return { address, code: toFault(thrown).code };
    }
  });
  const tried = await Promise.all(tries);
  const having = (code: FaultCode) => tried.flatMap((each) => (each.code === code ? each.address : []));
  return { refused: having('exchange-refused'), silent: having('exchange-unreachable') };
}
