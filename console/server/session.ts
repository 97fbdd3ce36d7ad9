import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

/** @returns 256 random bits. */
function createSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** Comparing hashes instead of secrets keeps the duration of a comparison from revealing a secret. */
function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

export interface Sessions {
  /** Opens one session. After that this is the next key. */
  readonly key: string;
  /** @returns the secret of a new session, or undefined if this isn't the current key. */
  open(key: string): string | undefined;
  has(secret: string): boolean;
}

/** A session is over after this long, or when so many newer ones were opened. */
const maxAgeMs = 30 * 86_400_000;
const maxSessions = 20;

const storedSchema = z.array(z.object({ hash: z.string().regex(/^[0-9a-f]{64}$/), openedAt: z.number() }));
type Stored = z.infer<typeof storedSchema>;

/**
 * The browsers that opened an address from the terminal. The key is in memory and new at each start.
 * @param file keeps the sessions, so that they survive a restart. It holds hashes, not the secrets of
 * the cookies. Without it, sessions end with the process.
 */
export function createSessions(file?: string): Sessions {
  let key = createSecret();
  let open = file === undefined ? [] : readSessions(file);
  const current = () => open.filter(({ openedAt }) => Date.now() - openedAt < maxAgeMs);
  return {
    get key() {
      return key;
    },
    open(given) {
      if (hashSecret(given) !== hashSecret(key)) return undefined;
      key = createSecret();
      const secret = createSecret();
      open = [...current(), { hash: hashSecret(secret), openedAt: Date.now() }].slice(-maxSessions);
      if (file !== undefined) writeSessions(file, open);
      return secret;
    },
    has(secret) {
      const given = hashSecret(secret);
      return current().some(({ hash }) => hash === given);
    },
  };
}

/** A file that is absent or damaged has no sessions: the address in the terminal opens one. */
function readSessions(file: string): Stored {
  try {
    return storedSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return [];
  }
}

/** Without the file the sessions end with the process, which must not stop the console. */
function writeSessions(file: string, sessions: Stored): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(`${file}.new`, JSON.stringify(sessions), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } catch {
    // Nothing else depends on it.
  }
}
