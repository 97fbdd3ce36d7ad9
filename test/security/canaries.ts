/** A secret to search for, in every form that it may travel in. */
export interface Canary {
  name: string;
  value: string;
}

/** Base64 of text depends on what stands before it: three ways, less the digits that the neighbours share. */
function base64Forms(value: string): string[] {
  return [0, 1, 2].map((offset) =>
    Buffer.concat([Buffer.alloc(offset), Buffer.from(value)])
      .toString('base64')
      .slice(4, -4),
  );
}

function formsOf(value: string): string[] {
  const base64 = base64Forms(value);
  return [
    value,
    encodeURIComponent(value),
    JSON.stringify(value).slice(1, -1),
    Buffer.from(value).toString('hex'),
    ...base64,
    ...base64.map((form) => form.replaceAll('+', '-').replaceAll('/', '_')),
  ];
}

/** @returns where a canary is found, with some of the text before it. */
export function findCanaries(canaries: Canary[], places: Record<string, string>): string[] {
  return Object.entries(places).flatMap(([place, text]) =>
    canaries.flatMap(({ name, value }) =>
      [...new Set(formsOf(value))].flatMap((form) => {
        const at = text.indexOf(form);
        return at < 0 ? [] : [`${name} in ${place}: …${text.slice(Math.max(0, at - 60), at)}`];
      }),
    ),
  );
}
