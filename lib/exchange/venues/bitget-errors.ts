import type { ErrorMeaning, ErrorRow } from './error-table.ts';
import type { Fields } from './lists.ts';
import type { Venue } from './venue.ts';
import type { VenueError } from './venue-error.ts';

const keyCodes = ['40001', '40002', '40003', '40006', '40009', '40011', '40012', '40036', '40037', '40041'];
const addressCodes = ['40018', '40038'];
const rightCodes = ['40014', '40022', '40023', '40024', '40025', '40026', '40031', '40040', '40061', '40068'];
const regionCodes = ['40000', '40100', '40101', '40103', '40104', '40111'];
// "Invalid ACCESS_TIMESTAMP", "Request timestamp expired", "Timestamp for this request is outside of the ME receiveWindow."
const clockCodes = ['40004', '40005', '40008', '40078'];

/** "You are in Unified Account mode, and the Classic Account API is not supported at this time". */
const unifiedCode = '40085';

/** The errors of `place-order` and of every signed request. A code without a row proves nothing. */
const meanings: [ErrorMeaning, string[]][] = [
  ['clock', clockCodes],
  ['rate-limit', ['429', '40047', '70228']],
  ['permission', [...keyCodes, ...addressCodes, ...rightCodes, ...regionCodes, '40013', '40016', '40035']],
  ['permission', ['22010', '40199', '40301', '40710', '40752', '40760', '45107', '45108', '50012', '50013']],
  ['permission', ['50019', '50023', '50064', '70227']],
  ['insufficient', ['40754', '40762', '43012', '43132', '45002', '50020']],
  ['below-minimum', ['22034', '43006', '43010', '43027', '43037', '43042', '45110', '45111', '45114']],
  ['above-maximum', ['43007', '43038', '43041', '45112', '45113']],
  ['precision', ['22038', '43028', '45035', '45115']],
  ['duplicate-id', ['43118', '45034', '50060']],
  ['too-many-orders', ['40723', '40761', '43005', '43128', '45118', '50048', '70223']],
  // Maintenance, a market that is not open, price bands, limits of a coin, no offers.
  ['refused-for-now', ['22045', '40200', '40721', '40824', '41113', '41114', '43008', '43009', '43039']],
  ['refused-for-now', ['43040', '43115', '43119', '43120', '43122', '45009', '45043', '46013', '50025']],
  ['refused-for-now', ['50026', '50027', '50029', '50030', '70220', '70224', '70225']],
  // Wrong or missing parameters, an unknown market.
  ['other', ['22004', '40007', '40017', '40019', '40020', '40034', '40057', '40064', '40079', '40081']],
  ['other', ['40102', '40105', '40110', '40304', '40305', '40309', '40402', '40404', '40409', '40706']],
  ['other', ['40724', '40811', '40813', '41002', '41101', '41103', '42016', '43011', '43048', '43058']],
  ['other', ['43111', '43123', '48001', '48002', '50011', '50018', '50024', '50028', '50061', '400172']],
];

const rows: ErrorRow[] = [
  // "During the regular release time window, the RestAPI may return 45001, 40725, 40808 or 40015 error responses."
  { codes: ['40015', '40725', '40808', '45001'], meaning: 'unknown', source: 'bitgetFaq' },
  // "Request timed out", "Pending order failed", "Error creating order", "Place order error", system errors.
  {
    codes: ['40010', '40910', '43002', '43003', '43059', '45023', '50031', '70229'],
    meaning: 'unknown',
    source: 'bitget',
  },
  ...meanings.map(([meaning, codes]): ErrorRow => ({ codes, meaning, source: 'bitget' })),
  { codes: ['40786'], meaning: 'duplicate-id', source: 'bitgetEarlier' },
  { codes: [unifiedCode], meaning: 'permission', source: 'recordedUnifiedAccount' },
];

/** `{"code": "43012", "msg": "Insufficient balance", "requestTime": 1627293504612, "data": null}` */
function parseError(status: number, body: unknown): VenueError {
  const { code, msg, message } = (typeof body === 'object' && body !== null ? body : {}) as Fields;
  const hasCode = code !== undefined && code !== '00000';
  const own = String(msg ?? message ?? '');
  return {
    status,
    code: String(hasCode ? code : status),
    hasCode,
    message: code === unifiedCode ? `${own}. Ripcord needs a classic account, such as a sub-account` : own,
  };
}

export const bitgetErrors = {
  parseError,
  errors: { rows, isBelieved: (status: number) => status < 500 },
  deniedCodes: new Set([...keyCodes, ...addressCodes, '40014', unifiedCode]),
  clockCodes: new Set(clockCodes),
  troubleCodes: [
    ['key', keyCodes],
    ['address', addressCodes],
    ['permission', ['40014', '40040']],
    ['region', regionCodes],
    ['rate', ['429']],
    ['clock', clockCodes],
  ],
  // "The order does not exist", "There is no order to cancel", "The data of the order cannot be found".
  notFoundCodes: new Set(['22001', '40109', '43001', '43004', '45057']),
  // "The order is finalized", "The current order status cannot be" canceled, "The order status is" canceled "or fullFill".
  endedCodes: new Map(['45031', '45055', '50062'].map((code) => [code, 'read-fill' as const])),
} satisfies Partial<Venue>;
