import { inParallel } from '../../parallel.ts';
import { isFinal, type Position } from '../../position/position.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';
import { requireAccount } from '../require.ts';
import { closeNow, wakeSweep } from './close.ts';

type CloseReport = CommandResult<'positions.close'>;

/**
 * After this time no further close is started. A close takes up to 10 s, and the function is ended after 29 s, which
 * would lose every report.
 */
const startBudgetMs = 18_000;

/** Throws `account-not-found`. */
export async function closeAllPositions(
  { services, accounts }: Pick<AdminServices, 'services' | 'accounts'>,
  { account, positionIds }: CommandInput<'positions.closeAll'>,
): Promise<CommandResult<'positions.closeAll'>> {
  const startUntil = services.now() + startBudgetMs;
  const unreadable: string[] = [];
  const open = await services.store.listPositions('open', (positionId) => unreadable.push(positionId));
  const positions = open.filter(
    (position) =>
      !isFinal(position.state) &&
      (account === undefined || position.account === account) &&
      (positionIds === undefined || positionIds.includes(position.positionId)),
  );
  if (positions.length === 0) await requireAccount(accounts, account);
  let mustWake = false;
  const reports = await inParallel(positions, 5, async (position) => {
    if (services.now() >= startUntil) return toNotStarted(position);
    const { report, isUnsettled } = await closeNow(services, position);
    mustWake ||= isUnsettled;
    return report;
  });
  if (mustWake) await wakeSweep(services);
  // The account of an unreadable position is unknown, so only a call for all positions reports it.
  const isForAll = positionIds === undefined && account === undefined;
  return { reports: [...reports, ...(isForAll ? unreadable.map(toUnreadable) : [])] };
}

function toNotStarted({ positionId, symbol }: Position): CloseReport {
  return {
    positionId,
    symbol,
    status: 503,
    outcome: 'not-started',
    detail: 'Nothing was done: the call ran out of time before this position. Repeat it.',
  };
}

function toUnreadable(positionId: string): CloseReport {
  return {
    positionId,
    symbol: '?',
    status: 500,
    outcome: 'unreadable',
    detail:
      "Nothing was done: this version can't read the position's item in the table. Close it at the exchange.",
  };
}
