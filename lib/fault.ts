/** What to do next. `command` is a `ripcord` command line without the word `ripcord`; a face adds its own target. */
export interface Hint {
  text: string;
  command?: string;
}

export interface FaultOptions {
  hint?: Hint | undefined;
  /** Replaces the code's public message. A link's holder reads it: it names no account, path or parameter. */
  publicMessage?: string | undefined;
  /** Single findings, for input with several errors: `accountName: expected …`. */
  issues?: string[];
  cause?: unknown;
}

/**
 * The detail itself is public: it quotes the exchange. A fault with such a code must not name anything of the owner's in
 * its detail.
 */
const quotesDetail = Symbol('the detail is public');

/** From code to HTTP status, and to what a link's holder may read: the only such table. */
const faults = {
  'invalid-input': [400, 'The request is not valid.'],
  'accounts-denied': [403, 'The account behind this link is not available.'],
  'account-not-found': [404, 'The account behind this link is not available.'],
  'market-not-found': [404, 'The exchange does not list this market.'],
  'channel-not-found': [404, 'There is no such notification channel.'],
  'order-not-found': [404, 'The exchange has no record of an order of this position.'],
  'position-not-found': [404, "This link's position was not found."],
  'link-not-found': [404, 'This link was not found.'],
  conflict: [409, 'The position changed at the same time. Open the link again.'],
  'not-heard': [409, 'The strategy has not been heard yet.'],
  'needs-attention': [409, "This position needs its owner's attention."],
  'account-invalid': [422, 'The account behind this link is not available.'],
  'channel-refused': [422, 'The notification channel did not accept a message.'],
  'exchange-refused': [422, quotesDetail],
  'key-refused': [422, 'The account behind this link is not available.'],
  'key-unproven': [422, quotesDetail],
  'would-trigger': [422, quotesDetail],
  internal: [500, 'Unexpected error in Ripcord. Check the position before you fire the link again.'],
  'accounts-unreadable': [503, 'The account behind this link is not available.'],
  'channels-unreadable': [503, 'The notification channels are not available.'],
  'exchange-unreachable': [503, quotesDetail],
  'newer-version': [503, 'A newer version of Ripcord is in use. Nothing was done. Try again in a moment.'],
  'out-of-time': [503, 'There was no time left to act.'],
  'table-unreachable': [503, 'The database is not available. Try again in a moment.'],
} as const satisfies Record<string, [httpStatus: number, publicMessage: string | typeof quotesDetail]>;

export type FaultCode = keyof typeof faults;

/**
 * The one error class that may reach a person. `detail` reports what happened and what is unchanged, for the owner;
 * `hint` what to do next; `publicMessage` is all that a link's holder reads. Any other error is answered as
 * `internal` and reveals nothing.
 *
 * @example
 * throw new Fault('account-not-found', 'Account "main" does not exist. Nothing was sent.', {
 *   hint: { text: 'Add it:', command: 'accounts add main' },
 * });
 */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly detail: string;
  readonly hint: Hint | undefined;
  readonly publicMessage: string;
  readonly issues: string[];

  constructor(code: FaultCode, detail: string, options: FaultOptions = {}) {
    super(withHint(detail, options.hint), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Fault';
    this.code = code;
    this.detail = detail;
    this.hint = options.hint;
    this.publicMessage = options.publicMessage ?? defaultPublicMessage(code, detail);
    this.issues = options.issues ?? [];
  }
}

function defaultPublicMessage(code: FaultCode, detail: string): string {
  const [, message] = faults[code];
  return message === quotesDetail ? detail : message;
}

/** @returns the whole sentence for a face that has no target of its own, such as JSON. */
function withHint(detail: string, hint: Hint | undefined): string {
  if (hint === undefined) return detail;
  return `${detail} ${hint.text}${hint.command === undefined ? '' : ` ripcord ${hint.command}`}`;
}

/** @returns the HTTP status for a fault; 503 only when nothing was sent to the exchange. */
export function toHttpStatus(code: FaultCode): number {
  return faults[code][0];
}

/** Faults that last until the owner changes something, although nothing was sent. A 5xx response would be repeated. */
const lastingFaults: ReadonlySet<string> = new Set<FaultCode>([
  'accounts-denied',
  'account-invalid',
  'account-not-found',
  'market-not-found',
]);

/** Whether the same request fails again until the owner changes something. */
export function isLasting(code: string): boolean {
  return lastingFaults.has(code);
}

/** @returns a Fault for anything thrown; what is not a Fault becomes `internal` with no detail of its own. */
export function toFault(thrown: unknown): Fault {
  return thrown instanceof Fault
    ? thrown
    : new Fault('internal', 'Unexpected error in Ripcord. The function log has the details.', {
        cause: thrown,
      });
}
