/** @returns the Levenshtein distance: how many letters have to change to make one word the other. */
function computeDistance(a: string, b: string): number {
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

/** A word that differs by more letters is not a typing error but another word. */
const maxDistance = 2;

/** @returns the known word that was probably meant. */
export function findNearestWord(word: string, known: readonly string[]): string | undefined {
  return known
    .map((candidate) => ({ candidate, distance: computeDistance(word, candidate) }))
    .filter(({ candidate, distance }) => distance <= maxDistance && distance < candidate.length)
    .toSorted((a, b) => a.distance - b.distance)[0]?.candidate;
}
