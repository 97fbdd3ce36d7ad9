import { findExpected } from './field-names.ts';

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

/** @returns a sentence about an error. */
export function errorMessage(thrown: unknown): string {
  return thrown instanceof ApiError ? thrown.message : 'Unexpected error in this page. Reload it.';
}

/** @returns the code of an error, and a sentence about it. */
export function toError(thrown: unknown): { code: string; message: string } {
  return { code: thrown instanceof ApiError ? thrown.code : 'internal', message: errorMessage(thrown) };
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
      const expected = hint === undefined ? findExpected(path) : undefined;
      return [path, toSentences(expected ?? rest.join(': '), hint)];
    }),
  );
}

/** @returns what is wrong with a field or with a part of it. */
export function findError(errors: FieldErrors, field: string): string | undefined {
  return [...errors].find(([path]) => path === field || path.startsWith(`${field}.`))?.[1];
}

function toSentences(finding: string, hint: string | undefined): string {
  const ended = finding.endsWith('.') ? finding : `${finding}.`;
  return `${ended.charAt(0).toUpperCase()}${ended.slice(1)}${hint === undefined ? '' : ` ${hint}`}`;
}
