import { createHash } from 'node:crypto';

/** The port of the stack's own proxies. */
export const stackProxyPort = 8443;
/** A proxy knows one key, so it has one name. */
export const stackProxyIdentity = 'ripcord';

/** TLS 1.3 with a pre-shared key and an ephemeral key exchange: who learns the key later can't read what was sent. */
export const stackTls = { minVersion: 'TLSv1.3', ciphers: 'TLS_AES_128_GCM_SHA256' } as const;

/** @returns a key of the length of the cipher's hash. */
export function toStackKey(credential: string): Buffer {
  return createHash('sha256').update(credential.trim()).digest();
}
