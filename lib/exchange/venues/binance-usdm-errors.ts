import { createBinanceErrors, messageErrors, sharedErrors } from './binance-errors.ts';
import type { ErrorRow } from './error-table.ts';

const page = { source: 'binanceUsdm' } as const;
const failure = { status: 503, meaning: 'not-placed', source: 'binanceUsdmHttp' } as const;

/**
 * A 503 with these words is documented as a failure that may be sent again. "Unknown error, please check your request
 * or try again later." is not: "execution may have succeeded". On spot, every 5xx is unknown.
 */
const failures: ErrorRow[] = [
  { codes: ['-1006', '-1007'], meaning: 'unknown', source: 'binanceUsdmHttp' },
  { status: 503, words: ['Unknown error, please check'], meaning: 'unknown', source: 'binanceUsdmHttp' },
  { ...failure, words: ['Service Unavailable.'] },
  { ...failure, words: ['Internal error; unable to process your request. Please try again.'] },
  { ...failure, codes: ['-1008'] },
  { ...failure, words: ['throttled by system-level protection'] },
  { codes: ['-1008'], meaning: 'unknown', source: 'binanceUsdmHttp' },
];

const permissions: ErrorRow = {
  // A wrong address or account, locked keys, an inactive or banned account, a cooling-off period, a region.
  codes: ['-1011', '-1099', '-1109', '-2017', '-4087', '-4088', '-4109', '-4192', '-4402'],
  meaning: 'permission',
  ...page,
};

/**
 * Each is described as a check before the order is accepted. Codes of leverage, margin mode and transfers are left
 * out: no create receives them.
 */
const refusals: ErrorRow[] = [
  { codes: ['-2018', '-2019', '-2028'], meaning: 'insufficient', ...page },
  { codes: ['-2024'], meaning: 'would-not-reduce', ...page },
  // -2022 "conflicts with existing open orders; cancel the existing order and resubmit". It also occurs if there is
  // nothing to reduce: https://github.com/ccxt/ccxt/issues/9001
  // -4130: a stop or take profit that closes the whole position.
  { codes: ['-2022', '-4118', '-4130'], meaning: 'exit-in-the-way', ...page },
  { codes: ['-4003', '-4004', '-4164'], meaning: 'below-minimum', ...page },
  { codes: ['-4005'], meaning: 'above-maximum', ...page },
  { codes: ['-4014', '-4023'], meaning: 'precision', ...page },
  { codes: ['-4116'], meaning: 'duplicate-id', ...page },
  { codes: ['-2021', '-4142'], meaning: 'would-trigger', ...page },
  { codes: ['-2025', '-4045'], meaning: 'too-many-orders', ...page },
  { codes: ['-5028'], meaning: 'clock', ...page },
  permissions,
  // Liquidation, price bands, a symbol that is not trading, quantitative rules, LIMIT orders only.
  { codes: ['-1122', '-2023', '-4016', '-4024', '-4131'], meaning: 'refused-for-now', ...page },
  { codes: ['-4140', '-4141', '-4400', '-5025'], meaning: 'refused-for-now', ...page },
  // A stop's prices, compared with each other or with the mark price.
  { codes: ['-4183', '-4184', '-4210', '-4211'], meaning: 'refused-for-now', ...page },
  // Limits of positions and leverage, and parameters that are wrong.
  { codes: ['-1110', '-1126', '-1136', '-2010', '-2026', '-2027'], meaning: 'other', ...page },
  {
    codes: ['-4001', '-4002', '-4006', '-4007', '-4013', '-4015', '-4060', '-4061', '-4062'],
    meaning: 'other',
    ...page,
  },
  { codes: ['-4120', '-4137', '-4138', '-4139', '-4401'], meaning: 'other', ...page },
  // "ERROR_MSG_RECEIVED", "Unable to fill": neither states what the order did.
  { codes: ['-1010', '-2020'], meaning: 'unknown', ...page },
];

/** The errors of POST /fapi/v1/order. */
export const binanceUsdmErrors = createBinanceErrors([
  ...failures,
  ...messageErrors(['-1013']),
  ...sharedErrors('binanceUsdm'),
  ...refusals,
]);
