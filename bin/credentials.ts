import { text as readAll } from 'node:stream/consumers';
import { z } from 'zod';
import { CliError } from './cli-error.ts';
import { cancelPrompt } from './confirm.ts';

const credentialsSchema = z.strictObject({
  apiKey: z.string().trim().min(1),
  secret: z.string().trim().min(1),
  password: z.string().min(1).optional(),
});
export type Credentials = z.infer<typeof credentialsSchema>;

const expected =
  'Expected on stdin: {"apiKey":"…","secret":"…"}, with "password" if the exchange requires one, ' +
  'or the same values on two or three lines.';

const forbidden = /^--?(api-?key|(api-?)?secret|(api-?)?password|passphrase)(=|$)/i;

/** Throws for a secret among the arguments, for any command, before anything can print it. */
export function rejectSecretArguments(argv: string[]): void {
  const found = argv.map((word) => forbidden.exec(word)?.[1]).find((name) => name !== undefined);
  if (found !== undefined)
    throw new CliError(
      'refused',
      `--${found} is not accepted: any program on this machine can read arguments, and the shell's history stores them. ` +
        'Leave it out to be asked for it, or pass JSON on stdin. If this was a real secret, replace it at the exchange.',
    );
}

/** The error states only what is expected, because the value contains a secret. */
function parseCredentials(value: unknown): Credentials {
  const parsed = credentialsSchema.safeParse(value);
  if (!parsed.success) throw new CliError('invalid-input', expected);
  const { secret } = parsed.data;
  if (secret.startsWith('-----BEGIN') && !secret.includes('-----END'))
    throw new CliError(
      'invalid-input',
      'The secret is incomplete. Pass a PEM key as JSON on stdin, with \\n for its line breaks.',
    );
  return parsed.data;
}

function parseJsonCredentials(text: string): Credentials {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new CliError('invalid-input', `The text on stdin is not valid JSON. ${expected}`);
  }
  return parseCredentials(value);
}

function parseText(given: string): Credentials {
  const trimmed = given.trim();
  if (trimmed.startsWith('{')) return parseJsonCredentials(trimmed);
  const [apiKey, secret, password, ...more] = trimmed.split(/\r?\n/);
  if (more.length > 0) throw new CliError('invalid-input', expected);
  return parseCredentials({ apiKey, secret, ...(password === undefined ? {} : { password }) });
}

function checkTyped(typed: string): true | string {
  // Each of its line breaks would submit a prompt.
  if (typed.startsWith('-----BEGIN')) return 'a PEM key has several lines: pass it as JSON on stdin';
  return typed.trim() !== '' || 'expected some text';
}

async function promptForCredentials({ withPassword }: { withPassword: boolean }): Promise<Credentials> {
  const { password: prompt } = await import('@inquirer/prompts');
  // Without the prompt's key that shows the typed text.
  const askHidden = (message: string) =>
    prompt(
      { message, mask: false, toggleMask: false, validate: checkTyped },
      { output: process.stderr },
    ).catch(cancelPrompt);
  const apiKey = await askHidden('API key');
  const secret = await askHidden('Secret');
  return parseCredentials({
    apiKey,
    secret,
    ...(withPassword ? { password: await askHidden('Password') } : {}),
  });
}

/** @returns the credentials from hidden prompts at a terminal, otherwise from stdin. */
export async function readCredentials(options: {
  stdin: boolean;
  withPassword: boolean;
}): Promise<Credentials> {
  if (process.stdin.isTTY && !options.stdin) return promptForCredentials(options);
  const credentials = parseText(await readAll(process.stdin));
  if (options.withPassword && credentials.password === undefined)
    throw new CliError('invalid-input', `--with-password: there was no password. ${expected}`);
  return credentials;
}

/** @returns the error without the credentials, in case the answer quotes them. */
export function withoutSecrets(error: CliError, credentials: Credentials): CliError {
  const redact = (text: string): string =>
    Object.values(credentials).reduce<string>(
      (rest, secret) => (secret === undefined ? rest : rest.replaceAll(secret, '***')),
      text,
    );
  return new CliError(error.code, redact(error.message), { issues: error.issues.map(redact) });
}
