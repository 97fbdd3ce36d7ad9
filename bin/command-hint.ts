import type { AdminAnswer } from '../lib/admin/contract/commands.ts';
import { localDefault, parseLocalUrl, type SharedArguments } from './options.ts';

/** How the CLI was started, for commands to copy. npx sets `npm_command` to `exec`. */
export const commandName = process.env.npm_command === 'exec' ? 'npx ripcord' : 'ripcord';

/** The target options as typed. */
export type Target = Pick<SharedArguments, 'local' | 'region' | 'profile' | 'prefix'>;

type Hint = Extract<AdminAnswer, { ok: false }>['error']['hint'];

function quoteForShell(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** @returns a command to copy, with the target of the command that prints it. */
export function commandHint(words: string, { local, region, profile, prefix }: Target): string {
  const aws = Object.entries({ region, profile, prefix }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name} ${quoteForShell(value)}`],
  );
  const url = local === undefined ? undefined : parseLocalUrl(local || localDefault);
  const here = url === undefined ? [] : [url === localDefault ? '--local' : `--local ${url}`];
  return [commandName, words, ...here, ...aws].join(' ');
}

/** @returns an error's detail followed by its hint. */
export function withHint(detail: string, hint: Hint, target: Target): string {
  if (hint === undefined) return detail;
  const command = hint.command === undefined ? [] : [commandHint(hint.command, target)];
  return [detail, hint.text, ...command].join(' ');
}
