import { styleText } from 'node:util';
import { asPlainText } from './terminal.ts';

/**
 * The error that ends a command. Its message and issues are printed, so they never contain a secret, a stack or
 * an argument that may be a secret.
 */
export class CliError extends Error {
  /**
   * A code of the admin function, or one of the CLI's own: `invalid-input`, `refused`, `unreachable`,
   * `function-failed`, `not-closed`, `not-sent`, `unhealthy`, `internal`.
   */
  readonly code: string;
  readonly issues: string[];
  /** With it, an opening whose result is unknown can be repeated without a second order. */
  readonly requestId: string | undefined;

  constructor(
    code: string,
    message: string,
    options: { issues?: string[]; requestId?: string | undefined; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CliError';
    this.code = code;
    this.issues = options.issues ?? [];
    this.requestId = options.requestId;
  }
}

/** @returns the text for stderr: one line of JSON as the admin contract has it, or sentences. */
export function formatCliError(error: CliError, { json }: { json: boolean }): string {
  const { code, message, issues, requestId } = error;
  if (json) return JSON.stringify({ ok: false, error: { code, message, issues, requestId } });
  const prefix = styleText('red', 'ripcord:', { stream: process.stderr });
  const [first = '', ...rest] = message.split('\n').map(asPlainText);
  return [`${prefix} ${first}`, ...rest, ...issues.map((issue) => `  ${asPlainText(issue)}`)].join('\n');
}
