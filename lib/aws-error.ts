/** The part of a message that names the response of another service for AWS, not for the owner. */
const serviceNote = / *\(Service: [^)]*\)/;
const maxQuoteLength = 400;

/**
 * @returns AWS's own message and code, such as `Rate exceeded (ThrottlingException)`. Only the code of a ValidationException: its
 * message quotes the value that was sent, which may be a key.
 */
export function quoteAwsError({ name, message }: Error): string {
  if (name === 'ValidationException') return name;
  return `${message.replace(serviceNote, '').trim().slice(0, maxQuoteLength)} (${name})`.trim();
}

/** @returns what became of a failed call, as a sentence: only an error that AWS sent has a `$fault`. */
export function describeAwsFailure(service: string, thrown: unknown): string {
  return thrown instanceof Error && '$fault' in thrown
    ? `${service} responded with an error: ${quoteAwsError(thrown)}.`
    : `${service} did not respond.`;
}
