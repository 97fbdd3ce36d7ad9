/** Takes one line, without its end. */
export type Log = (line: string) => void;

/** Whatever looks like the beginning of a token: the whole of it would be the credential. */
const tokens = /rc_[0-9A-Za-z]{8,}/g;

/** @returns what was thrown as one line that is safe to print: its name and message, without stack or tokens. */
export function inOneLine(thrown: unknown): string {
  return (thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : `${typeof thrown} thrown`)
    .replace(/\s+/g, ' ')
    .replace(tokens, 'rc_…');
}
