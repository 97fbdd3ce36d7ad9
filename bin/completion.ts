import { realpathSync } from 'node:fs';

export const completionWord = 'completion';

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/**
 * The completion script completes the word `ripcord` by running it. Without an installed one, the word has to be
 * defined first: as a function that runs the same program as this command, from any folder.
 * @param shell the path of the owner's shell.
 */
export function defineForShell(shell = ''): string {
  const program = realpathSync(process.argv[1] ?? 'ripcord');
  const command = `${quote(process.execPath)} ${quote(program)}`;
  const comment = '# Without ripcord on the PATH, the word runs the program that printed this.';
  return shell.includes('fish')
    ? `${comment}\nif not type -q ripcord\n  function ripcord; ${command} $argv; end\nend\n`
    : `${comment}\ncommand -v ripcord >/dev/null || ripcord() { ${command} "$@"; }\n`;
}
