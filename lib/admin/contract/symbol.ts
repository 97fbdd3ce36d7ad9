import { z } from 'zod';
import { findUnprintable } from '../../unprintable.ts';

const expected = 'expected BASE/QUOTE such as "BTC/USDT", or "BTC/USDT:USDT" for a perpetual';
const maxCurrencyLength = 20;

/**
 * Letters, digits and signs of any script: Binance lists futures such as 币安人生USDT since 2025-10-09.
 * https://developers.binance.com/docs/derivatives/change-log
 * Not spaces, and not the invisible format characters, which could make two symbols look the same.
 */
const visible = /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u;

/** Exchanges write Latin letters as capitals. A settle currency with a hyphen would be a dated future. */
const shape = /^[^/:a-z]+\/[^/:a-z]+(:[^/:a-z-]+)?$/u;

/** A market by ccxt's name. */
export const symbolSchema = z.string().superRefine((symbol, { addIssue }) => {
  const message = findFlaw(symbol);
  if (message !== undefined) addIssue({ code: 'custom', message });
});

function findFlaw(symbol: string): string | undefined {
  const unprintable = findUnprintable(symbol, visible);
  if (unprintable !== undefined)
    return `${expected}; character ${unprintable.position} (${unprintable.codePoint}) is a space or invisible`;
  if (!shape.test(symbol)) return expected;
  const isLong = symbol.split(/[/:]/).some((currency) => [...currency].length > maxCurrencyLength);
  return isLong ? `${expected}; a currency has at most ${maxCurrencyLength} characters` : undefined;
}
