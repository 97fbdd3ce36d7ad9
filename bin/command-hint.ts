/** @returns how many letters have to change to make one word the other (Levenshtein). */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [row, letter] of [...a].entries()) {
    const current = [row + 1];
    for (const [column, other] of [...b].entries()) {
      const replaced = (previous[column] ?? 0) + (letter === other ? 0 : 1);
      current.push(Math.min(replaced, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous.at(-1) ?? 0;
}

/** More differing letters than this make another word, not a slip. */
const slip = 2;

/** @returns the known word that was probably meant. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  return known
    .map((candidate) => ({ candidate, letters: distance(word, candidate) }))
    .filter(({ candidate, letters }) => letters <= slip && letters < candidate.length)
    .toSorted((a, b) => a.letters - b.letters)[0]?.candidate;
}
