/** A secret of Kraken is base64. @returns one that decodes to the same bytes. */
export function toSecret(exchange: string, secret: string): string {
  return exchange === 'kraken' ? Buffer.from(secret, 'base64').toString('base64') : secret;
}
