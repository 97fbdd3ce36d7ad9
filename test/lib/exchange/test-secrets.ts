import { generateKeyPairSync } from 'node:crypto';

/** The private keys of Coinbase, by the text that stands for each. */
const privateKeys = new Map<string, string>();

function toPrivateKey(text: string): string {
  const known = privateKeys.get(text);
  if (known !== undefined) return known;
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = privateKey.export({ type: 'sec1', format: 'pem' }).toString().trim();
  privateKeys.set(text, pem);
  return pem;
}

/** @returns a text as a secret of the exchange: base64 that decodes to the same bytes at Kraken, a private key at Coinbase. */
export function toSecret(exchange: string, text: string): string {
  if (exchange === 'coinbase') return toPrivateKey(text);
  return exchange === 'kraken' ? Buffer.from(text, 'base64').toString('base64') : text;
}
