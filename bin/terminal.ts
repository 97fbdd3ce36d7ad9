import { stripVTControlCharacters } from 'node:util';

/** Labels and messages come from elsewhere: they may not steer the terminal, nor turn round or hide what they say. */
export function asPlainText(text: string): string {
  return stripVTControlCharacters(text.replaceAll(/\p{Cf}+/gu, '')).replaceAll(/\p{Cc}+/gu, ' ');
}

/** The result: the only thing that goes to stdout. */
export function printResult(json: boolean, result: object, text: () => string): void {
  process.stdout.write(`${json ? JSON.stringify(result) : text()}\n`);
}

/** Everything said on the way goes to stderr, so that stdout can be piped. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** How the person called us, for commands they are told to copy: npx sets `npm_command` to exec. */
export const commandName = process.env.npm_command === 'exec' ? 'npx ripcord' : 'ripcord';
