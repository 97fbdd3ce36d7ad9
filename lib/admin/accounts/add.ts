import type { Account, Accounts } from '../../account/account.ts';
import { Fault, toFault } from '../../fault.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';

/** Throws `conflict` if the name is stored with another key or exchange, unless `replace` is set. */
export async function addAccount(
  { accounts }: Pick<AdminServices, 'accounts'>,
  { name, account, replace = false }: CommandInput<'accounts.add'>,
): Promise<CommandResult<'accounts.add'>> {
  // A mistyped name must not replace the keys that another account's open positions need.
  const known = replace ? undefined : await findAccount(accounts, name);
  if (known !== undefined && (known.exchange !== account.exchange || known.apiKey !== account.apiKey)) {
    const difference = known.exchange === account.exchange ? 'with a different key' : `for ${known.exchange}`;
    throw new Fault(
      'conflict',
      `The account "${name}" is already stored ${difference}. Nothing was changed.`,
      {
        hint: {
          text: 'Replace it:',
          command: `accounts add ${name} --exchange ${account.exchange} --replace`,
        },
      },
    );
  }
  await accounts.write(name, account);
  return { account: { name, exchange: account.exchange } };
}

async function findAccount(accounts: Accounts, name: string): Promise<Account | undefined> {
  try {
    return await accounts.read(name, { fresh: true });
  } catch (thrown) {
    if (toFault(thrown).code === 'account-not-found') return undefined;
    throw thrown;
  }
}
