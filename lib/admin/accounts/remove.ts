import { Fault } from '../../fault.ts';
import { isFinal } from '../../position/position.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';
import { forgetExpiry } from './forget-expiry.ts';

/** Throws `account-not-found`, and `conflict` while an open position uses the account. */
export async function removeAccount(
  { services, accounts }: Pick<AdminServices, 'services' | 'accounts'>,
  { name }: CommandInput<'accounts.remove'>,
): Promise<CommandResult<'accounts.remove'>> {
  await accounts.read(name);
  const positions = await services.store.listPositions('open');
  const user = positions.find(({ account, state }) => account === name && !isFinal(state));
  if (user !== undefined)
    throw new Fault(
      'conflict',
      `The open position ${user.positionId} uses the account "${name}". Nothing was removed.`,
      { hint: { text: 'Forget the position first:', command: `positions forget ${user.positionId}` } },
    );
  await accounts.remove(name);
  await forgetExpiry(services, name);
  return { name };
}
