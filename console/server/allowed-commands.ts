import type { CommandName } from '../../lib/admin/contract/commands.ts';

/**
 * The commands that the page may send. Accounts are added on the command line: no API key of an exchange passes through
 * a browser. The secret of a new notification channel does, once: no command returns it.
 */
const allowed: ReadonlySet<string> = new Set<CommandName>([
  'accounts.check',
  'accounts.list',
  'accounts.market',
  'accounts.open',
  'history.list',
  'links.arm',
  'links.create',
  'links.list',
  'links.pause',
  'links.plan',
  'links.preview',
  'links.resume',
  'links.revoke',
  'links.update',
  'notify.add',
  'notify.list',
  'notify.remove',
  'notify.test',
  'positions.adopt',
  'positions.candles',
  'positions.close',
  'positions.edit',
  'positions.forget',
  'positions.get',
  'positions.list',
  'positions.open',
  'positions.preview',
  'positions.resolve',
  'positions.setExits',
]);

export function isAllowed(name: string): name is CommandName {
  return allowed.has(name);
}
