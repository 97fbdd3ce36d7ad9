import { stripVTControlCharacters } from 'node:util';

/**
 * Labels and messages come from outside. Without control and format characters they can't steer the terminal,
 * reverse the text or hide a part of it.
 */
export function asPlainText(text: string): string {
  return stripVTControlCharacters(text.replaceAll(/\p{Cf}+/gu, '')).replaceAll(/\p{Cc}+/gu, ' ');
}

/** Prints the result, the only output on stdout. */
export function printResult({ json }: { json: boolean }, result: object, text: () => string): void {
  process.stdout.write(`${json ? JSON.stringify(result) : text()}\n`);
}

/** Prints progress and remarks on stderr, so that stdout can be piped. */
export function printRemark(text: string): void {
  process.stderr.write(`${text}\n`);
}
