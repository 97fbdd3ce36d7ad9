import { createPublicKey, verify } from 'node:crypto';
import type { Account, Market } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { JsonParams, type ParameterErrors } from '../server/json-params.ts';
import type { VenueRequest } from '../server/venue-api.ts';
import { invalidArgument, unauthenticated } from './errors.ts';

type Fields = Record<string, unknown>;

const decimalPattern = /^\d{1,20}(\.\d{1,20})?$/;

const parameterErrors: ParameterErrors = {
  missing: invalidArgument,
  wrong: invalidArgument,
  noJson: () => invalidArgument('body'),
};

export class Params extends JsonParams {
  readonly #lists: URLSearchParams;

  constructor(request: VenueRequest, ofPath?: Record<string, string>) {
    super(request, parameterErrors, ofPath);
    this.#lists = new URLSearchParams(request.query);
  }

  /** A list is the same parameter several times. */
  list(name: string): string[] {
    return this.#lists.getAll(name);
  }

  /** RFC 3339, as epoch milliseconds. */
  time(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const at = Date.parse(value);
    if (Number.isNaN(at) || !/^\d{4}-\d\d-\d\dT.*Z$/.test(value)) throw invalidArgument(name);
    return at;
  }

  market(core: SimulatedExchange): Market {
    return toMarket(core, this.required('product_id'));
  }
}

export function toMarket(core: SimulatedExchange, productId: string): Market {
  return core.state.market('spot', productId.replace('-', ''));
}

/** Sizes and prices are strings. */
export function parseDecimal(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string' || !decimalPattern.test(value)) throw invalidArgument(name);
  return value;
}

interface Token {
  text: string;
  signature: Buffer;
  header: Fields;
  content: Fields;
}

function parseToken({ headers }: VenueRequest): Token {
  const [, header = '', content = '', signature = ''] =
    /^Bearer ([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(headers.authorization ?? '') ?? [];
  const parse = (part: string): Fields => JSON.parse(Buffer.from(part, 'base64url').toString());
  try {
    return {
      ...{ text: `${header}.${content}`, signature: Buffer.from(signature, 'base64url') },
      ...{ header: parse(header), content: parse(content) },
    };
  } catch {
    throw unauthenticated();
  }
}

/** An account's secret is an EC private key as PEM, or the 64 bytes of an Ed25519 key in base64. */
function isSignedBy({ secret }: Account, { header, text, signature }: Token): boolean {
  try {
    if (header.alg === 'ES256')
      return verify(
        'sha256',
        Buffer.from(text),
        { key: createPublicKey(secret), dsaEncoding: 'ieee-p1363' },
        signature,
      );
    const x = Buffer.from(secret, 'base64').subarray(32).toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    return header.alg === 'EdDSA' && verify(null, Buffer.from(text), key, signature);
  } catch {
    return false;
  }
}

/** "Your JWT expires after 2 minutes", so that one with a longer life is none. */
export function checkLife(request: VenueRequest, now: number): void {
  const { nbf, exp } = parseToken(request).content;
  const seconds = now / 1000;
  const isValid = Number(nbf) <= seconds && seconds < Number(exp) && Number(exp) - Number(nbf) <= 120;
  if (!isValid) throw unauthenticated();
}

/**
 * "You must generate a different JWT for each unique API request": it names the method, the host and the path, without the
 * query. https://docs.cdp.coinbase.com/coinbase-app/authentication-authorization/api-key-authentication
 */
export function authenticate(core: SimulatedExchange, request: VenueRequest): Account {
  const token = parseToken(request);
  const { sub, uri, uris } = token.content;
  const account = core.state.accountByKey(String(sub));
  const expected = `${request.method} api.coinbase.com${request.path}`;
  const isFor = token.header.alg === 'ES256' ? uri === expected : Array.isArray(uris) && uris[0] === expected;
  if (account === undefined || token.header.kid !== sub || !isFor || !isSignedBy(account, token))
    throw unauthenticated();
  checkLife(request, core.now());
  return account;
}
