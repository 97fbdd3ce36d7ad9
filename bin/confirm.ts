import { CliError } from './cli-error.ts';
import { asPlainText, say } from './terminal.ts';

/** Whether there is a person to ask. */
export function hasTerminal(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/**
 * Shows what will be done and asks. Throws a Refusal on no, and where there is nobody to ask.
 * `plan` is a function because finding out what will be done may itself take a call.
 */
export async function confirm(
  yes: boolean,
  question: string,
  plan: () => Promise<string[]> | string[],
): Promise<void> {
  if (yes) return;
  if (!hasTerminal())
    throw new CliError(
      'refused',
      'Nothing was done: there is no terminal to ask at. Add --yes if you mean it.',
    );
  for (const line of await plan()) say(asPlainText(line));
  const { confirm: ask } = await import('@inquirer/prompts');
  // On stderr like everything said on the way: stdout belongs to the result.
  const sure = await ask({ message: question, default: false }, { output: process.stderr }).catch(leave);
  if (!sure) throw new CliError('refused', 'Nothing was done.');
}

/** Ctrl-C at a prompt. */
export function leave(thrown: unknown): never {
  if (thrown instanceof Error && thrown.name === 'ExitPromptError')
    throw new CliError('refused', 'Nothing was done.');
  throw thrown;
}
