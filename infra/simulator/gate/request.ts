import { createHash } from 'node:crypto';
import type { Account, Market } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { verifySignature } from '../server/hmac.ts';
import { JsonParams, type ParameterErrors } from '../server/json-params.ts';
import type { VenueRequest } from '../server/venue-api.ts';
import { gateError, parameterError } from './errors.ts';

/** Paths that end with the id of what they are about. */
const itemPaths = /^(.*\/(?:orders|price_orders|currency_pairs|contracts|positions))\/([^/]+)$/;

/** @returns the path as the documentation has it, and the id in it. */
export function splitPath(path: string): { route: string; id: string | undefined } {
  const [, list, id] = itemPaths.exec(path) ?? [];
  return list === undefined ? { route: path, id: undefined } : { route: `${list}/{id}`, id };
}

const intervals: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

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

  flag(name: string): boolean {
    return this.oneOf(name, ['true', 'false'], 'false') === 'true';
  }

  limit(most: number): number {
    const limit = this.integer('limit') ?? 100;
    if (limit > most) throw parameterError('limit', limit);
    return limit;
  }

  /** Lists have `page` or `offset`: https://www.gate.com/docs/developers/apiv4/en/#pagination */
  page<Row>(rows: Row[], most: number): Row[] {
    const limit = this.limit(most);
    const start = this.integer('offset') ?? (Math.max(this.integer('page') ?? 1, 1) - 1) * limit;
    return rows.slice(start, start + limit);
  }

  /** In milliseconds. The parameters have whole seconds. */
  range(now: number): [from: number, to: number] {
    const from = this.integer('from') ?? 0;
    const to = this.integer('to') ?? Math.ceil(now / 1_000);
    return [from * 1_000, to * 1_000 + 999];
  }

  /** @returns the range of candles, or how many; "`limit` conflicts with `from` and `to`". */
  candles(usualInterval: string, most: number, now: number) {
    const isRange = (this.text('from') ?? this.text('to')) !== undefined;
    if (isRange && this.text('limit') !== undefined) throw parameterError('limit', this.text('limit'));
    const [since, until] = isRange ? this.range(now) : [undefined, undefined];
    const [, count = '1', unit = 'm'] = /^(\d+)([smhd])$/.exec(this.text('interval') ?? usualInterval) ?? [];
    const intervalMs = Number(count) * (intervals[unit] ?? 60_000);
    return { intervalMs, limit: this.limit(most), since, until };
  }

  /** "Prefixed with `t-`", "no longer than 28 bytes without", "only 0-9, A-Z, a-z, underscore, hyphen or dot". */
  clientOrderId(): string | undefined {
    return this.matching('text', /^t-[\w.-]{1,28}$/)?.slice(2);
  }

  market(core: SimulatedExchange, name = 'currency_pair'): Market {
    return core.state.market('spot', this.required(name).replace('_', ''));
  }

  contract(core: SimulatedExchange, name = this.required('contract')): Market {
    return core.state.market('usdm', name.replace('_', ''));
  }
}

/** "The gap between its value and current time cannot exceed 60 seconds." */
const windowSeconds = 60;

export function checkTimestamp({ headers }: VenueRequest, now: number): void {
  const timestamp = Number(headers.timestamp);
  if (!/^\d+(\.\d+)?$/.test(headers.timestamp ?? ''))
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
