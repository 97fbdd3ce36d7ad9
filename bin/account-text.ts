import { styleText } from 'node:util';
import type { CommandResult } from '../lib/admin/contract/commands.ts';
import { commandHint, type Target } from './command-hint.ts';
import { nameExchange } from './exchange-text.ts';
import { type Column, drawFacts, drawTable } from './table.ts';
import { asPlainText } from './terminal.ts';

type ListedAccount = CommandResult<'accounts.list'>['accounts'][number];

const expiryColumn: Column<ListedAccount> = {
  head: 'KEY EXPIRES',
  text: ({ expiresAt = '' }) => expiresAt.slice(0, 10),
};

/** @returns the list, or what to do if it is empty. */
export function describeAccounts({ accounts }: CommandResult<'accounts.list'>, target: Target): string {
  return accounts.length === 0
    ? `No accounts yet. Store one with "${commandHint('accounts add main --exchange binance', target)}".`
    : drawTable(
        [
          { head: 'ACCOUNT', text: ({ name }) => name },
          {
            head: 'EXCHANGE',
            text: ({ exchange, testOnly, problem = '' }) =>
              exchange === undefined && testOnly === undefined
                ? asPlainText(problem)
                : nameAccountExchange({ exchange, testOnly }),
          },
          ...(accounts.some(({ expiresAt }) => expiresAt !== undefined) ? [expiryColumn] : []),
        ],
        accounts,
      );
}

/** An account has one of the two. */
function nameAccountExchange({ exchange, testOnly }: Pick<ListedAccount, 'exchange' | 'testOnly'>): string {
  return exchange === undefined ? `${testOnly} (for "venues verify" only)` : nameExchange(exchange);
}

function describeSale(sale: CommandResult<'accounts.check'>['sale']): string | undefined {
  return sale && asPlainText(`${sale.method} ${sale.url}: ${sale.fields.join(', ')}`);
}

/** @returns that the account is stored, and what to change about its key. */
export function describeAdded(
  { account, warnings = [] }: CommandResult<'accounts.add'>,
  target: Target,
): string {
  const next =
    account.testOnly === undefined
      ? `check its permissions with "${commandHint(`accounts check ${account.name}`, target)}"`
      : `run the experiments with "${commandHint(`venues verify ${account.name}`, target)}"`;
  return [
    `Account ${account.name} on ${nameAccountExchange(account)} is stored.`,
    ...warnings.map(describeWarning),
    `Next: ${next}.`,
  ].join('\n');
}

function describeWarning(warning: string): string {
  return `${styleText('yellow', '!')} ${asPlainText(warning)}`;
}

type Permission = 'yes' | 'no';

function describePermission(allowed: boolean | undefined, { safe }: { safe: Permission }): string {
  if (allowed === undefined) return 'not reported by the exchange';
  const permission: Permission = allowed ? 'yes' : 'no';
  return styleText(permission === safe ? 'green' : 'red', permission);
}

function describeWarnings(result: CommandResult<'accounts.check'>): string[] {
  const { warnings, canTrade, canWithdraw, ipRestricted } = result;
  if (canTrade === true && canWithdraw === false && ipRestricted === true && warnings.length === 0)
    return ['Key works; permissions are minimal.'];
  return warnings.map(describeWarning);
}

/** @returns what the account's key may do, and what to change about it. */
export function describeCheck(result: CommandResult<'accounts.check'>): string {
  const facts = drawFacts([
    ['Account', `${result.name} on ${nameExchange(result.exchange)}`],
    ['May trade', describePermission(result.canTrade, { safe: 'yes' })],
    ['May withdraw', describePermission(result.canWithdraw, { safe: 'no' })],
    ['Restricted to IP addresses', describePermission(result.ipRestricted, { safe: 'yes' })],
    ['Fixed addresses', result.addresses?.join(', ')],
    ['A sale would send', describeSale(result.sale)],
    ['Expires', result.expiresAt?.slice(0, 10)],
  ]);
  const warnings = describeWarnings(result);
  return [facts, ...(warnings.length > 0 ? ['', ...warnings] : [])].join('\n');
}
