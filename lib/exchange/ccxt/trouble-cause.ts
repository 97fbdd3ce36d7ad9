import type { Fault } from '../../fault.ts';
import type { TroubleCause } from '../trouble-cause.ts';
import type { CodelessCause } from '../venues/venue-error.ts';
import { notSentFrom, venueErrorFrom } from './call-failure.ts';

/**
 * The codes of Binance are negative. Those of Bybit and OKX differ from each other.
 * https://developers.binance.com/docs/binance-spot-api-docs/errors and
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/error-code and
 * https://bybit-exchange.github.io/docs/v5/error and
 * https://www.okx.com/docs-v5/en/#error-code-rest-api
 */
const codes: Record<Exclude<TroubleCause, 'unreachable' | 'region'>, string[]> = {
  // A wrong format, or a wrong signature.
  key: [
    ...['-2014', '-1022', '10003', '10004', '10007', '50101', '50103', '50104', '50105', '50106', '50111'],
    ...['50113', '50114', '50119'],
  ],
  expired: ['33004'],
  // "Unmatched IP, please check your API key's bound IP addresses."
  address: ['10010', '50035', '50110'],
  // "Invalid API-key, IP, or permissions for action."
  'key-or-address': ['-2015'],
  permission: ['-1002', '10005', '10008', '10027', '50027', '50030', '50100', '50120'],
  // "Too many requests", also during a ban; Bybit has a code for the address.
  rate: ['-1003', '-1015', '10006', '10018', '50011', '50040', '50061'],
  clock: ['-1021', '-5028', '10002', '50102', '50112'],
};

const causeOfCode = new Map(
  Object.entries(codes).flatMap(([cause, list]) =>
    list.map((code) => [code, cause as TroubleCause] as const),
  ),
);

const causeOfStatus: Partial<Record<CodelessCause, TroubleCause>> = {
  key: 'key',
  rate: 'rate',
  // "This can indicate a rate limit violation or a security block."
  firewall: 'rate',
  region: 'region',
};

/** @returns the cause of a fault that a request to an exchange ended with; undefined if there is nothing to add to it. */
export function findTroubleCause({ code, cause }: Fault): TroubleCause | undefined {
  if (notSentFrom(cause)?.reason === 'rate-limit') return 'rate';
  const error = venueErrorFrom(cause);
  const known = error && (causeOfCode.get(error.code) ?? (error.cause && causeOfStatus[error.cause]));
  return known ?? (code === 'exchange-unreachable' ? 'unreachable' : undefined);
}
