/**
 * Exchanges of one region, which have the API of another exchange at a host of their own. No schema: bundles of exchanges
 * load this.
 */
const parents = {
  binanceus: 'binance',
  bybiteu: 'bybit',
  bybitid: 'bybit',
  myokx: 'okx',
  okxus: 'okx',
  gateeu: 'gate',
} as const;

export type RegionalExchangeId = keyof typeof parents;

/** @returns the exchange whose API it has: itself, unless it is of one region only. */
export function toParent<Id extends string>(id: Id): Exclude<Id, RegionalExchangeId> {
  const parent: string = id in parents ? parents[id as unknown as RegionalExchangeId] : id;
  return parent as Exclude<Id, RegionalExchangeId>;
}
