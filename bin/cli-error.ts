import { styleText } from 'node:util';
import { asPlainText } from './terminal.ts';

/** What the command line says instead of doing it. Nothing else reaches the person: no stack, no input. */
export class CliError extends Error {
  /** One of the admin function's codes, or `refused`, `unreachable`, `invalid-input`, `function-failed`. */
  readonly code: string;
  readonly issues: string[];
  /** Lets an opening whose answer was lost be repeated without opening twice. */
  readonly requestId: string | undefined;

  constructor(
    code: string,
    message: string,
    options: { issues?: string[]; requestId?: string | undefined; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Refusal';
    this.code = code;
    this.issues = options.issues ?? [];
    this.requestId = options.requestId;
  }
}

/** @returns what stderr gets: one line of JSON in the shape of the admin contract, or words. */
export function describeRefusal(refusal: CliError, json: boolean): string {
  const { code, message, issues, requestId } = refusal;
  if (json) return JSON.stringify({ ok: false, error: { code, message, issues, requestId } });
  const prefix = styleText('red', 'ripcord:', { stream: process.stderr });
  const [first = '', ...rest] = message.split('\n').map(asPlainText);
  return [`${prefix} ${first}`, ...rest, ...issues.map((issue) => `  ${asPlainText(issue)}`)].join('\n');
}
