import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { linkIdSchema, toLinkId } from '../../../lib/link/link.ts';
import { hashToken, isWellFormed, mintToken } from '../../../lib/link/token.ts';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
function toNumber(text: string): bigint {
  return [...text].reduce((value, character) => value * 62n + BigInt(alphabet.indexOf(character)), 0n);
}
function toSecret(token: string): bigint {
  return toNumber(token.slice(3, 46));
}

const tokens = Array.from({ length: 2_000 }, mintToken);

describe('A token', () => {
  it('is rc_ and 49 letters or digits, which a URL takes as they are', () => {
    for (const token of tokens) {
      expect(token).toMatch(/^rc_[0-9A-Za-z]{49}$/);
      expect(encodeURIComponent(token)).toBe(token);
    }
  });

  it('is never the same twice', () => {
    expect(new Set(tokens).size).toBe(tokens.length);
  });

  it('has 256 random bits: each of them is as often 1 as 0, and none is beyond', () => {
    const ones = Array.from({ length: 256 }, () => 0);
    for (const token of tokens) {
      const secret = toSecret(token);
      expect(secret >> 256n).toBe(0n);
      for (let bit = 0; bit < 256; bit += 1) {
        if ((secret >> BigInt(bit)) & 1n) ones[bit] = (ones[bit] ?? 0) + 1;
      }
    }
    // 1,000 each, with a standard deviation of 22: eight of them miss once in some 10^12 runs.
    for (const count of ones) expect(Math.abs(count - 1_000)).toBeLessThan(180);
  });

  it('ends in the CRC-32 of what comes before', () => {
    for (const token of tokens)
      expect(toNumber(token.slice(46))).toBe(BigInt(crc32(Buffer.from(token.slice(0, 46)))));
  });

  it('is well formed', () => {
    expect(tokens.every(isWellFormed)).toBe(true);
  });
});

describe('A text that is no token', () => {
  const [sample = ''] = tokens;

  // Six characters at random are the right ones once in 62^6 times: 100,000 never meet that in practice.
  it('is recognized by its checksum: 100,000 texts of the right shape', () => {
    const wellFormed: string[] = [];
    for (let count = 0; count < 100_000; count += 1) {
      const characters = Array.from(randomBytes(49), (byte) => alphabet.charAt(byte % 62));
      const text = `rc_${characters.join('')}`;
      if (isWellFormed(text)) wellFormed.push(text);
    }
    expect(wellFormed).toEqual([]);
  });

  it('is recognized by its checksum: a token with any one character changed', () => {
    for (let at = 3; at < sample.length; at += 1) {
      for (const character of alphabet) {
        const text = sample.slice(0, at) + character + sample.slice(at + 1);
        expect(isWellFormed(text)).toBe(text === sample);
      }
    }
  });

  it('is recognized by its checksum: a token with any two neighbors swapped', () => {
    for (let at = 3; at < sample.length - 1; at += 1) {
      const text = sample.slice(0, at) + sample.charAt(at + 1) + sample.charAt(at) + sample.slice(at + 2);
      expect(isWellFormed(text)).toBe(text === sample);
    }
  });

  it.each([
    ['nothing', ''],
    ['its prefix', 'rc_'],
    ['one without its prefix', sample.slice(3)],
    ['one with another prefix', `RC_${sample.slice(3)}`],
    ['one cut short', sample.slice(0, -1)],
    ['one with more behind it', `${sample}0`],
    ['one with a line end behind it', `${sample}\n`],
    ['one with a slash behind it', `${sample}/`],
    ['one with a space before it', ` ${sample}`],
    ['one with another line before it', `x\n${sample}`],
    ['one with a letter that only looks alike', `rc_\u0430${sample.slice(4)}`],
    ['one with a dash', `rc_-${sample.slice(4)}`],
    ['one twice', sample + sample],
    ['one in percent encoding', [...sample].map((c) => `%${c.charCodeAt(0).toString(16)}`).join('')],
    ['a megabyte', 'rc_'.padEnd(1_000_000, '0')],
    ['a checksum beyond 32 bits', `${sample.slice(0, -6)}zzzzzz`],
  ])('is recognized by its shape: %s', (_, text) => {
    expect(isWellFormed(text)).toBe(false);
  });
});

describe('A text that ends in its own CRC-32', () => {
  const body = tokens[0]?.slice(0, -6) ?? '';
  function withChecksum(text: string): string {
    let rest = crc32(text);
    let checksum = '';
    while (checksum.length < 6) {
      checksum = alphabet.charAt(rest % 62) + checksum;
      rest = Math.floor(rest / 62);
    }
    return text + checksum;
  }

  it('is a token when it has the shape of one', () => {
    expect(isWellFormed(withChecksum(body))).toBe(true);
  });

  it.each([
    ['its body is empty', ''],
    ['its prefix is missing', body.slice(3)],
    ['its prefix is another one', `RC_${body.slice(3)}`],
    ['it is too short', body.slice(0, -1)],
    ['it is too long', `${body}0`],
    ['it has a dash', `rc_-${body.slice(4)}`],
    ['it has text before it', ` ${body}`],
    ['it has a line before it', `x\n${body}`],
  ])('is no token when %s', (_, text) => {
    expect(isWellFormed(withChecksum(text))).toBe(false);
  });
});

describe('The hash of a token', () => {
  it('is its SHA-256', () => {
    expect(hashToken('rc_x')).toBe(createHash('sha256').update('rc_x').digest('hex'));
    expect(hashToken('rc_x')).toMatch(/^[0-9a-f]{64}$/);
  });

  it('leads to an id of its own, which reveals nothing of the token', () => {
    const ids = tokens.map((token) => toLinkId(hashToken(token)));
    expect(new Set(ids).size).toBe(tokens.length);
    for (const id of ids) expect(linkIdSchema.safeParse(id).success).toBe(true);
  });

  it.each(['0'.repeat(64), 'f'.repeat(64), `${'0'.repeat(63)}1`])(
    'leads to an id of full length: %s',
    (hash) => {
      expect(linkIdSchema.safeParse(toLinkId(hash)).success).toBe(true);
    },
  );
});
