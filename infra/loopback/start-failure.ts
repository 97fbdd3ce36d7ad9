/** Why the local stack can't start, in a sentence for the person who started it. */
export class StartFailure extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'StartFailure';
  }
}

/** @returns whether an error, or what caused it, has this code, such as `EADDRINUSE`. */
export function hasCode(thrown: unknown, code: string): boolean {
  return (
    thrown instanceof Error && (('code' in thrown && thrown.code === code) || hasCode(thrown.cause, code))
  );
}
