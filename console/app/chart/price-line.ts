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
  /** `hit`: a link acted. `failed`: it fired, and nothing was executed. */
  shape: 'buy' | 'sell' | 'hit' | 'failed';
  text: string;
}
