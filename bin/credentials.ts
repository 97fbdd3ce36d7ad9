import { z } from 'zod';
import { findKeyGuide } from '../lib/account/key-guide.ts';
import { CliError } from './cli-error.ts';
import { askHidden, readSecretText } from './secrets.ts';
import { printRemark } from './terminal.ts';

const credentialsSchema = z.strictObject({
  apiKey: z.string().trim().min(1),
  secret: z.string().trim().min(1),
  password: z.string().min(1).optional(),
  /** Here too, because the URL of a proxy may hold a password. */
  egress: z.union([z.literal(['stack', 'none']), z.array(z.string())]).optional(),
});
export type Credentials = z.infer<typeof credentialsSchema>;

interface Wanted {
  stdin: boolean;
  withPassword: boolean;
  exchange: string;
}

const expected =
  'Expected on stdin: {"apiKey":"…","secret":"…"}, with "password" if the exchange requires one, ' +
  'or the same values on two or three lines.';

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

function parseText(trimmed: string): Credentials {
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

/** @returns where to create the key, and what it has to allow; undefined for an exchange of the generic mode. */
export function describeKey(exchange: string): string | undefined {
  const guide = findKeyGuide(exchange);
  if (guide === undefined) return undefined;
  const secret = guide.secret === undefined ? '' : ` The secret is ${guide.secret}.`;
  return `Create the key at the exchange under ${guide.place}. Allow ${guide.permissions}, and nothing else.${secret}`;
}

async function promptForCredentials({ withPassword, exchange }: Wanted): Promise<Credentials> {
  const guide = describeKey(exchange);
  if (guide !== undefined) printRemark(guide);
  const apiKey = await askHidden('API key', checkTyped);
  const secret = await askHidden('Secret', checkTyped);
  return parseCredentials({
    apiKey,
    secret,
    ...(withPassword
      ? {
          password: await askHidden(
            'Passphrase (the one that you chose when you created the key)',
            checkTyped,
          ),
        }
      : {}),
  });
}

/** @returns the credentials from hidden prompts at a terminal, otherwise from stdin. */
export async function readCredentials(options: Wanted): Promise<Credentials> {
  const given = await readSecretText(options);
  if (given === undefined) return promptForCredentials(options);
  const credentials = parseText(given);
  if (options.withPassword && credentials.password === undefined)
    throw new CliError('invalid-input', `The password is missing, and the account requires one. ${expected}`);
  return credentials;
}
