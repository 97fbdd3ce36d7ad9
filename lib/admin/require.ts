import type { Accounts } from '../account/account.ts';
import { Fault } from '../fault.ts';
import type { Link } from '../link/link.ts';
import type { Position } from '../position/position.ts';
import type { Services } from '../services.ts';

/** Throws `position-not-found`. */
export async function requirePosition({ store }: Services, positionId: string): Promise<Position> {
  const position = await store.readPosition(positionId);
  if (position !== undefined) return position;
  throw new Fault('position-not-found', `There is no position ${positionId}.`, {
    hint: { text: 'List positions:', command: 'positions list' },
  });
}

/** Throws `link-not-found`. */
export async function requireLink({ store }: Services, linkId: string): Promise<Link> {
  const link = await store.readLink(linkId);
  if (link !== undefined) return link;
  throw linkNotFound(linkId);
}

export function linkNotFound(linkId: string): Fault {
  return new Fault('link-not-found', `There is no link ${linkId}.`, {
    hint: { text: 'List links:', command: 'links list' },
  });
}

/** Throws `account-not-found`: an empty result for a mistyped account would be believed. */
export async function requireAccount(accounts: Accounts, account: string | undefined): Promise<void> {
  if (account !== undefined) await accounts.read(account);
}
