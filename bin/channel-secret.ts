import { z } from 'zod';
import { CliError } from './cli-error.ts';
import { askHidden, readSecretText } from './secrets.ts';

/** What a kind of channel keeps secret. */
const secrets = {
  telegram: { field: 'token', prompt: "Bot's token, from BotFather" },
  slack: { field: 'url', prompt: 'URL of the incoming webhook' },
  discord: { field: 'url', prompt: 'URL of the webhook' },
  heartbeat: { field: 'url', prompt: 'URL that the outside monitor expects' },
} as const;
export type SecretKind = keyof typeof secrets;

export function isSecretKind(kind: string): kind is SecretKind {
  return Object.hasOwn(secrets, kind);
}

/** The secret, and other fields that JSON on stdin may have. */
export type SecretFields = Partial<Record<'token' | 'url' | 'chatId' | 'baseUrl' | 'name', string>>;

/**
 * @param options.given the text, if it comes from the environment.
 * @returns the fields from a hidden prompt at a terminal, otherwise from stdin: JSON, or the secret alone.
 */
export async function readChannelSecret(
  kind: SecretKind,
  options: { stdin: boolean; given?: string },
): Promise<SecretFields> {
  const { field, prompt } = secrets[kind];
  const given =
    options.given ??
    (await readSecretText(options)) ??
    (await askHidden(prompt, (typed) => typed.trim() !== '' || 'expected some text')).trim();
  return given.startsWith('{') ? parseFields(kind, given) : { [field]: given };
}

/** The error states only what is expected, because the text contains a secret. */
function parseFields(kind: SecretKind, text: string): SecretFields {
  const { field } = secrets[kind];
  const others = kind === 'telegram' ? { chatId: z.coerce.string(), baseUrl: z.string() } : {};
  const schema = z
    .strictObject({ [field]: z.string().trim() })
    .extend(z.object({ ...others, name: z.string() }).partial().shape);
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    const more =
      kind === 'telegram'
        ? ', with "chatId", "baseUrl" and "name" if they are not options'
        : ', with "name" if it is not an option';
    throw new CliError('invalid-input', `Expected on stdin: {"${field}":"…"}${more}, or only the ${field}.`);
  }
}
