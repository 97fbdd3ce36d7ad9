import type { StoredAccount } from '../../account/account.ts';
import { isTestAccount, testAccountSchema } from '../../account/test-account.ts';
import type { TestOnlyId } from '../../account/test-only.ts';
import { exchangeName } from '../../exchange/exchange-name.ts';
import { findRefusedExchange } from '../../exchange/refused-exchanges.ts';
import { Fault } from '../../fault.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';

type Services = Pick<AdminServices, 'accounts'>;
type Input = CommandInput<'accounts.add'>;

/**
 * Stores an account on the test network of an exchange where Ripcord does not trade. Throws `invalid-input` for any other
 * account, and `conflict` if the name is stored already.
 */
export async function addTestAccount(
  { accounts }: Services,
  { name, account, replace = false }: Input,
  { exchange, stored }: { exchange: TestOnlyId; stored: StoredAccount | undefined },
): Promise<CommandResult<'accounts.add'>> {
  const toCommand = (as: string) => `accounts add ${as} --exchange ${exchange} --sandbox`;
  const command = toCommand(name);
  if (account.sandbox !== true)
    throw new Fault(
      'invalid-input',
      `Ripcord does not trade at ${exchangeName(exchange)}. ${findRefusedExchange(exchange)?.reason} Nothing was stored.`,
      { hint: { text: 'To store a key of its test network, for "ripcord venues verify" only:', command } },
    );
  const { baseUrl, egress, ...others } = account;
  const { data, error } = testAccountSchema.safeParse({
    ...others,
    ...(baseUrl === undefined || baseUrl === 'none' ? {} : { baseUrl }),
    ...(egress === undefined || egress === 'none' ? {} : { egress }),
  });
  if (data === undefined || data.egress === 'stack')
    throw new Fault(
      'invalid-input',
      `An account for "ripcord venues verify" can't have --generic, --option or --egress stack. Nothing was stored.`,
      { hint: { text: 'Store it without them:', command }, cause: error },
    );
  if (stored !== undefined && !(isTestAccount(stored) && (replace || stored.apiKey === data.apiKey)))
    throw new Fault('conflict', `The account "${name}" is already stored. Nothing was changed.`, {
      hint: {
        text: 'Store the key under a name of its own:',
        command: toCommand(`${name}-test`),
      },
    });
  await accounts.write(name, data);
  const warnings = [
    `Ripcord does not trade at ${exchangeName(exchange)}, and did not check the key. Only "ripcord venues verify" uses it.`,
  ];
  return { account: { name, testOnly: exchange }, warnings };
}
