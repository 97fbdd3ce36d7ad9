export interface PriceLine {
  /** Present: the line can be moved. */
  id?: string;
  price: string;
  title: string;
  kind: 'entry' | 'target' | 'stop';
  dashed: boolean;
}

export interface Mark {
  /** Epoch milliseconds. */
  at: number;
  shape: 'buy' | 'sell' | 'hit';
  text: string;
}
