import type { z } from 'zod';
import type { AdminAnswer, CommandName, CommandResult, commands } from '../../lib/admin/contract/commands.ts';
import { ApiError } from './api-error.ts';

export { ApiError, errorMessage, type FieldErrors, noFieldErrors, toFieldErrors } from './api-error.ts';

/** A command's input before it is parsed: a duration may still be text. */
export type CommandRequest<Name extends CommandName> = z.input<(typeof commands)[Name]['input']>;

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
