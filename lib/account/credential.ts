import { z } from 'zod';
import { findUnprintable } from '../unprintable.ts';

/** Exchanges issue only these. Any other character was pasted by accident: it is invisible, or looks like a letter. */
const visible = /^[\x21-\x7e]$/;
/** The owner chose the password, which may have spaces. */
const printable = /^[\x20-\x7e]$/;
const printableOrBreak = /^[\x20-\x7e\r\n]$/;
/** An RSA or Ed25519 private key. Its lines matter. */
const pem = /^-----BEGIN /;

/** A key or secret as pasted: white space around it is removed. No message quotes it. */
export const credentialSchema = pasteable(visible);
export const passwordSchema = pasteable(printable);

function pasteable(allowed: RegExp) {
  return z
    .string()
    .superRefine((pasted, { addIssue }) => {
      const message = findFlaw(pasted, allowed);
      if (message !== undefined) addIssue({ code: 'custom', message });
    })
    .trim()
    .min(1, 'expected some text');
}

function findFlaw(pasted: string, allowed: RegExp): string | undefined {
  const trimmed = pasted.trim();
  const found = findUnprintable(trimmed, pem.test(trimmed) ? printableOrBreak : allowed);
  if (found === undefined) return undefined;
  const before = [...pasted.slice(0, pasted.indexOf(trimmed))].length;
  const expected = found.codePoint === 'U+0020' ? 'no space' : 'printable ASCII';
  return `expected ${expected}, but character ${before + found.position} is ${found.codePoint}. Copy it from the exchange again`;
}
