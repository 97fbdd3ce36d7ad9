import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits. */
function newSecret(): string {
  return randomBytes(32).toString('base64url');
}
/** Secrets are compared by their hashes, so that the time it takes tells nothing of them. */
function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

export interface Sessions {
  /** Opens one session, once; afterwards this is another one. */
  readonly key: string;
  /** Trades the key for a session's secret. @returns undefined where it is not the key. */
  open(key: string): string | undefined;
  has(secret: string): boolean;
}

/** Who may use the console: whoever has read the address in the terminal. Kept in memory, so all end with the process. */
export function createSessions(): Sessions {
  let key = newSecret();
  const open = new Set<string>();
  return {
    get key() {
      return key;
    },
    open(given) {
      if (hashOf(given) !== hashOf(key)) return undefined;
      key = newSecret();
      const secret = newSecret();
      open.add(hashOf(secret));
      return secret;
    },
    has: (secret) => open.has(hashOf(secret)),
  };
}
