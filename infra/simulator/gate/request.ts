import { createHash } from 'node:crypto';
import type { Account, Market } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { verifySignature } from '../server/hmac.ts';
import { JsonParams, type ParameterErrors } from '../server/json-params.ts';
import type { VenueRequest } from '../server/venue-api.ts';
import { gateError, parameterError } from './errors.ts';

/** Paths that end with the id of what they are about. */
const itemPaths = /^(.*\/(?:orders|price_orders|currency_pairs))\/([^/]+)$/;

/** @returns the path as the documentation has it, and the id in it. */
export function splitPath(path: string): { route: string; id: string | undefined } {
  const [, list, id] = itemPaths.exec(path) ?? [];
  return list === undefined ? { route: path, id: undefined } : { route: `${list}/{id}`, id };
}

const parameterErrors: ParameterErrors = {
  missing: (name) => gateError('MISSING_REQUIRED_PARAM', `Missing required parameter: ${name}`),
  wrong: parameterError,
  noJson: () => gateError('INVALID_REQUEST_BODY', 'Invalid request body'),
};

export class Params extends JsonParams {
  /** In the path. */
  readonly id: string;

  constructor(request: VenueRequest, id = '') {
    super(request, parameterErrors);
    this.id = decodeURIComponent(id);
  }

  object(name: string): Params {
    const body = JSON.stringify(this.value(name) ?? {});
    return new Params({ method: 'POST', path: '', query: '', body, headers: {} });
  }

  limit(most: number): number {
    const limit = this.integer('limit') ?? 100;
    if (limit > most) throw parameterError('limit', limit);
    return limit;
  }

  /** "Prefixed with `t-`", "no longer than 28 bytes without", "only 0-9, A-Z, a-z, underscore, hyphen or dot". */
  clientOrderId(): string | undefined {
    return this.matching('text', /^t-[\w.-]{1,28}$/)?.slice(2);
  }

  market(core: SimulatedExchange, name = 'currency_pair'): Market {
    return core.state.market('spot', this.required(name).replace('_', ''));
  }
}

/** "The gap between its value and current time cannot exceed 60 seconds." */
const windowSeconds = 60;

export function checkTimestamp({ headers }: VenueRequest, now: number): void {
  const timestamp = Number(headers.timestamp);
  if (!/^\d+$/.test(headers.timestamp ?? ''))
    throw gateError('MISSING_REQUIRED_HEADER', 'Missing required header: Timestamp', 401);
  if (Math.abs(now / 1_000 - timestamp) > windowSeconds)
    throw gateError('REQUEST_EXPIRED', 'gap between request Timestamp and server time exceeds 60', 403);
}

/** Creates, changes and cancels of orders: https://www.gate.com/docs/developers/apiv4/en/#create-an-order; not price orders. */
export function checkFence({ method, path, headers }: VenueRequest, now: number): void {
  const expiresAt = headers['x-gate-exptime'];
  if (method === 'GET' || expiresAt === undefined || !/\/orders(\/[^/]+)?$/.test(path)) return;
  if (now > Number(expiresAt)) throw gateError('REQUEST_EXPIRED', 'The request has expired');
}

/** https://www.gate.com/docs/developers/apiv4/en/#api-signature-string-generation: the query as it is before its encoding. */
export function authenticate(core: SimulatedExchange, request: VenueRequest): Account {
  const { method, path, query, body, headers } = request;
  const account = core.state.accountByKey(headers.key ?? '');
  if (account === undefined) throw gateError('INVALID_KEY', 'Invalid key provided', 401);
  checkTimestamp(request, core.now());
  const hashed = createHash('sha512').update(body).digest('hex');
  const payload = [method, path, decodeURIComponent(query), hashed, headers.timestamp].join('\n');
  if (!verifySignature(account.secret, payload, headers.sign ?? '', 'sha512'))
    throw gateError('INVALID_SIGNATURE', 'Signature mismatch', 401);
  return account;
}
