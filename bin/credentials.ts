import { text as readAll } from 'node:stream/consumers';
import { z } from 'zod';
import { CliError } from './cli-error.ts';
import { leave } from './confirm.ts';

const credentialsSchema = z.strictObject({
  apiKey: z.string().trim().min(1),
  secret: z.string().trim().min(1),
  password: z.string().min(1).optional(),
});
export type Credentials = z.infer<typeof credentialsSchema>;

const expected =
  'Expected on stdin: {"apiKey":"…","secret":"…"}, with "password" where the exchange has one, ' +
  'or the same on two or three lines.';

const forbidden = /^--?(api-?key|(api-?)?secret|(api-?)?password|passphrase)(=|$)/i;

/** Throws for a secret among the arguments, of any command, before anything could repeat it. */
export function refuseSecretArguments(argv: string[]): void {
  const found = argv.map((word) => forbidden.exec(word)?.[1]).find((name) => name !== undefined);
  if (found !== undefined)
    throw new CliError(
      'refused',
      `--${found} is not taken: every program on this machine can read arguments, and the shell's history keeps them. ` +
        'Leave it out: you will be asked, or give JSON on stdin. If you just typed a real secret, replace it at the exchange.',
    );
}

/** Says what is expected and never what was found, which is a secret. */
function parse(value: unknown): Credentials {
  const parsed = credentialsSchema.safeParse(value);
  if (!parsed.success) throw new CliError('invalid-input', expected);
  const { secret } = parsed.data;
  if (secret.startsWith('-----BEGIN') && !secret.includes('-----END'))
    throw new CliError(
      'invalid-input',
      'The secret is cut off: give a PEM key as JSON on stdin, with \\n for its lines.',
    );
  return parsed.data;
}

function parseText(given: string): Credentials {
  const trimmed = given.trim();
  if (trimmed.startsWith('{')) {
    let value: unknown;
    try {
      value = JSON.parse(trimmed);
    } catch {
      throw new CliError('invalid-input', `What came on stdin is not valid JSON. ${expected}`);
    }
    return parse(value);
  }
  const [apiKey, secret, password, ...more] = trimmed.split(/\r?\n/);
  if (more.length > 0) throw new CliError('invalid-input', expected);
  return parse({ apiKey, secret, ...(password === undefined ? {} : { password }) });
}

function checkTyped(typed: string): true | string {
  // Its line breaks would each end the prompt, so the prompt has to swallow all of it.
  if (typed.startsWith('-----BEGIN')) return 'a PEM key has several lines: give it as JSON on stdin';
  return typed.trim() !== '' || 'expected some text';
}

async function ask(withPassword: boolean): Promise<Credentials> {
  const { password: prompt } = await import('@inquirer/prompts');
  // Without the prompt's own key for showing what was typed.
  const hidden = (message: string) =>
    prompt(
      { message, mask: false, toggleMask: false, validate: checkTyped },
      { output: process.stderr },
    ).catch(leave);
  const apiKey = await hidden('API key');
  const secret = await hidden('Secret');
  return parse({ apiKey, secret, ...(withPassword ? { password: await hidden('Password') } : {}) });
}

/** @returns the credentials from hidden prompts, or from stdin where that is no terminal. */
export async function readCredentials(options: {
  stdin: boolean;
  withPassword: boolean;
}): Promise<Credentials> {
  if (process.stdin.isTTY && !options.stdin) return ask(options.withPassword);
  const credentials = parseText(await readAll(process.stdin));
  if (options.withPassword && credentials.password === undefined)
    throw new CliError('invalid-input', `--with-password: there was no password. ${expected}`);
  return credentials;
}

/** @returns the refusal without anything secret, should an answer have repeated it. */
export function withoutSecrets(refusal: CliError, credentials: Credentials): CliError {
  const clean = (text: string): string =>
    Object.values(credentials).reduce<string>(
      (rest, secret) => (secret === undefined ? rest : rest.replaceAll(secret, '***')),
      text,
    );
  return new CliError(refusal.code, clean(refusal.message), { issues: refusal.issues.map(clean) });
}
