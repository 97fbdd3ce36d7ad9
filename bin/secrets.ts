import { text as readAll } from 'node:stream/consumers';
import { CliError } from './cli-error.ts';
import { cancelPrompt } from './confirm.ts';

const forbidden =
  /^--?(api-?key|(api-?)?secret|(api-?)?password|passphrase|(bot-?)?token|(webhook-?)?url)(=|$)/i;

/** A URL with a password, such as a proxy's. */
const passwordUrl = /^(--?[a-z-]+=)?[a-z][a-z0-9+.-]*:\/\/[^/?#]*:[^/?#]*@/i;

/** Throws for a secret among the arguments, for any command, before anything can print it. */
export function rejectSecretArguments(argv: string[]): void {
  if (argv.some((word) => passwordUrl.test(word)))
    throw new CliError(
      'refused',
      "A URL with a password is not accepted: any program on this machine can read arguments, and the shell's history " +
        'stores them. Pass a proxy with its password in the environment or on stdin. If it was real, replace the password.',
    );
  // Who knows the URL of a heartbeat can only pretend that Ripcord is alive.
  const isAllowed = (name: string) => name === 'url' && argv.includes('heartbeat');
  const found = argv
    .map((word) => forbidden.exec(word)?.[1])
    .find((name) => name !== undefined && !isAllowed(name));
  if (found !== undefined)
    throw new CliError(
      'refused',
      `--${found} is not accepted: any program on this machine can read arguments, and the shell's history stores them. ` +
        'Leave it out: Ripcord asks for it, or reads JSON from stdin. If this was a real secret, replace it where it was issued.',
    );
}

/** Asks at a terminal, without the prompt's key that shows the typed text. */
export async function askHidden(message: string, check: (typed: string) => true | string): Promise<string> {
  const { password: prompt } = await import('@inquirer/prompts');
  return prompt(
    { message, mask: false, toggleMask: false, validate: check },
    { output: process.stderr },
  ).catch(cancelPrompt);
}

/** @returns what stdin holds, or undefined if the secrets are to be asked for at a terminal. */
export async function readSecretText({ stdin }: { stdin: boolean }): Promise<string | undefined> {
  return process.stdin.isTTY && !stdin ? undefined : (await readAll(process.stdin)).trim();
}

export const stdinOption = {
  stdin: { type: 'boolean', default: false, describe: 'Read the secret from stdin, even at a terminal' },
} as const;

/** @returns the error without the secrets, in case the answer quotes them. */
export function withoutSecrets(thrown: unknown, secrets: (string | undefined)[]): unknown {
  if (!(thrown instanceof CliError)) return thrown;
  const redact = (text: string): string =>
    secrets.reduce<string>((rest, secret) => (secret ? rest.replaceAll(secret, '***') : rest), text);
  return new CliError(thrown.code, redact(thrown.message), { issues: thrown.issues.map(redact) });
}
