import type { Account } from '../../../lib/account/account.ts';

/** A secret of Kraken is base64. @returns one that decodes to the same bytes. */
export function toSecret(exchange: Account['exchange'], secret: string): string {
  return exchange === 'kraken' ? Buffer.from(secret, 'base64').toString('base64') : secret;
}
