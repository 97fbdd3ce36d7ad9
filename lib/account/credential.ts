import { z } from 'zod';
import { findUnprintable } from '../unprintable.ts';

/** Exchanges issue only these. Any other character was pasted by accident: it is invisible, or looks like a letter. */
const printable = /^[\x20-\x7e]$/;
const printableOrBreak = /^[\x20-\x7e\r\n]$/;
/** An RSA or Ed25519 private key. Its lines matter. */
const pem = /^-----BEGIN [A-Z0-9 ]+-----/;

/** A key, secret or password as pasted: white space around it is removed. No message quotes it. */
export const credentialSchema = z
  .string()
  .superRefine((pasted, { addIssue }) => {
    const message = findFlaw(pasted);
    if (message !== undefined) addIssue({ code: 'custom', message });
  })
  .trim()
  .min(1, 'expected some text');

function findFlaw(pasted: string): string | undefined {
  const trimmed = pasted.trim();
  const found = findUnprintable(trimmed, pem.test(trimmed) ? printableOrBreak : printable);
  if (found === undefined) return undefined;
  const before = [...pasted.slice(0, pasted.indexOf(trimmed))].length;
  return `expected printable ASCII, but character ${before + found.position} is ${found.codePoint}. Copy it from the exchange again`;
}
