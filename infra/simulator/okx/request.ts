import { decimal, text } from '../core/amounts.ts';
import type { Account, Market, MarketKind, PositionSide } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { verifySignature } from '../server/hmac.ts';
import { JsonParams, type ParameterErrors } from '../server/json-params.ts';
import type { VenueRequest } from '../server/venue-api.ts';
import { okxError, parameterError } from './errors.ts';

const positionSides = new Map<string, PositionSide>([
  ['net', 'BOTH'],
  ['long', 'LONG'],
  ['short', 'SHORT'],
]);

const parameterErrors: ParameterErrors = {
  missing: (name) => okxError(50014, `Parameter ${name} can not be empty.`, 400),
  wrong: parameterError,
  noJson: () => okxError(50002, 'JSON syntax error', 400),
};

/** A body may be a list of one. */
const listOfOne = /^\s*\[([\s\S]*)\]\s*$/;

export class Params extends JsonParams {
  constructor(request: VenueRequest) {
    super({ ...request, body: request.body.replace(listOfOne, '$1') }, parameterErrors);
  }

  /** @returns undefined for -1, which stands for MARKET. */
  orderPrice(name: string): string | undefined {
    return this.required(name) === '-1' ? undefined : this.decimal(name);
  }

  /** "A combination of case-sensitive alphanumerics … of up to 32 characters." */
  clientId(name: string): string | undefined {
    return this.matching(name, /^[A-Za-z0-9]{1,32}$/);
  }

  kind(): MarketKind | undefined {
    const [instId, instType] = [this.text('instId'), this.text('instType')];
    if (instId !== undefined) return instId.endsWith('-SWAP') ? 'usdm' : 'spot';
    if (instType === undefined) return undefined;
    return instType === 'SPOT' ? 'spot' : 'usdm';
  }

  market(core: SimulatedExchange): Market {
    const instId = this.required('instId');
    return core.state.market(this.kind() ?? 'spot', instId.replace(/-SWAP$/, '').replace('-', ''));
  }

  /** "The default is net in the net mode. It is required in the long/short mode." */
  positionSide(): PositionSide {
    const side = positionSides.get(this.text('posSide') ?? 'net');
    if (side === undefined) throw parameterError('posSide');
    return side;
  }
}

/** Contracts are of 0.1 ETH, and of 0.01 of every other coin. */
export function contractSizeOf({ kind, base }: Market): string {
  if (kind === 'spot') return '1';
  return base === 'ETH' ? '0.1' : '0.01';
}

export function toContracts(market: Market, amount: string): string {
  return text(decimal(amount).div(contractSizeOf(market)));
}

export function toBase(market: Market, contracts: string): string {
  return text(decimal(contracts).times(contractSizeOf(market)));
}

/** "The server rejects requests where this differs from server time by more than 30 seconds (error 50102)." */
const windowMs = 30_000;

export function checkTimestamp({ headers }: VenueRequest, now: number): void {
  const timestamp = Date.parse(headers['ok-access-timestamp'] ?? '');
  if (Number.isNaN(timestamp)) throw okxError(50112, 'Invalid OK-ACCESS-TIMESTAMP.', 401);
  if (Math.abs(now - timestamp) > windowMs) throw okxError(50102, 'Timestamp request expired.', 401);
}

/** https://www.okx.com/docs-v5/en/#overview-transaction-timeouts-rest-api: no other endpoint reads it. */
const fenced = ['/api/v5/trade/order', '/api/v5/trade/amend-order'];

export function checkFence({ method, path, headers }: VenueRequest, now: number): void {
  const expTime = headers.exptime;
  if (method !== 'POST' || expTime === undefined || !fenced.includes(path)) return;
  if (now > Number(expTime))
    throw okxError(
      50036,
      "The expTime can't be earlier than the current system time. Please adjust the expTime.",
    );
}

/** https://www.okx.com/docs-v5/en/#overview-rest-authentication */
export function authenticate(core: SimulatedExchange, request: VenueRequest): Account {
  const { method, path, query, body, headers } = request;
  const account = core.state.accountByKey(headers['ok-access-key'] ?? '');
  if (account === undefined) throw okxError(50111, 'Invalid OK-ACCESS-KEY.', 401);
  checkTimestamp(request, core.now());
  const passphrase = headers['ok-access-passphrase'] ?? '';
  if (passphrase === '') throw okxError(50104, 'Request header "OK-ACCESS-PASSPHRASE" cannot be empty.', 401);
  if (passphrase !== (account.passphrase ?? passphrase))
    throw okxError(50105, 'Request header "OK-ACCESS-PASSPHRASE" incorrect.', 401);
  const origin = `${headers['ok-access-timestamp']}${method}${path}${query === '' ? '' : `?${query}`}${body}`;
  const signature = Buffer.from(headers['ok-access-sign'] ?? '', 'base64').toString('hex');
  if (!verifySignature(account.secret, origin, signature)) throw okxError(50113, 'Invalid signature.', 401);
  return account;
}
