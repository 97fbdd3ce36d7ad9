/**
 * The one error class that may reach a person. Its message says what was wrong, where, what was expected and
 * what to do; anything that is not a Fault is answered as `internal` and reveals nothing.
 */
export class Fault extends Error {
  readonly code: FaultCode;
  /** Single findings, for input with several faults: `accountName: expected …`. */
  readonly issues: string[];

  constructor(code: FaultCode, message: string, options: { issues?: string[]; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Fault';
    this.code = code;
    this.issues = options.issues ?? [];
  }
}

/** From code to HTTP status: the only such table. */
const statusOf = {
  'invalid-input': 400,
  'unknown-account': 404,
  'unknown-market': 404,
  'unknown-order': 404,
  'unknown-position': 404,
  'unknown-link': 404,
  conflict: 409,
  'needs-attention': 409,
  'link-gone': 410,
  'exchange-refused': 422,
  internal: 500,
  'accounts-unreadable': 503,
  'channels-unreadable': 503,
  'exchange-unreachable': 503,
  'table-unreachable': 503,
} as const;

export type FaultCode = keyof typeof statusOf;

/** @returns the HTTP status for a fault; 503 only where nothing was sent to the exchange. */
export const httpStatusOf = (code: FaultCode): number => statusOf[code];

/** Turns whatever was thrown into a Fault; what is not ours becomes `internal` with no detail of its own. */
export const asFault = (thrown: unknown): Fault =>
  thrown instanceof Fault
    ? thrown
    : new Fault('internal', 'Something failed inside Ripcord. The function log has the details.', {
        cause: thrown,
      });
