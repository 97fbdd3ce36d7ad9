import type { ErrorMeaning, ErrorRow } from './error-table.ts';
import type { Fields } from './lists.ts';
import type { Venue } from './venue.ts';
import type { VenueError } from './venue-error.ts';

/** The errors of `trade/order`, `trade/order-algo` and of every signed request. A code without a row proves nothing. */
const meanings: [ErrorMeaning, string[]][] = [
  // "Timestamp request expired", "Invalid OK-ACCESS-TIMESTAMP", "The expTime can't be earlier than the current system time".
  ['clock', ['50102', '50112', '50036']],
  // "Order expired".
  ['not-placed', ['50037']],
  ['rate-limit', ['50011', '50040', '50061']],
  [
    'permission',
    ['50027', '50028', '50029', '50030', '50032', '50033', '50035', '50041', '50051', '50052', '50059'],
  ],
  ['permission', ['50060', '50100', '50101', '50103', '50104', '50105', '50106', '50107', '50110', '50111']],
  ['permission', ['50113', '50114', '50119', '50120', '50121', '51010', '51024', '51155']],
  ['insufficient', ['51008', '51119', '51127', '51131']],
  ['below-minimum', ['51007', '51020', '51120', '50122']],
  [
    'above-maximum',
    ['51005', '51101', '51108', '51185', '51201', '51202', '51203', '51207', '51252', '51275'],
  ],
  ['precision', ['51121', '51150']],
  // No position, or one that is smaller than the order: nothing is cut down to its size.
  ['would-not-reduce', ['51023', '51112', '51169', '51170']],
  // "The new order may execute an opposite trading direction of your existing reduce-only positions. Cancel or edit
  // pending orders".
  ['exit-in-the-way', ['51148', '51117', '51165', '51206']],
  ['duplicate-id', ['51016', '50071', '51011', '51065', '51068']],
  ['would-trigger', ['51277', '51278', '51279', '51280']],
  ['too-many-orders', ['51025', '51102', '51103', '51104', '51174', '51261', '51299']],
  // Frozen by a liquidation, deleveraging or funding; suspended, in delivery or settlement; price limits; no offers.
  [
    'refused-for-now',
    ['50017', '50018', '50019', '50020', '50021', '50022', '50023', '50046', '50062', '51006'],
  ],
  [
    'refused-for-now',
    ['51021', '51022', '51028', '51029', '51030', '51031', '51032', '51037', '51109', '51110'],
  ],
  [
    'refused-for-now',
    ['51116', '51124', '51135', '51136', '51137', '51138', '51140', '51196', '51197', '51250'],
  ],
  ['refused-for-now', ['51507']],
  // Wrong or missing parameters, an unknown market, limits of a position.
  [
    'other',
    ['50000', '50002', '50006', '50014', '50015', '50016', '50024', '50025', '51000', '51001', '51002'],
  ],
  [
    'other',
    ['51003', '51009', '51015', '51027', '51087', '51105', '51106', '51107', '51133', '51139', '51205'],
  ],
  ['other', ['51186', '51187', '51209', '51210', '51298']],
  // "Does not mean that the request was successful or failed", failures of the servers, and "Repeated request".
  ['unknown', ['50001', '50004', '50005', '50013', '50026', '50042', '51054', '51149']],
];

const rows: ErrorRow[] = meanings.map(([meaning, codes]) => ({ codes, meaning, source: 'okx' }));

/** @returns the result of the request's one order, which has an error of its own. */
function findRefusal(body: unknown): Fields | undefined {
  const { data } = (typeof body === 'object' && body !== null ? body : {}) as { data?: unknown };
  const results: Fields[] = Array.isArray(data) ? data : [];
  return results.find(({ sCode }) => sCode !== undefined && String(sCode) !== '0');
}

/**
 * `{"code": "1", "data": [{"sCode": "51008", "sMsg": "…"}]}`, or `{"code": "50111", "msg": "…", "data": []}`.
 * https://www.okx.com/docs-v5/en/#order-book-trading-trade-post-place-order
 */
function parseError(status: number, body: unknown): VenueError {
  const { code, msg } = (typeof body === 'object' && body !== null ? body : {}) as Fields;
  const refusal = findRefusal(body);
  const own = refusal?.sCode ?? (code === undefined || String(code) === '0' ? undefined : code);
  return {
    status,
    code: String(own ?? status),
    hasCode: own !== undefined,
    message: String(refusal?.sMsg || msg || ''),
  };
}

export const okxErrors = {
  parseError,
  // ccxt reads only the code of the whole response, and takes 0 and 2 for a success.
  isErrorResponse: (body: unknown) => findRefusal(body) !== undefined,
  errors: { rows, isBelieved: (status: number) => status < 500 },
  deniedCodes: new Set(
    [
      '50030',
      '50035',
      '50100',
      '50101',
      '50103',
      '50104',
      '50105',
      '50106',
      '50110',
      '50111',
      '50113',
    ].concat(['50114', '50119', '50120']),
  ),
  clockCodes: new Set(['50102', '50112', '50036']),
  troubleCodes: [
    ['key', ['50101', '50103', '50104', '50105', '50106', '50111', '50113', '50114', '50119']],
    ['address', ['50035', '50110']],
    ['permission', ['50027', '50030', '50100', '50120']],
    ['rate', ['50011', '50040', '50061']],
    ['clock', ['50102', '50112']],
  ],
  // Look-up: "Order does not exist." Cancel: "as the order has been filled, canceled or does not exist."
  notFoundCodes: new Set(['51603', '51400', '51063', '51527']),
  // "Already canceled", "already completed", "has been triggered and can't be canceled".
  endedCodes: new Map(['51401', '51402', '51412', '51416'].map((code) => [code, 'read-fill' as const])),
} satisfies Partial<Venue>;
