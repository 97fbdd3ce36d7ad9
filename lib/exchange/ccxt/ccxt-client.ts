import { AsyncLocalStorage } from 'node:async_hooks';
import { createHmac } from 'node:crypto';
import type { Exchange as CcxtClient } from 'ccxt';
import type { Account } from '../../account/account.ts';
import { deadlineSignal, timeLeft } from '../../deadline.ts';
import { Fault } from '../../fault.ts';
import { type HttpAgents, NoRoute } from '../../http-agents.ts';
import { exchangeName } from '../exchange-name.ts';
import { describeCodeless, findCodelessRow } from '../venues/codeless-errors.ts';
import type { Venue } from '../venues/venue.ts';
import type { VenueError } from '../venues/venue-error.ts';
import { NotSent } from './call-failure.ts';
import { ccxtFetch, NotConnected } from './ccxt-fetch.ts';
import { loadLeanCcxt } from './lean-ccxt.ts';
import { redact } from './redact.ts';
import { RetryAfterGate } from './retry-after-gate.ts';

/** The send deadline of an order or cancel, carried through ccxt to the moment before its request is written. */
export const sendDeadlineContext = new AsyncLocalStorage<number>();

/** How often a request asks for a connection. A request that had one is never sent again. */
const maxConnects = 2;

type Options = Record<string, unknown>;

function isOptions(value: unknown): value is Options {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The venue's options override the account's: a longer `recvWindow` would let an order arrive after its deadline. */
function mergeOptions(own: Options, fixed: Options): Options {
  return {
    ...own,
    ...Object.fromEntries(
      Object.entries(fixed).map(([name, value]) => {
        const given = own[name];
        return [name, isOptions(value) && isOptions(given) ? mergeOptions(given, value) : value];
      }),
    ),
  };
}

/** Replaces scheme and host of every URL of the exchange, and keeps the paths. */
function rebaseUrls(urls: Record<string, unknown>, baseUrl: string): void {
  const origin = new URL(baseUrl).origin;
  for (const [name, url] of Object.entries(urls)) {
    // As text: a URL would encode the braces of a path's parameters.
    if (typeof url === 'string') urls[name] = origin + url.replace(/^\w+:\/\/[^/]*/, '').replace(/\/$/, '');
    else if (typeof url === 'object' && url !== null) rebaseUrls(url as Record<string, unknown>, baseUrl);
  }
}

/** The message is stored with the position, and a venue can send a whole page. */
const maxMessageLength = 500;

function redactKeys(client: CcxtClient, error: VenueError): VenueError {
  return { ...error, message: redact(error.message, client).slice(0, maxMessageLength) };
}

function findHeader(headers: Record<string, unknown>, name: string): string | undefined {
  const [, value] = Object.entries(headers).find(([each]) => each.toLowerCase() === name) ?? [];
  return value === undefined ? undefined : String(value);
}

function parseError(venue: Venue, status: number, body: unknown, text: string): VenueError {
  const error = describeCodeless(venue.id, venue.parseError(status, body), text);
  const [trouble] = venue.troubleCodes.find(([, codes]) => codes.includes(error.code)) ?? [];
  return trouble === undefined ? error : { ...error, trouble };
}

/** What an error of an exchange without a table means is only in ccxt's class of it. */
function toErrorClass({ unproven }: Venue, thrown: unknown): Pick<VenueError, 'errorClass'> {
  return unproven !== undefined && thrown instanceof Error ? { errorClass: thrown.name } : {};
}

/**
 * Attaches the venue's error response to what ccxt throws, as `venueError`: ccxt's messages lose the code of some
 * errors, and may contain the signed URL.
 */
function interceptResponses(client: CcxtClient, venue: Venue, gate: RetryAfterGate): void {
  const handleErrors = client.handleErrors.bind(client);
  client.handleErrors = (status, reason, url, method, headers, text, body, sentHeaders, sentBody) => {
    const { pauseMs } = findCodelessRow(venue.id, status, text ?? '') ?? {};
    gate.onResponse(status, findHeader(headers, 'retry-after'), pauseMs);
    const withVenueError = (thrown: unknown) => {
      const error = { ...parseError(venue, status, body, text ?? ''), ...toErrorClass(venue, thrown) };
      return Object.assign(thrown instanceof Error ? thrown : new Error('error response'), {
        venueError: redactKeys(client, error),
      });
    };
    try {
      handleErrors(status, reason, url, method, headers, text, body, sentHeaders, sentBody);
    } catch (thrown) {
      throw withVenueError(thrown);
    }
    if (status >= 400 || venue.isErrorResponse?.(body)) throw withVenueError(undefined);
    // ccxt would read a page of HTML or half a response as one without orders and balances.
    if (body === undefined || body === null) throw new Error('the response is not JSON');
  };
}

/** Adds the venue's fence to each request that has a send deadline. Its parameters and nonce are signed with the rest. */
function fenceRequests(client: CcxtClient, { fence }: Venue): void {
  if (fence === undefined) return;
  const { sign } = client;
  client.sign = function (this: CcxtClient, path, api, method = 'GET', parameters = {}, headers, body) {
    const sendDeadline = sendDeadlineContext.getStore();
    if (sendDeadline === undefined) return sign.call(this, path, api, method, parameters, headers, body);
    const clockOffsetMs = Number(client.options.timeDifference ?? 0);
    const added = fence({ method, path }, { sendDeadline, clockOffsetMs, now: this.milliseconds() });
    const { nonce } = added;
    const signer = nonce === undefined ? this : Object.create(this, { nonce: { value: () => nonce } });
    const all = added.parameters === undefined ? parameters : { ...parameters, ...added.parameters };
    const signed = sign.call(signer, path, api, method, all, headers, body);
    return { ...signed, headers: { ...signed.headers, ...added.headers } };
  };
}

/** Checks the send deadline and the venue's pause directly before a request is written. */
function interceptRequests(client: CcxtClient, venue: Venue, gate: RetryAfterGate, now: () => number): void {
  const name = exchangeName(venue.id);
  const fetch = client.fetch.bind(client);
  const checkMaySend = (): void => {
    const sendDeadline = sendDeadlineContext.getStore();
    if (timeLeft() <= 0 || (sendDeadline !== undefined && now() > sendDeadline))
      throw new NotSent('too-late', 'The send deadline had passed');
    const blockedUntil = gate.blockedUntil();
    if (blockedUntil !== undefined)
      throw new NotSent(
        'rate-limit',
        `${name} asked for a pause until ${new Date(blockedUntil).toISOString()}`,
      );
  };
  client.fetch = async (url, method, headers, body) => {
    for (let connects = 1; ; connects += 1) {
      checkMaySend();
      try {
        return await fetch(url, method, headers, body);
      } catch (thrown) {
        if (!(thrown instanceof NotConnected)) throw thrown;
        if (thrown.cause instanceof NoRoute)
          throw new NotSent('no-connection', `No fixed address reached ${name}: ${thrown.cause.message}`);
        if (connects === maxConnects)
          throw new NotSent('no-connection', `There was no connection to ${name}`);
      }
    }
  };
}

/**
 * ccxt signs Bybit's queries before the URL parser encodes them, but Bybit checks the signature of the query as it was
 * sent: without this, every request that names a symbol of another script fails with 10004.
 * https://bybit-exchange.github.io/docs/v5/guide
 */
function encodeBeforeSigning(client: CcxtClient): void {
  const { rawencode } = client;
  client.rawencode = (...parameters: Parameters<typeof rawencode>) =>
    rawencode(...parameters).replaceAll(/\P{ASCII}+/gu, encodeURIComponent);
}

/** By the object identifiers of https://www.rfc-editor.org/rfc/rfc8017#appendix-B.1 */
const nativeHashes = new Map([
  ['0609608648016503040201', 'sha256'],
  ['0609608648016503040203', 'sha512'],
]);

/** ccxt computes each signature in JavaScript, which takes a hit ten times as long as Node's own code. */
function signNatively(client: CcxtClient): void {
  const { hmac } = client;
  client.hmac = (...parameters: Parameters<typeof hmac>) => {
    const [request, secret, hash, digest = 'hex'] = parameters;
    const name = nativeHashes.get(Buffer.from(hash.oid ?? []).toString('hex'));
    if (name === undefined || (digest !== 'hex' && digest !== 'base64')) return hmac(...parameters);
    return createHmac(name, secret).update(request).digest(digest);
  };
}

/** ccxt's own time-out ends at the headers. A body that arrives after the deadline would keep its socket open. */
const fetchUntilDeadline: typeof ccxtFetch = (url, options, agents) => {
  const deadline = deadlineSignal();
  if (deadline === undefined) return ccxtFetch(url, options, agents);
  return ccxtFetch(url, { ...options, signal: AbortSignal.any([options.signal, deadline]) }, agents);
};

/** Without this, the order would go to the live exchange. */
function useSandbox(client: CcxtClient, { id, useSandbox, unproven }: Venue): void {
  // Of an exchange that is not proven, only ccxt knows whether it has one.
  const isKnown = unproven === undefined || client.urls.test !== undefined;
  if (useSandbox === undefined || !isKnown)
    throw new Fault('account-invalid', `${exchangeName(id)} has no test network. Nothing was sent.`, {
      hint: { text: 'Store the account again without "sandbox", to trade with real money.' },
    });
  useSandbox(client);
}

export interface ClientOptions {
  agents: HttpAgents;
  /** The clock for deadlines and pauses. */
  now: () => number;
  timeoutMs: number;
}

/** Creates ccxt's client for an account, restricted to the requests that Ripcord makes. */
export async function createClient(
  account: Account,
  venue: Venue,
  { agents, now, timeoutMs }: ClientOptions,
): Promise<CcxtClient> {
  const Client = await loadLeanCcxt(account.exchange);
  const client = new Client({
    apiKey: account.apiKey,
    secret: account.secret,
    ...(account.password === undefined ? {} : { password: account.password }),
    ...(account.uid === undefined ? {} : { uid: account.uid }),
    // A trigger makes one or two calls. Waiting in ccxt's queue would only worsen the price.
    enableRateLimit: false,
    timeout: timeoutMs,
    options: mergeOptions(account.options ?? {}, venue.options),
  });
  client.number = String as unknown as typeof client.number;
  const fetch: typeof ccxtFetch = (url, options) => fetchUntilDeadline(url, options, agents);
  client.fetchImplementation = fetch;
  // Otherwise ccxt's first request searches for three proxy packages, which are not installed.
  client.proxiesModulesLoading = Promise.resolve();
  // Without any markets, some calls load all of them, and never retry if that failed once.
  client.setMarkets([]);
  if (venue.signsDecodedQuery !== true) encodeBeforeSigning(client);
  signNatively(client);
  if (venue.nonce !== undefined) client.nonce = venue.nonce as unknown as typeof client.nonce;
  if (account.sandbox === true) useSandbox(client, venue);
  if (account.baseUrl !== undefined) rebaseUrls(client.urls.api as Record<string, unknown>, account.baseUrl);
  const gate = new RetryAfterGate(now);
  interceptResponses(client, venue, gate);
  interceptRequests(client, venue, gate, now);
  fenceRequests(client, venue);
  venue.prepare?.(client);
  return client;
}
