import { createHmac } from 'node:crypto';
import type { Account, Market } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { verifySignature } from '../server/hmac.ts';
import { JsonParams, type ParameterErrors } from '../server/json-params.ts';
import type { VenueRequest } from '../server/venue-api.ts';
import { kucoinError, parameterError } from './errors.ts';

const parameterErrors: ParameterErrors = {
  missing: (name) => parameterError(`${name}IsRequired`),
  wrong: parameterError,
  noJson: () => kucoinError(400100, 'Parameter Error'),
};

export class Params extends JsonParams {
  constructor(request: VenueRequest, ofPath?: Record<string, string>) {
    super(request, parameterErrors, ofPath);
  }

  /** "Can only contain numbers, letters, underscores (_), and hyphens (-)", "the maximum length is 40 characters". */
  clientOid(): string | undefined {
    return this.matching('clientOid', /^[\w-]{1,40}$/);
  }

  market(core: SimulatedExchange): Market {
    return core.state.market('spot', this.required('symbol').replace('-', ''));
  }
}

/** 400002: the request's time differs from the server's by more than 5 seconds. */
const windowMs = 5_000;

export function checkTimestamp({ headers }: VenueRequest, now: number): void {
  const timestamp = Number(headers['kc-api-timestamp'] ?? Number.NaN);
  if (!(Math.abs(now - timestamp) <= windowMs)) throw kucoinError(400002, 'Invalid KC-API-TIMESTAMP', 400);
}

/**
 * "If clientTimestamp + allowMaxTimeWindow < Gateway received the message time, this order will fail." "clientTimestamp:
 * Equal to KC-API-TIMESTAMP. Needs to be defined if allowMaxTimeWindow is specified." The code of the failure is not on
 * the page. https://www.kucoin.com/docs-new/rest/spot-trading/orders/add-order-sync
 */
export function checkFence(request: VenueRequest, now: number): void {
  if (request.method !== 'POST') return;
  const params = new Params(request);
  const [window, sentAt] = [params.integer('allowMaxTimeWindow'), params.integer('clientTimestamp')];
  if (window === undefined) return;
  if (String(sentAt) !== request.headers['kc-api-timestamp'] || Number(sentAt) + window < now)
    throw kucoinError(126041, 'clientTimestamp parameter error');
}

function decode(query: string): string {
  try {
    return decodeURIComponent(query);
  } catch {
    return query;
  }
}

/**
 * "KC-API-PASSPHRASE": encrypted with the secret. "When generating signature, the URL must use the content that has not
 * been URL-encoded to participate in the signature." https://www.kucoin.com/docs-new/authentication
 */
export function authenticate(core: SimulatedExchange, request: VenueRequest): Account {
  const { method, path, query, body, headers } = request;
  const refuse = (code: number, message: string) => kucoinError(code, message, 401);
  const account = core.state.accountByKey(headers['kc-api-key'] ?? '');
  if (account === undefined) throw refuse(400003, 'KC-API-KEY not exists');
  checkTimestamp(request, core.now());
  if (!['2', '3'].includes(headers['kc-api-key-version'] ?? ''))
    throw refuse(400009, 'Invalid KC-API-KEY-VERSION');
  const { secret, passphrase } = account;
  const given = headers['kc-api-passphrase'] ?? '';
  if (passphrase !== undefined && given !== createHmac('sha256', secret).update(passphrase).digest('base64'))
    throw refuse(400004, 'Invalid KC-API-PASSPHRASE');
  const url = query === '' ? path : `${path}?${query}`;
  const origin = `${headers['kc-api-timestamp']}${method}${decode(url)}${body}`;
  const signature = Buffer.from(headers['kc-api-sign'] ?? '', 'base64').toString('hex');
  if (given === '' || !verifySignature(secret, origin, signature))
    throw refuse(400005, 'Invalid KC-API-SIGN');
  return account;
}
