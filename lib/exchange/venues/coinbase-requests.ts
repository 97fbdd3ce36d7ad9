import { createPrivateKey, type KeyObject, randomBytes, sign } from 'node:crypto';
import type { Exchange as CcxtClient } from 'ccxt';
import { type Fields, parseData } from './lists.ts';
import { Unsupported } from './venue-error.ts';

/**
 * "Your JWT expires after 2 minutes, after which all requests are unauthenticated." "You must generate a different JWT for
 * each unique API request."
 * https://docs.cdp.coinbase.com/coinbase-app/authentication-authorization/api-key-authentication
 */
const lifeS = 120;
/** Each token starts this much earlier: Coinbase refuses one that is not valid yet by its own clock. */
const earlierS = 5;

interface Key {
  alg: 'ES256' | 'EdDSA';
  key: KeyObject;
}

/** A secret is a private key as PEM, with line breaks or with `\n`; or, of Ed25519, its 64 bytes in base64. */
function toKey(secret: string): Key {
  if (secret.startsWith('-----BEGIN')) {
    const key = createPrivateKey(secret.replaceAll('\\n', '\n'));
    return { alg: key.asymmetricKeyType === 'ed25519' ? 'EdDSA' : 'ES256', key };
  }
  const bytes = Buffer.from(secret, 'base64');
  const toText = (part: Buffer) => part.toString('base64url');
  const jwk = { kty: 'OKP', crv: 'Ed25519', d: toText(bytes.subarray(0, 32)), x: toText(bytes.subarray(32)) };
  return { alg: 'EdDSA', key: createPrivateKey({ key: jwk, format: 'jwk' }) };
}

/** A signed token for one method and path. Its host stays Coinbase's where `baseUrl` sends the request elsewhere. */
function createToken(client: CcxtClient, method: string, url: string): string {
  const { apiKey, secret } = client;
  const { alg, key } = toKey(secret);
  const uri = `${method} api.coinbase.com${new URL(url).pathname}`;
  const nbf = Math.floor(client.nonce() / 1000) - earlierS;
  const content =
    alg === 'ES256'
      ? { iss: 'cdp', nbf, exp: nbf + lifeS, sub: apiKey, uri }
      : { iss: 'cdp', aud: ['cdp_service'], nbf, exp: nbf + lifeS, sub: apiKey, uris: [uri] };
  const header = { alg, typ: 'JWT', kid: apiKey, nonce: randomBytes(16).toString('hex') };
  const text = [header, content]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const hash = alg === 'ES256' ? 'sha256' : null;
  const signature = sign(hash, Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
  return `${text}.${signature.toString('base64url')}`;
}

type Signer = CcxtClient & {
  createAuthToken(seconds: number, method: string, url: string): string;
};

/**
 * ccxt signs with the host of the request, by this machine's clock even if it is known to be wrong, and with one of the
 * two forms of PEM only. It has no candles of four hours.
 */
export function prepare(client: CcxtClient): void {
  client.timeframes = { ...client.timeframes, '4h': 'FOUR_HOUR' };
  (client as Signer).createAuthToken = function (this: CcxtClient, _seconds, method, url) {
    return createToken(this, method, url);
  };
}

const needsToken =
  'Coinbase lists the orders and trades of this account only with a proof token, which Ripcord does not have';

/** The most rows of a page that every list allows. */
const rowsPerPage = 100;

export interface CursorPages {
  /** The field that has the rows. */
  name: string;
  /** No page is read after one with such a row. */
  isLast?(row: Fields): boolean;
}

/**
 * `has_next`, where a list has it, and `cursor` lead to the next page. `proof_token_required`: "a valid proof token is
 * required to access this data (EU SCA compliance)", so that missing rows prove nothing.
 * https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/orders/list-orders
 * @returns the rows of all pages, in their order.
 * @throws TypeError if some rows can't be read.
 */
export async function fetchCursorPages(
  fetchPage: (request: Fields) => Promise<Fields>,
  request: Fields,
  { name, isLast = () => false }: CursorPages,
): Promise<Fields[]> {
  const rows: Fields[] = [];
  for (let cursor: unknown; ; ) {
    const page = await fetchPage({ ...request, limit: rowsPerPage, ...(cursor ? { cursor } : {}) });
    if (page.proof_token_required === true) throw new Unsupported(needsToken);
    const list = parseData({ data: page[name] });
    rows.push(...list);
    cursor = page.cursor;
    const hasNext = page.has_next ?? (list.length > 0 && Boolean(cursor));
    if (hasNext !== true || list.some((row) => isLast(row))) return rows;
    if (!cursor) throw new TypeError('the list does not name its next page');
  }
}
