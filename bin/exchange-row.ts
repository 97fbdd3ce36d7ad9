import type { MarketKind } from '../lib/exchange/exchange.ts';

/** What Ripcord can do at one exchange, for people and for scripts. */
export interface ExchangeRow {
  /** As `exchange` of an account. */
  exchange: string;
  name: string;
  /**
   * `proven`: exactly once. `at-most-once` and `generic`: spot sales in the generic mode, where a close whose response is lost
   * needs attention. Those of `at-most-once` could be proven by a test.
   */
  support: 'proven' | 'at-most-once' | 'generic' | 'refused';
  markets: MarketKind[];
  /** What shows whether an order whose answer was lost exists. */
  proof?: 'absence' | 'replay';
  /** How long after its timestamp the exchange can accept a request, in milliseconds. */
  receiveWindowMs?: number;
  /** Whether orders carry a deadline of their own beside it. */
  orderDeadline?: boolean;
  /** The exits that can rest at the exchange, by kind of market. */
  exits: Partial<Record<MarketKind, string[]>>;
  /** Perpetuals with a long and a short at once. */
  hedge: boolean;
  /** The coins that fees are taken in. */
  fees?: string;
  testNetwork: boolean;
  /** Whether its keys have a passphrase. */
  passphrase: boolean;
  /** What is not supported there, and why. */
  refused: string[];
}

/** What is supported nowhere. */
export const refusedEverywhere =
  'Inverse and quanto contracts, whose contracts are no amount of their base currency; dated futures and options; margin on spot.';

/** How many exchanges have which support. */
export function countSupport(rows: readonly ExchangeRow[]): Record<ExchangeRow['support'], number> {
  const count = (support: ExchangeRow['support']) => rows.filter((row) => row.support === support).length;
  return {
    proven: count('proven'),
    'at-most-once': count('at-most-once'),
    generic: count('generic'),
    refused: count('refused'),
  };
}

/** @returns the refused exchanges by their reasons, in sentences. */
export function describeRefused(rows: readonly ExchangeRow[]): string[] {
  // The packed command line runs on Node 20, which has no Map.groupBy.
  const byReason = new Map<string, string[]>();
  for (const { support, exchange, refused } of rows)
    if (support === 'refused')
      for (const why of refused) byReason.set(why, [...(byReason.get(why) ?? []), exchange]);
  return [...byReason].map(([why, exchanges]) => `${exchanges.join(', ')}: ${why}`);
}

const words = { absence: 'a deadline, then absence', replay: 'the same order again' } as const;

/** @returns what shows whether a lost order exists, in words. */
export function describeProof({ proof }: ExchangeRow): string {
  return proof === undefined ? 'none' : words[proof];
}

/** @returns until when the exchange can accept an order, in words. */
export function describeFence({ receiveWindowMs, orderDeadline }: ExchangeRow): string {
  if (receiveWindowMs === undefined) return 'not known';
  const window = `${receiveWindowMs / 1_000} s after its timestamp`;
  return orderDeadline === true ? `its own deadline, and ${window}` : window;
}

/** @returns the exits that can rest there, in words, by kind of market if they differ. */
export function describeExits({ exits, markets }: ExchangeRow): string {
  const texts = markets.map((kind) => exits[kind]?.join(', ') ?? 'none');
  const [first = 'none'] = texts;
  if (texts.every((each) => each === first)) return first;
  return markets.map((kind, index) => `${kind}: ${texts[index]}`).join('; ');
}
