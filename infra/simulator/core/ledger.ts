import type { MarketKind, OrderType, Side } from './model.ts';

interface LedgerOrderFields {
  account: string;
  market: MarketKind;
  symbol: string;
  orderId: number;
  clientOrderId: string;
}

export type LedgerEvent =
  | {
      type: 'request';
      market: MarketKind | 'wallet';
      method: string;
      path: string;
      /** Query and form body joined, without signature and key. */
      query: string;
      /** 0 if the client got no complete response: the connection was closed or stalled. */
      status: number;
      code?: number | string;
      fault?: string;
    }
  | (LedgerOrderFields & { type: 'order'; side: Side; orderType: OrderType; amount: string; price?: string })
  | (LedgerOrderFields & {
      type: 'fill';
      side: Side;
      amount: string;
      price: string;
      fee: string;
      feeAsset: string;
    })
  | (LedgerOrderFields & { type: 'cancel' | 'expire'; filled: string })
  | (LedgerOrderFields & { type: 'amend'; amount: string; price?: string })
  | (LedgerOrderFields & { type: 'algo-order' | 'algo-cancel' | 'algo-expire' })
  | (LedgerOrderFields & { type: 'trigger'; price: string; actualOrderId?: number })
  | { type: 'price'; market: MarketKind; symbol: string; price: string };

export type LedgerEntry = LedgerEvent & { seq: number; at: number };
