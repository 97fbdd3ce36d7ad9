/** A character that a text must not have. */
interface Unprintable {
  /** Counted from 1. */
  position: number;
  /** Its Unicode code point, such as `U+200B`. */
  codePoint: string;
}

/** @returns the first character that `allowed` does not match. It is reported by number, because it can be invisible. */
export function findUnprintable(text: string, allowed: RegExp): Unprintable | undefined {
  const characters = [...text];
  const index = characters.findIndex((character) => !allowed.test(character));
  if (index === -1) return undefined;
  const hexadecimal = characters[index]?.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
  return { position: index + 1, codePoint: `U+${hexadecimal}` };
}
