import { type FaultCode, toHttpStatus } from '../fault.ts';
import type { Outcome } from '../position/position.ts';

/** What a response reports: the recorded outcome, why a hit did not act, or a fault's code. */
export type ResponseStatus =
  | Outcome['outcome']
  | 'confirm'
  | 'in-progress'
  | 'ignored'
  | 'wrong-source'
  | 'not-found'
  | 'method-not-allowed'
  | 'paused'
  | 'halted'
  | 'needs-attention'
  | 'gone'
  | 'refused'
  | 'busy'
  | 'retrying'
  | StandingStatus
  | FaultCode;

/** What only a standing link answers: for all positions together, or for one of them. */
type StandingStatus =
  | 'done'
  | 'nothing-open'
  | 'partly'
  | 'rehearsed'
  | 'unreadable'
  | 'unchanged'
  | 'stop-moved'
  | 'followed'
  | 'late'
  | 'not-followed';

export interface StatusEntry {
  httpStatus: number;
  /** The page's heading and title. */
  headline: string;
}

function faultEntry(code: FaultCode, headline: string): StatusEntry {
  return { httpStatus: toHttpStatus(code), headline };
}

/** From status to HTTP status and headline: the only such table. */
export const responseStatuses: Record<ResponseStatus, StatusEntry> = {
  closed: { httpStatus: 200, headline: 'Closed' },
  canceled: { httpStatus: 200, headline: 'Canceled' },
  kept: { httpStatus: 200, headline: 'Kept open' },
  dust: { httpStatus: 200, headline: 'Too little left to close' },

  done: { httpStatus: 200, headline: 'Done' },
  'nothing-open': { httpStatus: 200, headline: 'Nothing to do' },
  partly: { httpStatus: 200, headline: 'Not done for every position' },
  rehearsed: { httpStatus: 200, headline: 'Rehearsal: nothing was done' },
  unchanged: { httpStatus: 200, headline: 'Unchanged' },
  'stop-moved': { httpStatus: 200, headline: 'Stop moved' },
  followed: { httpStatus: 200, headline: 'Followed' },
  late: { httpStatus: 200, headline: 'Older than the last message' },
  'not-followed': { httpStatus: 200, headline: 'Not followed yet' },

  confirm: { httpStatus: 200, headline: 'Confirm this action' },
  'in-progress': { httpStatus: 202, headline: 'In progress' },
  ignored: { httpStatus: 400, headline: 'Nothing was done' },
  unreadable: { httpStatus: 400, headline: 'Nothing was done' },
  'wrong-source': { httpStatus: 403, headline: "This address isn't allowed" },
  'not-found': { httpStatus: 404, headline: 'Link not found' },
  'method-not-allowed': { httpStatus: 405, headline: 'Nothing was done' },
  paused: { httpStatus: 409, headline: 'All links are paused' },
  'not-heard': faultEntry('not-heard', 'Nothing was done'),
  'needs-attention': faultEntry('needs-attention', 'Needs your attention'),
  gone: { httpStatus: 410, headline: 'This link no longer works' },
  refused: { httpStatus: 422, headline: 'The exchange refused' },
  halted: { httpStatus: 503, headline: 'Links are halted' },
  busy: { httpStatus: 503, headline: 'Another action is in progress' },
  retrying: { httpStatus: 503, headline: 'Not finished yet' },

  'invalid-input': faultEntry('invalid-input', 'Nothing was done'),
  'accounts-denied': faultEntry('accounts-denied', "The account isn't available"),
  'account-invalid': faultEntry('account-invalid', "The account isn't available"),
  'account-not-found': faultEntry('account-not-found', "The account isn't available"),
  'market-not-found': faultEntry('market-not-found', "The exchange doesn't list this market"),
  'channel-not-found': faultEntry('channel-not-found', "Notifications aren't available"),
  'order-not-found': faultEntry('order-not-found', 'An order was not found'),
  'position-not-found': faultEntry('position-not-found', 'Position not found'),
  'link-not-found': faultEntry('link-not-found', 'Link not found'),
  conflict: faultEntry('conflict', 'Something else came first'),
  'channel-refused': faultEntry('channel-refused', "Notifications aren't available"),
  'key-refused': faultEntry('key-refused', "The account isn't available"),
  'key-unproven': faultEntry('key-unproven', "The account isn't available"),
  'exchange-refused': faultEntry('exchange-refused', 'The exchange refused'),
  'would-trigger': faultEntry('would-trigger', 'Nothing was done'),
  internal: faultEntry('internal', 'Unexpected error'),
  'accounts-unreadable': faultEntry('accounts-unreadable', "The account isn't available"),
  'channels-unreadable': faultEntry('channels-unreadable', "Notifications aren't available"),
  'exchange-unreachable': faultEntry('exchange-unreachable', "The exchange isn't available"),
  'newer-version': faultEntry('newer-version', "Ripcord isn't available"),
  'out-of-time': faultEntry('out-of-time', 'No time left to act'),
  'table-unreachable': faultEntry('table-unreachable', "Ripcord isn't available"),
};
