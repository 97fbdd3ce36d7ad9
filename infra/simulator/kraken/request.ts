import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Account, Market } from '../core/model.ts';
import { Rejection } from '../core/rejection.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import type { VenueRequest } from '../server/venue-api.ts';
import { argumentError, deadlineElapsed, krakenError } from './errors.ts';
import { toAltname, toPairId } from './shapes.ts';

const decimalPattern = /^\d{1,20}(\.\d{1,20})?$/;

/** The parameters of a request: from the query of a GET, from the form of a POST. */
export class Params {
  readonly #values: URLSearchParams;

  constructor({ method, query, body }: VenueRequest) {
    this.#values = new URLSearchParams(method === 'POST' ? body : query);
  }

  text(name: string): string | undefined {
    return this.#values.get(name) || undefined;
  }

  required(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw argumentError(name);
    return value;
  }

  decimal(name: string): string {
    const value = this.required(name);
    if (!decimalPattern.test(value)) throw argumentError(name);
    return value;
  }

  integer(name: string): number | undefined {
    const value = this.text(name);
    if (value !== undefined && !/^\d{1,16}$/.test(value)) throw argumentError(name);
    return value === undefined ? undefined : Number(value);
  }

  list(name: string): string[] {
    return this.text(name)?.split(',') ?? [];
  }

  /** "UUID with or without dashes, or free text up to 18 characters": https://docs.kraken.com/api/docs/guides/spot-clordid */
  clientId(): string | undefined {
    const value = this.text('cl_ord_id');
    if (value !== undefined && !/^([\x21-\x7e]{1,18}|[0-9a-f-]{32,36})$/.test(value))
      throw argumentError('cl_ord_id');
    return value;
  }

  /** "Asset pair id or altname". */
  market(core: SimulatedExchange, name = this.required('pair')): Market {
    const found = core.state
      .marketsOf('spot')
      .find((market) => toPairId(market) === name || toAltname(market) === name);
    if (found === undefined) throw new Rejection('unknown_market');
    return found;
  }
}

/** "Min now() + 2 seconds, max now() + 60 seconds", and 5 s by default: https://docs.kraken.com/api/docs/rest-api/add-order */
export function parseDeadline(params: Params, now: number): number {
  const given = params.text('deadline');
  if (given === undefined) return now + 5_000;
  const deadline = Date.parse(given);
  if (deadline <= now) throw deadlineElapsed();
  if (!(deadline >= now + 2_000 && deadline <= now + 60_000)) throw argumentError('deadline');
  return deadline;
}

/**
 * "Always increasing, unsigned 64-bit integer", and not below the window of the key:
 * https://support.kraken.com/hc/en-us/articles/360001148023-What-is-a-nonce-window-
 */
function checkNonce(account: Account, nonce: string): void {
  const highest = BigInt(account.nonce ?? '0');
  const isValid = /^\d{1,19}$/.test(nonce) && BigInt(nonce) > highest - BigInt(account.nonceWindow ?? '0');
  if (!isValid) throw krakenError('EAPI:Invalid nonce');
  if (BigInt(nonce) > highest) account.nonce = nonce;
}

/** "HMAC-SHA512 of (URI path + SHA256(nonce + POST data)) and base64 decoded secret API key". */
export function authenticate(core: SimulatedExchange, { path, body, headers }: VenueRequest): Account {
  const account = core.state.accountByKey(headers['api-key'] ?? '');
  if (account === undefined) throw krakenError('EAPI:Invalid key');
  const nonce = new URLSearchParams(body).get('nonce') ?? '';
  const signed = Buffer.concat([
    Buffer.from(path),
    createHash('sha256')
      .update(nonce + body)
      .digest(),
  ]);
  const expected = createHmac('sha512', Buffer.from(account.secret, 'base64')).update(signed).digest();
  const given = Buffer.from(headers['api-sign'] ?? '', 'base64');
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    throw krakenError('EAPI:Invalid signature');
  checkNonce(account, nonce);
  return account;
}
