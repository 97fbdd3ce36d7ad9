import type { ErrorMeaning, ErrorRow } from './error-table.ts';
import type { Fields } from './lists.ts';
import type { Venue } from './venue.ts';
import type { VenueError } from './venue-error.ts';

/**
 * Kraken's errors are texts: `E`, a category, `:` and words, which another `:` may follow with details. A code here is the
 * text without the details, except the name of an argument. The category of a text that is not listed decides.
 */
const meanings: [ErrorMeaning, string[]][] = [
  // "The request timed out according to the default or specified deadline": "the matching engine should reject the new
  // order request" by then. A nonce is checked before anything else.
  ['not-placed', ['EService:Deadline elapsed', 'EAPI:Invalid nonce']],
  [
    'rate-limit',
    [
      ...['EAPI:Rate limit exceeded', 'EOrder:Rate limit exceeded', 'EOrder:Domain rate limit exceeded'],
      ...['EAuth:Rate limit exceeded', 'EAuth:Too many requests', 'EGeneral:Too many requests'],
      'EService:Throttled',
    ],
  ],
  [
    'permission',
    ['EAPI:Invalid key', 'EAPI:Invalid signature', 'EGeneral:Permission denied', 'EAccount:*', 'EAuth:*'],
  ],
  // A deadline that is too far away, by a clock that is ahead of Kraken's.
  ['clock', ['EGeneral:Invalid arguments:deadline']],
  // The words for a second open order with one id are not documented. Ripcord's ids have the documented form, so an error
  // that names the id is about one that is taken.
  ['duplicate-id', ['EGeneral:Invalid arguments:cl_ord_id']],
  ['insufficient', ['EOrder:Insufficient funds']],
  [
    'below-minimum',
    [
      ...['EOrder:Order minimum not met', 'EOrder:Cost minimum not met'],
      'EGeneral:Invalid arguments:volume minimum not met',
    ],
  ],
  // An amount that is too small, or that has too many places: https://github.com/JKorf/Kraken.Net/issues/31
  [
    'precision',
    [
      ...['EGeneral:Invalid arguments:volume', 'EGeneral:Invalid arguments:price'],
      ...['EOrder:Invalid price', 'EOrder:Tick size check failed'],
    ],
  ],
  ['too-many-orders', ['EOrder:Orders limit exceeded', 'EOrder:Scheduled orders limit exceeded']],
  // `cancel_only`, `post_only` and `limit_only` mode. A lockout lasts about 15 minutes, and each try makes it longer.
  ['refused-for-now', ['EService:Market in *', 'EGeneral:Temporary lockout']],
];

const page = { source: 'kraken' } as const;

const rows: ErrorRow[] = [
  ...meanings.map(([meaning, codes]) => ({ codes, meaning, ...page })),
  {
    codes: ['EGeneral:Invalid arguments*', 'EAPI:*', 'EBM:*', 'EOrder:*', 'EQuery:*', 'ETrade:*'],
    meaning: 'other',
    ...page,
  },
  // "The matching engine or API is offline", internal errors, and texts that are not listed.
  { codes: ['EService:*', 'EGeneral:*', 'EDatabase:*'], meaning: 'unknown', ...page },
];

/** `EService: Throttled: 1741500000` has spaces that other texts lack. An argument that is wrong belongs to the code. */
function toCode(text: string): string {
  const parts = text.split(':').map((part) => part.trim());
  return parts.slice(0, parts[1] === 'Invalid arguments' ? 3 : 2).join(':');
}

/** @returns the texts of errors. A text that begins with `W` is a warning. */
function readErrors(body: unknown): string[] {
  const { error } = (typeof body === 'object' && body !== null ? body : {}) as Fields;
  return Array.isArray(error) ? error.map(String).filter((text) => text.includes(':')) : [];
}

/** `{"error": ["EOrder:Insufficient funds"]}`, with a status of 200. */
function parseError(status: number, body: unknown): VenueError {
  const texts = readErrors(body);
  const text = texts.find((each) => each.startsWith('E')) ?? texts[0];
  if (text === undefined) return { status, code: String(status), hasCode: false, message: '' };
  return { status, code: toCode(text), hasCode: true, message: text };
}

/** https://docs.kraken.com/api/docs/guides/spot-errors */
export const krakenErrors = {
  parseError,
  errors: { rows, isBelieved: (status: number) => status < 500 },
  deniedCodes: new Set([
    ...['EAPI:Invalid key', 'EAPI:Invalid signature', 'EGeneral:Permission denied'],
    ...['EAccount:Invalid permissions', 'EAuth:Account temporary disabled', 'EAuth:Account unconfirmed'],
  ]),
  // The deadline of an order comes from this machine's clock.
  clockCodes: new Set(['EService:Deadline elapsed', 'EGeneral:Invalid arguments:deadline']),
  retryCodes: new Set(['EAPI:Invalid nonce']),
  troubleCodes: [
    ['key', ['EAPI:Invalid key', 'EAPI:Invalid signature']],
    ['permission', ['EGeneral:Permission denied', 'EAccount:Invalid permissions']],
    ['rate', ['EAPI:Rate limit exceeded', 'EGeneral:Temporary lockout', 'EService:Throttled']],
    ['clock', ['EService:Deadline elapsed', 'EGeneral:Invalid arguments:deadline']],
  ],
  // A cancel's error for an order that has ended, or that never was. A look-up's error for an id that is none.
  notFoundCodes: new Set(['EOrder:Unknown order', 'EOrder:Invalid order']),
  endedCodes: new Map(),
} satisfies Partial<Venue>;
