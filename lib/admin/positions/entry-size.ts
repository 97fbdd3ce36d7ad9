import type { Amount } from '../../amount.ts';
import { checkEntrySize, type EntrySize, type WantedEntry } from '../../exchange/entry-size.ts';
import type { MarketRules } from '../../exchange/exchange.ts';
import { Fault } from '../../fault.ts';

/** Throws `invalid-input` if the market does not allow the price or the size. */
export function computeEntrySize(wanted: WantedEntry, market: MarketRules, lastPrice: Amount): EntrySize {
  const size = checkEntrySize(wanted, market, lastPrice);
  if (!('refusal' in size)) return size;
  const { path, sentence, hint } = size.refusal;
  throw new Fault('invalid-input', `${sentence} Nothing was sent.`, {
    hint: { text: hint },
    issues: [`${path}: ${sentence}`],
  });
}
