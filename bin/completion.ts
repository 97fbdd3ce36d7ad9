import { fileURLToPath } from 'node:url';

export const completionWord = 'completion';

const script = fileURLToPath(new URL('ripcord.ts', import.meta.url));

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/**
 * The completion script completes the word `ripcord` by running it. Without an installed one, the word has to be
 * defined first: as a function that runs this checkout, from any folder.
 * @param shell the path of the owner's shell.
 */
export function defineForShell(shell = ''): string {
  const command = `${quote(process.execPath)} ${quote(script)}`;
  const comment = "# Without ripcord on the PATH, the word runs this project's.";
  return shell.includes('fish')
    ? `${comment}\nif not type -q ripcord\n  function ripcord; ${command} $argv; end\nend\n`
    : `${comment}\ncommand -v ripcord >/dev/null || ripcord() { ${command} "$@"; }\n`;
}
