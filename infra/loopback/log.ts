/** Writes one line. The line has no line break. */
export type Log = (line: string) => void;

/** Matches the start of a token. A complete token is a credential and must not be logged. */
const tokens = /rc_[0-9A-Za-z]{8,}/g;

/** @returns an error's name and message as one line that is safe to log: without stack and tokens. */
export function inOneLine(thrown: unknown): string {
  return (thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : `${typeof thrown} thrown`)
    .replace(/\s+/g, ' ')
    .replace(tokens, 'rc_…');
}
