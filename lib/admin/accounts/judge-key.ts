import type { VenueId } from '../../account/account.ts';
import type { Permissions } from '../../exchange/exchange.ts';
import { exchangeName } from '../../exchange/exchange-name.ts';
import { Fault } from '../../fault.ts';
import { toSentence } from '../../position/wording.ts';
import { toKeyWarnings } from './key-warnings.ts';

/** What is known of a key that is about to be stored. */
export interface KeyFacts {
  exchange: VenueId;
  /** What the exchange reported; or why this address can't prove any key. */
  reported: Permissions | { unproven: string };
  /** Of the key that it replaces. */
  before?: { exchange: VenueId; accountId: string | undefined } | undefined;
  now: number;
}

/** What the owner allows in spite of the check. */
export interface Allowances {
  allowWithdrawals?: boolean | undefined;
  allowOtherAccount?: boolean | undefined;
}

/** @param command stores the same key again. @returns what to change about the key. Throws `key-refused`. */
export function judgeKey(facts: KeyFacts, allowances: Allowances, command: string): string[] {
  const { reported, exchange, before } = facts;
  const name = exchangeName(exchange);
  if (before !== undefined && before.exchange !== exchange && allowances.allowOtherAccount !== true)
    throw otherAccount(`The stored key is for ${exchangeName(before.exchange)}`, command);
  if ('unproven' in reported) return [`The key could not be checked: ${toSentence(reported.unproven)}`];
  if (reported.canTrade === false)
    throw refuse(`The key can't trade in the markets of ${name} accounts.`, {
      text: `Allow it at ${name}. To store it without a check:`,
      command: `${command} --unchecked`,
    });
  if (reported.canWithdraw === true && allowances.allowWithdrawals !== true)
    throw refuse('The key can withdraw, and Ripcord never withdraws.', {
      text: `Remove this permission at ${name}, or store the key anyway:`,
      command: `${command} --allow-withdrawals`,
    });
  const isSame = compareAccounts(facts);
  if (isSame === false && allowances.allowOtherAccount !== true)
    throw otherAccount(`The key belongs to another account at ${name}`, command);
  return [
    ...describeUnreported(reported, name),
    ...(before !== undefined && isSame === undefined
      ? [`${name} did not report whether the key belongs to the same account as before.`]
      : []),
    ...toKeyWarnings(reported, facts.now),
  ];
}

/** @returns undefined if the exchange does not report it. */
function compareAccounts({ reported, before }: KeyFacts): boolean | undefined {
  if ('unproven' in reported || before?.accountId === undefined || reported.accountId === undefined)
    return undefined;
  return before.accountId === reported.accountId;
}

function describeUnreported({ canTrade, canWithdraw }: Permissions, name: string): string[] {
  const unreported = [
    ...(canTrade === undefined ? ['trade'] : []),
    ...(canWithdraw === undefined ? ['withdraw'] : []),
  ];
  return unreported.length === 0
    ? []
    : [`${name} accepted the key, and did not report whether it may ${unreported.join(' or ')}.`];
}

function otherAccount(finding: string, command: string): Fault {
  return refuse(`${finding}, so open positions could not find their orders.`, {
    text: 'Use a key of the same account, or replace it anyway:',
    command: `${command} --allow-other-account`,
  });
}

function refuse(finding: string, hint: { text: string; command: string }): Fault {
  return new Fault('key-refused', `${finding} Nothing was stored.`, { hint });
}
