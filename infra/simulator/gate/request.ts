import { createHash } from 'node:crypto';
import type { Account, Market } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { verifySignature } from '../server/hmac.ts';
import type { VenueRequest } from '../server/venue-api.ts';
import { gateError, parameterError } from './errors.ts';

const decimalPattern = /^\d{1,20}(\.\d{1,20})?$/;

/** Paths that end with the id of what they are about. */
const itemPaths = /^(.*\/(?:orders|price_orders|currency_pairs))\/([^/]+)$/;

/** @returns the path as the documentation has it, and the id in it. */
export function splitPath(path: string): { route: string; id: string | undefined } {
  const [, list, id] = itemPaths.exec(path) ?? [];
  return list === undefined ? { route: path, id: undefined } : { route: `${list}/{id}`, id };
}

/** The parameters of a request: from the JSON body of a POST, otherwise from the query. */
export class Params {
  /** In the path. */
  readonly id: string;
  readonly #values: Map<string, unknown>;

  constructor(request: VenueRequest, id = '') {
    this.id = decodeURIComponent(id);
    this.#values = new Map(
      request.method === 'POST' ? Object.entries(parseBody(request)) : new URLSearchParams(request.query),
    );
  }

  text(name: string): string | undefined {
    const value = this.#values.get(name);
    return value === undefined || value === null || value === '' ? undefined : String(value);
  }

  required(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw gateError('MISSING_REQUIRED_PARAM', `Missing required parameter: ${name}`);
    return value;
  }

  decimal(name: string): string {
    const value = this.required(name);
    if (!decimalPattern.test(value)) throw parameterError(name, value);
    return value;
  }

  oneOf<Value extends string>(name: string, values: readonly Value[], usual?: Value): Value {
    const value = this.text(name) ?? usual ?? this.required(name);
    if (!values.includes(value as Value)) throw parameterError(name, value);
    return value as Value;
  }

  object(name: string): Params {
    const body = JSON.stringify(this.#values.get(name) ?? {});
    return new Params({ method: 'POST', path: '', query: '', body, headers: {} });
  }

  integer(name: string, usual: number, most = Number.MAX_SAFE_INTEGER): number {
    const value = this.text(name) ?? String(usual);
    if (!/^\d{1,16}$/.test(value) || Number(value) > most) throw parameterError(name, value);
    return Number(value);
  }

  /** "Prefixed with `t-`", "no longer than 28 bytes without", "only 0-9, A-Z, a-z, underscore, hyphen or dot". */
  clientOrderId(): string | undefined {
    const value = this.text('text');
    if (value === undefined) return undefined;
    if (!/^t-[\w.-]{1,28}$/.test(value)) throw parameterError('text', value);
    return value.slice(2);
  }

  market(core: SimulatedExchange, name = 'currency_pair'): Market {
    return core.state.market('spot', this.required(name).replace('_', ''));
  }
}

function parseBody({ body }: VenueRequest): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null) return parsed as Record<string, unknown>;
  } catch {
    // Reported below.
  }
  throw gateError('INVALID_REQUEST_BODY', 'Invalid request body');
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
