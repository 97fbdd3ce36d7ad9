import type { z } from 'zod';
import type { AdminAnswer, CommandName, CommandResult, commands } from '../../lib/admin/contract/commands.ts';

/** What a command may be asked with: a duration may still be text. */
export type Asked<Name extends CommandName> = z.input<(typeof commands)[Name]['input']>;

/** What the admin function said instead of doing it, in words for a person. */
export class Refusal extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Sends one command. The server has checked the answer against the contract. Throws a Refusal. */
export async function ask<Name extends CommandName>(
  command: Name,
  input: Asked<Name>,
): Promise<CommandResult<Name>> {
  const response = await fetch('/console/command', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ command, ...input }),
  }).catch(() => {
    throw new Refusal('unreachable', "The console's server does not answer. Is it still running?");
  });
  const answer: AdminAnswer = await response.json().catch(() => {
    throw new Refusal('unreachable', `The console's server answered with ${response.status}.`);
  });
  if (!answer.ok) throw new Refusal(answer.error.code, answer.error.message);
  return answer.result as CommandResult<Name>;
}

/** @returns a sentence for whatever was thrown. */
export function wordsOf(thrown: unknown): string {
  return thrown instanceof Refusal ? thrown.message : 'Something failed in this page. Reload it.';
}
