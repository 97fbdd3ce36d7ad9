/** @returns what AWS answered, in its own words, without the stack trace. */
export function describeAwsFailure(thrown: unknown): string {
  if (!(thrown instanceof Error)) return 'no reason given';
  return /^(Error|TypeError)$/.test(thrown.name) ? thrown.message : `${thrown.name}: ${thrown.message}`;
}
