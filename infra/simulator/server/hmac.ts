import { createHmac, timingSafeEqual } from 'node:crypto';

type Hash = 'sha256' | 'sha512';

export function sign(secret: string, payload: string, hash: Hash = 'sha256'): string {
  return createHmac(hash, secret).update(payload).digest('hex');
}

/** Whether an HMAC signature (hexadecimal digits, either case) is the payload's. */
export function verifySignature(secret: string, payload: string, signature: string, hash?: Hash): boolean {
  const expected = Buffer.from(sign(secret, payload, hash), 'hex');
  const given = Buffer.from(signature, 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}
