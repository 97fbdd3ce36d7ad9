import type { Account, Market } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { verifySignature } from '../server/hmac.ts';
import { JsonParams, type ParameterErrors } from '../server/json-params.ts';
import type { VenueRequest } from '../server/venue-api.ts';
import { bitgetError, parameterError } from './errors.ts';

const parameterErrors: ParameterErrors = {
  missing: (name) => bitgetError(40019, `Parameter ${name} cannot be empty`),
  wrong: parameterError,
  noJson: () => bitgetError(40409, 'wrong format'),
};

export class Params extends JsonParams {
  constructor(request: VenueRequest) {
    super(request, parameterErrors);
  }

  /** "clientOid supports [0-9], [a-z],[A-Z] and [-,+,_,#], length less than 50". https://www.bitget.com/api-doc/common/faq */
  clientId(): string | undefined {
    const value = this.text('clientOid');
    if (value !== undefined && !/^[\w+#-]{1,49}$/.test(value))
      throw bitgetError(40304, 'clientOid or clientOrderId length cannot greater than 50');
    return value;
  }

  market(core: SimulatedExchange): Market {
    return core.state.market('spot', this.required('symbol'));
  }
}

/** No page has a figure for the timestamp of a request. */
const timestampMs = 30_000;

export function checkTimestamp({ headers }: VenueRequest, now: number): void {
  const timestamp = Number(headers['access-timestamp']);
  if (!Number.isInteger(timestamp)) throw bitgetError(40005, 'Invalid ACCESS_TIMESTAMP');
  if (Math.abs(now - timestamp) > timestampMs) throw bitgetError(40008, 'Request timestamp expired');
}

/**
 * "Valid only when the time range between the timestamp in the request and the time that server received the request is
 * within receiveWindow." Which timestamp is not clear, so both have to be. An order without a window has none.
 * https://www.bitget.com/api-doc/spot/trade/Place-Order
 */
export function checkFence({ method, path, headers }: VenueRequest, params: Params, now: number): void {
  const window = params.integer('receiveWindow');
  if (method !== 'POST' || !path.endsWith('/trade/place-order') || window === undefined) return;
  if (window > 60_000) throw bitgetError(40079, 'receiveWindow timestamp must be less than 60s');
  const times = [params.integer('requestTime') ?? 0, Number(headers['access-timestamp'])];
  if (times.some((each) => Math.abs(now - each) > window))
    throw bitgetError(40078, 'Timestamp for this request is outside of the ME receiveWindow.');
}

/**
 * "timestamp + method.toUpperCase() + requestPath + "?" + queryString + body". ccxt signs the query as it was before it was
 * encoded. https://www.bitget.com/api-doc/common/signature
 */
export function authenticate(core: SimulatedExchange, request: VenueRequest): Account {
  const { method, path, query, body, headers } = request;
  const account = core.state.accountByKey(headers['access-key'] ?? '');
  if (account === undefined) throw bitgetError(40006, 'Invalid ACCESS_KEY');
  checkTimestamp(request, core.now());
  const passphrase = headers['access-passphrase'] ?? '';
  if (passphrase === '') throw bitgetError(40011, 'ACCESS_PASSPHRASE cannot be empty');
  const signed = query === '' ? '' : `?${decodeURIComponent(query)}`;
  const origin = `${headers['access-timestamp']}${method}${path}${signed}${body}`;
  const signature = Buffer.from(headers['access-sign'] ?? '', 'base64').toString('hex');
  if (!verifySignature(account.secret, origin, signature)) throw bitgetError(40009, 'sign signature error');
  if (passphrase !== (account.passphrase ?? passphrase))
    throw bitgetError(40012, 'apikey/password is incorrect');
  if (account.unified === true)
    throw bitgetError(
      40085,
      'You are in Unified Account mode, and the Classic Account API is not supported at this time',
    );
  return account;
}
