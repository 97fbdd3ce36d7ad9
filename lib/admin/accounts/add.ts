import type { Account, Accounts } from '../../account/account.ts';
import { Fault, toFault } from '../../fault.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';

/** Throws `conflict` where the name has another key or exchange already, unless it is to be replaced. */
export async function addAccount(
  accounts: Accounts,
  { name, account, replace = false }: CommandInput<'accounts.add'>,
): Promise<CommandResult<'accounts.add'>['account']> {
  // A mistyped name must not put one account's keys in place of those that another's open positions need.
  const known = replace ? undefined : await find(accounts, name);
  if (known !== undefined && (known.exchange !== account.exchange || known.apiKey !== account.apiKey)) {
    const what = known.exchange === account.exchange ? 'with a different key' : `on ${known.exchange}`;
    throw new Fault(
      'conflict',
      `There is an account "${name}" already, ${what}. To put this one in its place: ripcord accounts add ${name} --exchange ${account.exchange} --replace`,
    );
  }
  await accounts.write(name, account);
  return { name, exchange: account.exchange };
}

async function find(accounts: Accounts, name: string): Promise<Account | undefined> {
  try {
    return await accounts.read(name, { fresh: true });
  } catch (thrown) {
    if (toFault(thrown).code === 'account-not-found') return undefined;
    throw thrown;
  }
}
