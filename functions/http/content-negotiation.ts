/**
 * Whether a page is wanted rather than JSON, by the weights of RFC 9110. Where both are as welcome the first named
 * is meant; who takes anything is a program.
 */
export function prefersHtml(accept: string): boolean {
  const ranges = accept
    .toLowerCase()
    .split(',')
    .map((range, place) => {
      const [type, ...parameters] = range.split(';').map((part) => part.trim());
      const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
      return { type, place, weight: Number(weight) || 0 };
    });
  /** What the most exact of these says. */
  const welcome = (...types: string[]) =>
    types.flatMap((type) => ranges.find((range) => range.type === type) ?? [])[0] ?? nowhere;
  const page = welcome('text/html', 'text/*', '*/*');
  const json = welcome('application/json', 'application/*', '*/*');
  if (page.weight !== json.weight) return page.weight > json.weight;
  return page.weight > 0 && page.place < json.place;
}

const nowhere = { place: Number.POSITIVE_INFINITY, weight: 0 };
