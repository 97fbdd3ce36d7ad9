import type { Account, AlgoOrder, Order, PositionSide, Side, TimeInForce } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { verifySignature } from '../server/hmac.ts';
import { VenueError, type VenueRequest } from '../server/venue-api.ts';
import { invalidSignature, malformedParameter, missingParameter, unauthorized } from './errors.ts';
import { signedPayload } from './signature.ts';

const decimalPattern = /^\d{1,20}(\.\d{1,20})?$/;
const integerPattern = /^\d{1,16}$/;
const clientOrderIdPattern = /^[.A-Z:/a-z0-9_-]{1,36}$/;

/** The parameters of a request, from query and form body. Invalid ones throw Binance's errors. */
export class Params {
  readonly #values: URLSearchParams;

  constructor(request: VenueRequest) {
    const form = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
    this.#values = new URLSearchParams(request.query);
    // If a parameter is in both, Binance uses the one in the query.
    for (const [name, value] of new URLSearchParams(form ? request.body : '')) {
      if (!this.#values.has(name)) this.#values.set(name, value);
    }
  }

  text(name: string): string | undefined {
    const value = this.#values.get(name);
    return value === null || value === '' ? undefined : value;
  }

  required(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw missingParameter(name);
    return value;
  }

  decimal(name: string): string | undefined {
    const value = this.text(name);
    if (value !== undefined && !decimalPattern.test(value)) throw malformedParameter(name);
    return value;
  }

  requiredDecimal(name: string): string {
    this.required(name);
    const value = this.decimal(name);
    if (value === undefined) throw missingParameter(name);
    return value;
  }

  integer(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (!integerPattern.test(value)) throw malformedParameter(name);
    return Number(value);
  }

  flag(name: string): boolean {
    return this.text(name)?.toLowerCase() === 'true';
  }

  side(name = 'side'): Side {
    const side = this.required(name).toUpperCase();
    if (side !== 'BUY' && side !== 'SELL') throw new VenueError(-1117, 'Invalid side.');
    return side === 'BUY' ? 'buy' : 'sell';
  }

  timeInForce(name = 'timeInForce'): TimeInForce | undefined {
    const value = this.text(name);
    if (value === undefined || value === 'GTX') return value === 'GTX' ? 'GTC' : undefined;
    if (value !== 'GTC' && value !== 'IOC' && value !== 'FOK')
      throw new VenueError(-1115, 'Invalid timeInForce.');
    return value;
  }

  positionSide(): PositionSide {
    const value = this.text('positionSide') ?? 'BOTH';
    if (value !== 'BOTH' && value !== 'LONG' && value !== 'SHORT') throw malformedParameter('positionSide');
    return value;
  }

  clientOrderId(name: string): string | undefined {
    const value = this.text(name);
    if (value !== undefined && !clientOrderIdPattern.test(value))
      throw new VenueError(
        -1100,
        `Illegal characters found in parameter '${name}'; legal range is '^[\\.A-Z\\:/a-z0-9_-]{1,36}$'.`,
      );
    return value;
  }
}

// Binance's default and maximum, in milliseconds.
const defaultRecvWindow = 5000;
const maximumRecvWindow = 60_000;
const tolerance = 1000;

/** Throws unless the request is within its receive window by the exchange's clock. */
export function checkWindow(params: Params, now: number, lateCode = -1021): void {
  params.required('timestamp');
  const timestamp = params.integer('timestamp') ?? 0;
  const recvWindow = params.integer('recvWindow') ?? defaultRecvWindow;
  if (recvWindow > maximumRecvWindow) throw new VenueError(-1131, 'recvWindow must be less than 60000.');
  if (timestamp >= now + tolerance)
    throw new VenueError(-1021, "Timestamp for this request was 1000ms ahead of the server's time.");
  if (now - timestamp > recvWindow)
    throw new VenueError(lateCode, 'Timestamp for this request is outside of the recvWindow.');
}

/** Checks key, time and signature, in the order of Binance. */
export function authenticate(core: SimulatedExchange, request: VenueRequest, params: Params): Account {
  const apiKey = request.headers['x-mbx-apikey'];
  if (apiKey === undefined || !/^[\w-]+$/.test(apiKey))
    throw new VenueError(-2014, 'API-key format invalid.', 401);
  const account = core.state.accountByKey(apiKey);
  if (account === undefined) throw unauthorized();
  checkWindow(params, core.now());
  const { payload, signature } = signedPayload(request.query, request.body);
  if (signature === undefined) throw missingParameter('signature');
  if (!verifySignature(account.secret, payload, signature)) throw invalidSignature();
  return account;
}

/** @returns query and body for the ledger, without the signature. The key is in a header, so it is not included. */
export function describeRequest(request: VenueRequest): string {
  return [request.query, request.body]
    .filter((part) => part !== '')
    .map((part) => signedPayload(part, '').payload)
    .join('&');
}

/** @returns the account's order named by `orderId` or `origClientOrderId`; the latest if a client order id was reused. */
export function findOrder(
  core: SimulatedExchange,
  account: Account,
  market: Order['market'],
  params: Params,
): Order | undefined {
  const orderId = params.integer('orderId');
  const clientOrderId = params.text('origClientOrderId');
  if (orderId === undefined && clientOrderId === undefined)
    throw new VenueError(
      -1102,
      "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!",
    );
  const symbol = params.required('symbol');
  return [...core.state.orders.values()].findLast(
    (order) =>
      order.account === account.id &&
      order.market === market &&
      order.symbol === symbol &&
      (orderId === undefined ? order.clientOrderId === clientOrderId : order.id === orderId),
  );
}

/** @returns the account's algo order named by `algoId` or `clientAlgoId`; the latest if an id was reused. */
export function findAlgoOrder(
  core: SimulatedExchange,
  account: Account,
  params: Params,
): AlgoOrder | undefined {
  const id = params.integer('algoId');
  const clientOrderId = params.text('clientAlgoId');
  if (id === undefined && clientOrderId === undefined)
    throw new VenueError(-1102, "Param 'algoid' or 'clientalgoid' must be sent, but both were empty/null!");
  return [...core.state.algoOrders.values()].findLast(
    (algo) =>
      algo.account === account.id &&
      (id === undefined ? algo.clientOrderId === clientOrderId : algo.id === id),
  );
}
