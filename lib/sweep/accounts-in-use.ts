import { isFinal, type Position, toAccountKey } from '../position/position.ts';
import type { AccountInUse } from '../store/store.ts';

/** So many fit into one write unit, and a warm-up prepares them in a fraction of a second. */
const maxAccounts = 5;

/** @returns the accounts that the next hits will use most likely: those with the most open positions. */
export function listAccountsInUse(
  positions: Pick<Position, 'account' | 'exchange' | 'state'>[],
): AccountInUse[] {
  const open = positions.filter(({ state }) => !isFinal(state));
  const byAccount = Map.groupBy(open, toAccountKey);
  return [...byAccount.values()]
    .sort((a, b) => b.length - a.length)
    .slice(0, maxAccounts)
    .flatMap(([first]) => (first === undefined ? [] : { account: first.account, exchange: first.exchange }));
}
