import type { Account, MarketKind, PositionSide, Side, TimeInForce } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { verifySignature } from '../server/hmac.ts';
import type { VenueRequest } from '../server/venue-api.ts';
import { bybitError, invalidKey, invalidSignature, parameterError } from './errors.ts';

const decimalPattern = /^\d{1,20}(\.\d{1,20})?$/;
const linkIdPattern = /^[A-Za-z0-9_-]{1,36}$/;
const positionSides: PositionSide[] = ['BOTH', 'LONG', 'SHORT'];

/** The parameters of a request: from the query of a GET, from the JSON body of a POST. */
export class Params {
  readonly #values: Map<string, unknown>;

  constructor(request: VenueRequest) {
    this.#values = new Map(
      request.method === 'POST'
        ? Object.entries(parseBody(request))
        : [...new URLSearchParams(request.query).entries()],
    );
  }

  text(name: string): string | undefined {
    const value = this.#values.get(name);
    return value === undefined || value === null || value === '' ? undefined : String(value);
  }

  required(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw parameterError(`params error: ${name} is required`);
    return value;
  }

  /** Amounts and prices are strings, also in a JSON body. */
  decimal(name: string): string | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (!decimalPattern.test(value) || typeof this.#values.get(name) !== 'string')
      throw parameterError(name === 'qty' ? 'Qty invalid' : `params error: ${name} invalid`);
    return value;
  }

  requiredDecimal(name: string): string {
    this.required(name);
    return this.decimal(name) ?? '0';
  }

  integer(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (!/^\d{1,16}$/.test(value)) throw parameterError(`params error: ${name} invalid`);
    return Number(value);
  }

  flag(name: string): boolean {
    return this.text(name) === 'true';
  }

  market(): MarketKind {
    const category = this.required('category');
    if (category !== 'spot' && category !== 'linear')
      throw bybitError(181001, 'category only support linear or spot.');
    return category === 'spot' ? 'spot' : 'usdm';
  }

  side(): Side {
    const side = this.required('side');
    if (side !== 'Buy' && side !== 'Sell') throw bybitError(181004, 'side only support Buy or Sell.');
    return side === 'Buy' ? 'buy' : 'sell';
  }

  timeInForce(): { timeInForce: TimeInForce; postOnly: boolean } {
    const value = this.text('timeInForce') ?? 'GTC';
    if (value === 'PostOnly') return { timeInForce: 'GTC', postOnly: true };
    if (value !== 'GTC' && value !== 'IOC' && value !== 'FOK') throw parameterError('TimeInForce invalid');
    return { timeInForce: value, postOnly: false };
  }

  positionSide(): PositionSide {
    const side = positionSides[this.integer('positionIdx') ?? 0];
    if (side === undefined) throw parameterError('params error: positionIdx invalid');
    return side;
  }

  linkId(): string | undefined {
    const value = this.text('orderLinkId');
    if (value !== undefined && !linkIdPattern.test(value)) throw parameterError('OrderLinkID invalid');
    return value;
  }
}

function parseBody(request: VenueRequest): Record<string, unknown> {
  try {
    const body: unknown = JSON.parse(request.body);
    if (typeof body === 'object' && body !== null) return body as Record<string, unknown>;
  } catch {
    // Reported below.
  }
  throw parameterError('Request parameter error.');
}

// Bybit's default receive window, and how far a timestamp may be ahead of its clock, in milliseconds.
const defaultRecvWindow = 5000;
const tolerance = 1000;

/** Throws unless the request is within its receive window by the exchange's clock. */
export function checkWindow(request: VenueRequest, now: number): void {
  const timestamp = Number(request.headers['x-bapi-timestamp']);
  const recvWindow = Number(request.headers['x-bapi-recv-window'] ?? defaultRecvWindow);
  if (now - recvWindow <= timestamp && timestamp < now + tolerance) return;
  throw bybitError(
    10002,
    `invalid request, please check your server timestamp or recv_window param. req_timestamp[${timestamp}],server_timestamp[${now}],recv_window[${recvWindow}]`,
  );
}

/** Checks key, time and signature, in this order. */
export function authenticate(core: SimulatedExchange, request: VenueRequest): Account {
  const apiKey = request.headers['x-bapi-api-key'] ?? '';
  const account = core.state.accountByKey(apiKey);
  if (account === undefined) throw invalidKey();
  checkWindow(request, core.now());
  const { headers } = request;
  const content = request.method === 'POST' ? request.body : request.query;
  const origin = `${headers['x-bapi-timestamp']}${apiKey}${headers['x-bapi-recv-window'] ?? ''}${content}`;
  if (!verifySignature(account.secret, origin, headers['x-bapi-sign'] ?? '')) throw invalidSignature(origin);
  return account;
}
