import { createBinanceErrors, messageErrors, sharedErrors } from './binance-errors.ts';

/** The errors of POST /api/v3/order. */
export const binanceSpotErrors = createBinanceErrors([
  ...messageErrors(['-1013', '-1010', '-2010']),
  ...sharedErrors('binanceSpot'),
  // strategyType, JSON and symbolStatus.
  { codes: ['-1122', '-1134', '-1135', '-1220'], meaning: 'other', source: 'binanceSpot' },
  { codes: ['-1008'], meaning: 'unknown', source: 'binanceSpot' },
]);
