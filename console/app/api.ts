import type { z } from 'zod';
import type { AdminAnswer, CommandName, CommandResult, commands } from '../../lib/admin/contract/commands.ts';
import { describeIssues } from './field-names.ts';

/** A command's input before it is parsed: a duration may still be text. */
export type CommandRequest<Name extends CommandName> = z.input<(typeof commands)[Name]['input']>;

/** What the admin function answered instead of a result. The message is a sentence for the owner. */
export class ApiError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Sends one command. The server checks the answer against the contract. Throws an ApiError. */
export async function call<Name extends CommandName>(
  command: Name,
  input: CommandRequest<Name>,
): Promise<CommandResult<Name>> {
  return (await askServer('command', { command, ...input })) as CommandResult<Name>;
}

/** Sends a request to the console's own server. Throws an ApiError. */
export async function askServer(path: 'command' | 'refresh', body: object): Promise<unknown> {
  const response = await fetch(`/console/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch(() => {
    throw new ApiError('unreachable', "The console's server isn't responding. Check that it is running.");
  });
  const answer: AdminAnswer = await response.json().catch(() => {
    throw new ApiError('unreachable', `The console's server returned status ${response.status}.`);
  });
  if (!answer.ok) {
    const { code, message, issues } = answer.error;
    throw new ApiError(code, (code === 'invalid-input' ? describeIssues(issues) : undefined) ?? message);
  }
  return answer.result;
}

/** @returns a sentence about an error. */
export function errorMessage(thrown: unknown): string {
  return thrown instanceof ApiError ? thrown.message : 'Unexpected error in this page. Reload it.';
}
