/** Why the local stack can't start, and what the owner can do about it. Only its message is printed. */
export class StartFailure extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'StartFailure';
  }
}

/** Whether an error or one of its causes has this code, such as `EADDRINUSE`. */
export function hasCode(thrown: unknown, code: string): boolean {
  return (
    thrown instanceof Error && (('code' in thrown && thrown.code === code) || hasCode(thrown.cause, code))
  );
}
