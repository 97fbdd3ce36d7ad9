import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 62^43 is the first power of 62 above 2^256. */
const secretLength = 43;
/** 62^6 is above 2^32, so every CRC-32 fits. */
const checksumLength = 6;
const shape = new RegExp(`^rc_[0-9A-Za-z]{${secretLength + checksumLength}}$`);

function toBase62(value: bigint, length: number): string {
  let rest = value;
  let text = '';
  while (text.length < length) {
    text = alphabet.charAt(Number(rest % 62n)) + text;
    rest /= 62n;
  }
  return text;
}

function computeChecksum(body: string): string {
  return toBase62(BigInt(crc32(body)), checksumLength);
}

/** @returns a new token: `rc_`, 256 random bits in base 62, and a CRC-32 of both. Anyone who has it can fire the link. */
export function mintToken(): string {
  const body = `rc_${toBase62(BigInt(`0x${randomBytes(32).toString('hex')}`), secretLength)}`;
  return body + computeChecksum(body);
}

/** What the sweep opens to see whether links can be opened. It is no token. */
export const probeToken = 'probe';

/** @returns whether the text can be a token. Anything else is refused without reading the table. */
export function isWellFormed(token: string): boolean {
  return (
    shape.test(token) && computeChecksum(token.slice(0, -checksumLength)) === token.slice(-checksumLength)
  );
}

/** @returns the last 4 characters, by which the owner recognizes a URL. Of 256 bits, at least 232 stay unknown. */
export function toTokenEnd(token: string): string {
  return token.slice(-4);
}

/** @returns what is stored instead of the token: its SHA-256, hexadecimal. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
