import { type CommandName, commands } from '../lib/admin/contract/commands.ts';

/** Where the contract's sentence speaks of fields that nobody types. */
const typed: Partial<Record<CommandName, string>> = {
  'positions.open': 'Places a MARKET or LIMIT entry. Asked twice with the same --request-id it opens one.',
  'positions.closeAll': 'Closes every open position, also while links are paused, and reports on each.',
  'positions.resolve':
    "Looks at the exchange's own record of a position that needs a person, and says what it comes to; with --apply, settles it so.",
  'history.list':
    'What hit the links, what was decided and why, newest first. Kept 90 days. Without --position or --link: of the 50 positions that are open or have ended last. What hit others, and those that were forgotten, is told where --position or --link names it.',
  'links.pause': 'The kill switch: no link fires until "links resume". Hits are answered 409 and recorded.',
  'accounts.add':
    'Stores the credentials of an exchange account. Where the name has another key or exchange already, only with --replace.',
};

/** @returns what a command does, for its help. */
export function summaryOf(name: CommandName): string {
  return typed[name] ?? commands[name].summary;
}
