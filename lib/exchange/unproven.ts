import type { Amount } from '../amount.ts';
import type { MarketRules } from './market.ts';

/** What a MARKET sale would send to an exchange that is not proven. */
export interface RecordedSale {
  symbol: string;
  method: string;
  /** Host and path. */
  url: string;
  /** The names of the fields in its query and its body. */
  fields: string[];
  /** Whether the client order id is among their values. The exchange may ignore it all the same. */
  namesOrder: boolean;
}

/** A sale that was sent once, and whose result is not known. */
export interface SentSale {
  clientOrderId: string;
  /** Epoch milliseconds. */
  sentAt: number;
}

/** What an exchange that is not proven shows around a sale. None of it proves what became of the order. */
export interface SaleTraces {
  /** Orders and trades that carry the client order id anywhere, in words. */
  named: string[];
  /** The ids of the market's open orders. */
  openOrderIds: string[];
  /** What was sold in the market since then. */
  sold: Amount;
  /** What the account has of the base currency. */
  balance: Amount | undefined;
  /** What could not be read. */
  unread: string[];
}

/** What there is of an exchange that is not proven, instead of proofs. */
export interface UnprovenTrading {
  /** @throws Fault `exchange-refused` if a sale would be anything but one plain request. Nothing leaves. */
  recordSale(): Promise<RecordedSale>;
  fetchTraces(market: MarketRules, sale: SentSale): Promise<SaleTraces>;
}
