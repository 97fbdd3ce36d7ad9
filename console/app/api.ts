import type { z } from 'zod';
import type { AdminAnswer, CommandName, CommandResult, commands } from '../../lib/admin/contract/commands.ts';
import { ApiError } from './api-error.ts';
import { describeIssues } from './field-names.ts';

export {
  ApiError,
  errorMessage,
  type FieldErrors,
  findError,
  noFieldErrors,
  toError,
  toFieldErrors,
} from './api-error.ts';

/** A command's input before it is parsed: a duration may still be text. */
export type CommandRequest<Name extends CommandName> = z.input<(typeof commands)[Name]['input']>;

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
    const { code, message, issues, hint } = answer.error;
    // With a hint, the message is for the owner already. Without one, the contract wrote it in its own words.
    const isContracts = code === 'invalid-input' && hint === undefined;
    const words = isContracts ? describeIssues(issues) : undefined;
    throw new ApiError(code, words ?? message, { issues, hint: hint?.text });
  }
  return answer.result;
}
