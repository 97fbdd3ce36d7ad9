import { createHmac, timingSafeEqual } from 'node:crypto';

const hmac = (secret: string, payload: string): string =>
  createHmac('sha256', secret).update(payload).digest('hex');

/** What Binance signs: the query string and the form body, one after the other, without the signature itself. */
export function signedPayload(
  query: string,
  body: string,
): { payload: string; signature: string | undefined } {
  let signature: string | undefined;
  const strip = (part: string): string =>
    part
      .split('&')
      .filter((pair) => {
        if (!pair.startsWith('signature=')) return true;
        signature = decodeURIComponent(pair.slice('signature='.length));
        return false;
      })
      .join('&');
  // Binance concatenates the two without a separator.
  const payload = strip(query) + strip(body);
  return { payload, signature };
}

/** Whether an HMAC SHA256 signature (64 hexadecimal digits, either case) is the payload's. */
export function verifySignature(secret: string, payload: string, signature: string): boolean {
  const expected = Buffer.from(hmac(secret, payload), 'hex');
  const given = Buffer.from(signature, 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

export const sign = hmac;
