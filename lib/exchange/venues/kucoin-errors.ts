import type { ErrorSource } from './error-sources.ts';
import type { ErrorRow } from './error-table.ts';
import type { Fields } from './lists.ts';
import type { Venue } from './venue.ts';
import type { VenueError } from './venue-error.ts';

function toRows(source: ErrorSource, meanings: [ErrorRow['meaning'], string[], string[]?][]): ErrorRow[] {
  return meanings.map(([meaning, codes, words]) => ({ codes, meaning, source, ...(words && { words }) }));
}

/** The errors of `hf/orders/sync`. 400100 is any wrong parameter: only its message shows which one it is. */
const rows: ErrorRow[] = [
  ...toRows('kucoinDuplicate', [['duplicate-id', ['400100'], ['clientOidDuplicated']]]),
  ...toRows('kucoinEarlier', [
    // "Order size below the minimum requirement.", "The quantity is below the minimum requirement."
    ['below-minimum', ['400100', '600100'], ['below the minimum requirement']],
    // "Order size increment invalid."
    ['precision', ['400100', '600100'], ['increment invalid', 'increment is invalid']],
    // "clientTimestamp parameter error"
    ['clock', ['126041']],
    [
      'permission',
      ['126001', '126002', '126005', '126021', '126037', '126045', '126046', '126047', '126048'],
    ],
    ['insufficient', ['126013', '210021', '230003', '260100']],
    ['below-minimum', ['126003', '600101']],
    ['above-maximum', ['126042', '400350']],
    ['too-many-orders', ['126011']],
    ['duplicate-id', ['126033', '126044']],
    // A suspended pair, price protection and price limits, and a time in which only LIMIT orders are accepted.
    ['refused-for-now', ['126006', '126007', '126009', '126015', '126022', '126027', '126028', '126029']],
    ['refused-for-now', ['126030', '400330', '400370', '400760']],
    ['other', ['126004', '126034', '600100']],
    // "Third-party service call failed"
    ['unknown', ['126038', '126039']],
  ]),
  ...toRows('kucoin', [
    ['insufficient', ['400100'], ['account.available.amount']],
    ['insufficient', ['200004']],
    ['too-many-orders', ['200003']],
    // 200002 is also "too many requests" of one kind.
    ['refused-for-now', ['200001', '200002', '400600', '600203']],
    ['permission', ['200009', '400200', '400500', '400700', '411100']],
    ['other', ['400100', '404000', '415000']],
  ]),
  ...toRows('kucoinGateway', [
    ['clock', ['400002']],
    ['rate-limit', ['429000', '429001']],
    [
      'permission',
      ['400001', '400003', '400004', '400005', '400006', '400007', '400008', '400009', '400010'],
    ],
    ['permission', ['400201', '400202', '400301', '400302', '400303', '400304', '400401', '411200']],
    ['other', ['400101', '400102']],
    ['unknown', ['500000', '501000', '503000', '504000', '505000']],
  ]),
];

/** `{"code": "400100", "msg": "…"}`: 200000 is a success, and 200 in some samples. */
function readCode(body: unknown): string | undefined {
  const { code } = (typeof body === 'object' && body !== null ? body : {}) as Fields;
  return code === undefined || ['200000', '200'].includes(String(code)) ? undefined : String(code);
}

function parseError(status: number, body: unknown): VenueError {
  const code = readCode(body);
  const { msg } = (typeof body === 'object' && body !== null ? body : {}) as Fields;
  // `validation.createOrder.clientOidDuplicated` is as long as a signature, and would be redacted.
  const message = String(msg ?? '').replace('validation.createOrder.', '');
  return { status, code: code ?? String(status), hasCode: code !== undefined, message };
}

export const kucoinErrors = {
  parseError,
  errors: { rows, isBelieved: (status: number) => status < 500 },
  deniedCodes: new Set([
    '400003',
    '400004',
    '400005',
    '400006',
    '400007',
    '400008',
    '400009',
    '400010',
    '411100',
  ]),
  clockCodes: new Set(['400002', '126041']),
  troubleCodes: [
    // 400008: keys of version 1 and 2 are no longer accepted.
    ['key', ['400003', '400004', '400005', '400008', '400009']],
    ['address', ['400006']],
    ['permission', ['400007', '400010', '411100']],
    ['region', ['400301', '400302', '400500']],
    ['rate', ['429000', '429001']],
    ['clock', ['400002', '126041']],
  ],
  notFoundCodes: new Set(['100001', '126043']),
  // "If the order does not exist, then there will be a prompt saying that the order does not exist", with the general
  // code. A cancel has one message for both: `order_not_exist_or_not_allow_to_cancel`.
  // https://www.kucoin.com/docs/rest/spot-trading/spot-hf-trade-pro-account/get-hf-order-details-by-clientoid
  notFoundWords: ['order_not_exist', 'order not exist', 'ordernotexist', 'order does not exist'],
  // "Order is in not cancelable state."
  endedCodes: new Map([['100004', 'read-fill' as const]]),
} satisfies Partial<Venue>;
