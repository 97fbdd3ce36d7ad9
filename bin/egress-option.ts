/** The environment variable with proxies whose URLs hold a password, separated by white space. */
export const egressVariable = 'RIPCORD_EGRESS';

/** @returns the account's `egress` for the given `--egress` options; its schema checks it. */
export function parseEgress(
  given: string[] | undefined,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): 'stack' | 'none' | string[] | undefined {
  if (given === undefined) return undefined;
  const urls = given.flatMap((each) =>
    each === 'env' ? (environment[egressVariable] ?? '').split(/\s+/).filter((url) => url !== '') : [each],
  );
  const [first] = urls;
  return urls.length === 1 && (first === 'stack' || first === 'none') ? first : urls;
}

/** @returns the texts of an account's fields, those of a list each. */
export function listTexts(fields: Readonly<Record<string, string | string[] | undefined>>): string[] {
  return Object.values(fields).flatMap((value) => value ?? []);
}
