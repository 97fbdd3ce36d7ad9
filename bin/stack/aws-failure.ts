/** @returns what AWS answered, in its own words, without the stack trace. */
export function describeAwsFailure(thrown: unknown): string {
  if (!(thrown instanceof Error)) return 'no reason given';
  const [message = ''] = thrown.message.split('\n');
  return /^(Error|TypeError)$/.test(thrown.name) ? message : `${thrown.name}: ${message}`;
}
