import type { z } from 'zod';
import type { AdminAnswer, CommandName, CommandResult, commands } from '../../lib/admin/contract/commands.ts';

/** A command's input before it is parsed: a duration may still be text. */
export type CommandRequest<Name extends CommandName> = z.input<(typeof commands)[Name]['input']>;

/** What the admin function answered instead of a result. The message is a sentence for the owner. */
export class ApiError extends Error {
  readonly code: string;
  /** Findings about single fields as `path: message`. */
  readonly issues: string[];
  /** What to do next. */
  readonly hint: string | undefined;
  constructor(
    code: string,
    message: string,
    { issues = [], hint }: { issues?: string[]; hint?: string | undefined } = {},
  ) {
    super(message);
    this.code = code;
    this.issues = issues;
    this.hint = hint;
  }
}

/** Sends one command. The server checks the answer against the contract. Throws an ApiError. */
export async function call<Name extends CommandName>(
  command: Name,
  input: CommandRequest<Name>,
): Promise<CommandResult<Name>> {
  const response = await fetch('/console/command', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ command, ...input }),
  }).catch(() => {
    throw new ApiError('unreachable', "The console's server isn't responding. Check that it is running.");
  });
  const answer: AdminAnswer = await response.json().catch(() => {
    throw new ApiError('unreachable', `The console's server returned status ${response.status}.`);
  });
  if (!answer.ok) {
    const { code, message, issues, hint } = answer.error;
    throw new ApiError(code, message, { issues, hint: hint?.text });
  }
  return answer.result as CommandResult<Name>;
}

/** @returns a sentence about an error. */
export function errorMessage(thrown: unknown): string {
  return thrown instanceof ApiError ? thrown.message : 'Unexpected error in this page. Reload it.';
}

/** By the path of an input field: what is wrong with it, in sentences. */
export type FieldErrors = ReadonlyMap<string, string>;

export const noFieldErrors: FieldErrors = new Map();

/** @returns what an error reports about single fields. */
export function toFieldErrors(thrown: unknown): FieldErrors {
  if (!(thrown instanceof ApiError)) return noFieldErrors;
  const { issues, hint } = thrown;
  return new Map(
    issues.map((issue) => {
      const [path = '', ...rest] = issue.split(': ');
      return [path, toSentences(rest.join(': '), hint)];
    }),
  );
}

function toSentences(finding: string, hint: string | undefined): string {
  const ended = finding.endsWith('.') ? finding : `${finding}.`;
  return `${ended.charAt(0).toUpperCase()}${ended.slice(1)}${hint === undefined ? '' : ` ${hint}`}`;
}
