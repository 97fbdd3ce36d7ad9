import { createHash, randomBytes } from 'node:crypto';

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

/** The browsers that opened an address from the terminal. Sessions are in memory and end with the process. */
export function createSessions(): Sessions {
  let key = createSecret();
  const open = new Set<string>();
  return {
    get key() {
      return key;
    },
    open(given) {
      if (hashSecret(given) !== hashSecret(key)) return undefined;
      key = createSecret();
      const secret = createSecret();
      open.add(hashSecret(secret));
      return secret;
    },
    has: (secret) => open.has(hashSecret(secret)),
  };
}
