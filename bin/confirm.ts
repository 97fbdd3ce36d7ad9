import { CliError } from './cli-error.ts';
import { asPlainText, printRemark } from './terminal.ts';

/** Whether a question can be shown and answered. */
export function hasTerminal(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

export interface Confirmation {
  /** Skips the question. */
  yes: boolean;
  question: string;
  /** Lines that show what the command will do. Called only before a question, as it may call the admin function. */
  plan: () => Promise<string[]> | string[];
}

/** Shows the plan and asks. Throws a CliError if the answer is no, or if there is no terminal. */
export async function confirm({ yes, question, plan }: Confirmation): Promise<void> {
  if (yes) return;
  if (!hasTerminal())
    throw new CliError(
      'refused',
      'Nothing was done: there is no terminal for the confirmation. Add --yes to skip it.',
    );
  for (const line of await plan()) printRemark(asPlainText(line));
  const { confirm: ask } = await import('@inquirer/prompts');
  // On stderr, because stdout is for the result.
  const sure = await ask({ message: question, default: false }, { output: process.stderr }).catch(
    cancelPrompt,
  );
  if (!sure) throw new CliError('refused', 'Nothing was done.');
}

/** Handles Ctrl+C at a prompt. */
export function cancelPrompt(thrown: unknown): never {
  if (thrown instanceof Error && thrown.name === 'ExitPromptError')
    throw new CliError('refused', 'Nothing was done.');
  throw thrown;
}
