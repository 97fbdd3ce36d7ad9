import { AsyncLocalStorage } from 'node:async_hooks';
import type { Exchange as Ccxt } from 'ccxt';
import type { Account } from '../../account/account.ts';
import { Fault } from '../../fault.ts';
import type { MarketRules } from '../exchange.ts';
import { binance } from '../venues/binance.ts';
import { binanceusdm } from '../venues/binanceusdm.ts';
import { bybit } from '../venues/bybit.ts';
import type { Venue, VenueError } from '../venues/venue.ts';
import { ccxtFetch } from './ccxt-fetch.ts';
import { loadCcxt } from './ccxt-loader.ts';
import { BackOff } from './retry-after-gate.ts';

const venues: Record<Account['exchange'], Venue> = { binance, binanceusdm, bybit };

export interface Deadlines {
  /** Of one call of the port, in milliseconds. */
  callMs: number;
  /** Of reading a venue's markets: whole ones are megabytes. A hit reads them only where its rules were refused. */
  marketsMs: number;
}

/** TradingView itself waits 3 s for all of it, a function 10 s. */
export const usualDeadlines: Deadlines = { callMs: 4_000, marketsMs: 8_000 };

/** How a call failed: an error answer of the venue, or no answer that could be read. */
class CallFailure extends Error {
  readonly wire: VenueError | undefined;
  constructor(message: string, wire: VenueError | undefined, cause: unknown) {
    super(message, { cause });
    this.wire = wire;
  }
}

/** Nothing was sent: its time was over, there was no connection to send it on, or the venue wants a pause. */
class NotSent extends Error {
  readonly reason: 'too-late' | 'no-connection' | 'rate-limit';
  constructor(reason: NotSent['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Of ccxt's error texts, those of a name that is not found and of an address that takes no connection. */
const noConnection =
  /fetch failed: (getaddrinfo (ENOTFOUND|EAI_AGAIN)|connect (ECONNREFUSED|EHOSTUNREACH|ENETUNREACH)) /;

/** ccxt's messages quote URLs, signatures and bodies: only what sort of error it was, and where, goes on. */
function wordless(thrown: unknown): Error {
  const { name, stack = '' } = thrown instanceof Error ? thrown : new Error();
  const error = new Error(name);
  error.stack = [name, ...stack.split('\n').filter((line) => /^\s+at /.test(line))].join('\n');
  return error;
}

/** `sendBefore` of the order being created, carried past ccxt to the moment before its request is written. */
export const sendDeadline = new AsyncLocalStorage<number>();

export function describeWire(wire: VenueError): string {
  return `${wire.message || 'no message'} (${wire.code})`;
}

/** @returns the error answer of the venue that a call has failed with. */
export function wireOf(thrown: unknown): VenueError | undefined {
  return thrown instanceof CallFailure ? thrown.wire : undefined;
}

/** @returns why a call has not even been sent. */
export function notSentBy(thrown: unknown): NotSent | undefined {
  return thrown instanceof CallFailure && thrown.cause instanceof NotSent ? thrown.cause : undefined;
}

/** How venues answer who asks too much: Bybit and Binance's firewall with 403, Binance before a ban with 418. */
const limitingStatuses = new Set([403, 418, 429]);

/** ccxt for one account of one venue: every call under a deadline, and what became of it told apart. */
export class CcxtConnection {
  readonly venue: Venue;
  readonly ccxt: Ccxt;
  readonly #rereadKeys: () => Promise<Account>;
  readonly deadlines: Deadlines;
  readonly #markets = new Map<string, { content: string; rules: MarketRules }>();
  #keys: string;

  constructor(
    venue: Venue,
    ccxt: Ccxt,
    account: Account,
    rereadKeys: () => Promise<Account>,
    deadlines: Deadlines,
  ) {
    this.venue = venue;
    this.ccxt = ccxt;
    this.#keys = `${account.apiKey}:${account.secret}`;
    this.#rereadKeys = rereadKeys;
    this.deadlines = deadlines;
  }

  /** Lets ccxt know a market by its given rules alone, so that no call loads whole markets. */
  know(market: MarketRules): void {
    // A table gives the same rules back in another order, and without what is undefined.
    const content = JSON.stringify(
      Object.entries(market)
        .filter(([, rule]) => rule !== undefined)
        .sort(),
    );
    if (this.#markets.get(market.symbol)?.content === content) return;
    this.#markets.set(market.symbol, { content, rules: market });
    const known = [...this.#markets.values()].map(({ rules }) => ({
      id: rules.id,
      symbol: rules.symbol,
      base: rules.base,
      quote: rules.quote,
      settle: rules.settle,
      baseId: rules.base,
      quoteId: rules.quote,
      settleId: rules.settle,
      type: rules.kind === 'spot' ? 'spot' : 'swap',
      spot: rules.kind === 'spot',
      swap: rules.kind === 'perpetual',
      contract: rules.kind === 'perpetual',
      linear: rules.kind === 'perpetual' ? true : undefined,
      active: true,
      contractSize: rules.contractSize,
      precision: { amount: rules.amountStep, price: rules.priceStep },
      limits: { amount: { min: rules.amountMin } },
      info: this.venue.marketInfo,
    }));
    this.ccxt.setMarkets(known);
  }

  async read<Result>(
    what: string,
    call: () => Promise<Result>,
    deadlineMs = this.deadlines.callMs,
  ): Promise<Result> {
    try {
      return await this.call(call, deadlineMs);
    } catch (thrown) {
      throw this.faultOf(what, thrown);
    }
  }

  /** One call under a deadline. What the venue refused for its clock or its keys is asked once more. */
  async call<Result>(call: () => Promise<Result>, deadlineMs = this.deadlines.callMs): Promise<Result> {
    try {
      return await this.#attempt(call, deadlineMs);
    } catch (thrown) {
      const code = wireOf(thrown)?.code;
      if (code === undefined) throw thrown;
      if (this.venue.clockCodes.has(code))
        await this.#attempt(() => this.ccxt.loadTimeDifference(), deadlineMs);
      else if (!(this.venue.deniedCodes.has(code) && (await this.#keysChanged()))) throw thrown;
      return await this.#attempt(call, deadlineMs);
    }
  }

  async #attempt<Result>(call: () => Promise<Result>, deadlineMs: number): Promise<Result> {
    let timer: NodeJS.Timeout | undefined;
    // ccxt's own time-out ends at the headers: a body that stalls would never settle.
    const deadline = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new CallFailure('no answer in time', undefined, undefined)),
        deadlineMs,
      );
    });
    try {
      return await Promise.race([call(), deadline]);
    } catch (thrown) {
      if (thrown instanceof CallFailure) throw thrown;
      const wire = (thrown as { wire?: VenueError } | undefined)?.wire;
      throw new CallFailure('the call failed', wire, thrown instanceof NotSent ? thrown : wordless(thrown));
    } finally {
      clearTimeout(timer);
    }
  }

  /** @returns whether the stored keys are other ones than those in use, which it puts into use. */
  async #keysChanged(): Promise<boolean> {
    const account = await this.#rereadKeys();
    if (account.exchange !== this.venue.id) return false;
    const keys = `${account.apiKey}:${account.secret}`;
    if (keys === this.#keys) return false;
    this.#keys = keys;
    this.ccxt.apiKey = account.apiKey;
    this.ccxt.secret = account.secret;
    if (account.password !== undefined) this.ccxt.password = account.password;
    return true;
  }

  /** Whether asking again later may help: unless the venue has said what it doesn't like about the request. */
  #mayPass(wire: VenueError): boolean {
    const reason = this.venue.rejectReason(wire);
    if (reason === 'clock' || reason === 'rate-limit') return true;
    if (reason !== undefined || this.venue.deniedCodes.has(wire.code)) return false;
    // A code that means nothing in an answer of 200 tells nothing either.
    return wire.status < 400 || wire.status >= 500 || limitingStatuses.has(wire.status);
  }

  faultOf(what: string, thrown: unknown): Fault {
    if (thrown instanceof Fault) return thrown;
    const notSent = notSentBy(thrown);
    if (notSent?.reason === 'rate-limit') return new Fault('exchange-unreachable', notSent.message);
    const wire = wireOf(thrown);
    const mayPass = wire === undefined || this.#mayPass(wire);
    const words = wire === undefined ? 'no answer' : describeWire(wire);
    return new Fault(
      mayPass ? 'exchange-unreachable' : 'exchange-refused',
      `${this.venue.id} did not let us ${what}: ${words}`,
      { cause: thrown },
    );
  }
}

/** Puts another scheme and host in front of every URL of the exchange, and leaves their paths. */
function rebase(urls: Record<string, unknown>, baseUrl: string): void {
  const origin = new URL(baseUrl).origin;
  for (const [name, url] of Object.entries(urls)) {
    if (typeof url === 'string') urls[name] = origin + new URL(url).pathname.replace(/\/$/, '');
    else if (typeof url === 'object' && url !== null) rebase(url as Record<string, unknown>, baseUrl);
  }
}

/** Longer than any id and any word of a message; signatures, and keys in whatever form, are longer still. */
const longWords = /[\w+/=%.-]{40,}/g;
/** Words for a person. A venue that sends a whole page must not outgrow the position that they are kept with. */
const wordsLength = 500;

/** Some venues repeat in an error what was signed, and the key is part of it. */
function withoutKeys({ apiKey, secret, password }: Ccxt, error: VenueError): VenueError {
  const forms = [apiKey, secret, password].flatMap((key) =>
    key === undefined || key === ''
      ? []
      : [key, encodeURIComponent(key), Buffer.from(key).toString('base64').replace(/=+$/, '')],
  );
  const message = forms.reduce((told, form) => told.replaceAll(form, '…'), error.message);
  return { ...error, message: message.replaceAll(longWords, '…').slice(0, wordsLength) };
}

type Options = Record<string, unknown>;

function isOptions(value: unknown): value is Options {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a venue sets, an account can't change: its fence is only as long as the receive window that is sent. */
function optionsOf(own: Options, fixed: Options): Options {
  return {
    ...own,
    ...Object.fromEntries(
      Object.entries(fixed).map(([name, value]) => {
        const given = own[name];
        return [name, isOptions(value) && isOptions(given) ? optionsOf(given, value) : value];
      }),
    ),
  };
}

/** Makes ccxt's object for an account, held to what Ripcord needs of it. */
export async function connect(
  account: Account,
  rereadKeys: () => Promise<Account>,
  now: () => number,
  deadlines: Deadlines,
): Promise<CcxtConnection> {
  const venue = venues[account.exchange];
  const Class = await loadCcxt(account.exchange);
  const ccxt = new Class({
    apiKey: account.apiKey,
    secret: account.secret,
    ...(account.password === undefined ? {} : { password: account.password }),
    // A trigger is one call or two: waiting in ccxt's queue would only make the price worse.
    enableRateLimit: false,
    timeout: deadlines.marketsMs,
    options: optionsOf(account.options ?? {}, venue.options),
  });
  ccxt.number = String as unknown as typeof ccxt.number;
  ccxt.fetchImplementation = ccxtFetch;
  // Otherwise its first request looks for three packages of proxies, which nobody here has installed.
  ccxt.proxiesModulesLoading = Promise.resolve();
  // Without any markets some calls load them all, and where that failed once it is never tried again.
  ccxt.setMarkets([]);
  if (account.sandbox === true) venue.useSandbox(ccxt);
  if (account.baseUrl !== undefined) rebase(ccxt.urls.api as Record<string, unknown>, account.baseUrl);

  // ccxt's error texts lose the code for some messages and may carry the signed URL: keep the answer itself.
  const backOff = new BackOff(now);
  const handleErrors = ccxt.handleErrors.bind(ccxt);
  ccxt.handleErrors = (status, reason, url, method, headers, body, response, requestHeaders, requestBody) => {
    backOff.hear(status, headerOf(headers, 'retry-after'));
    const failed = (thrown: unknown) =>
      Object.assign(thrown instanceof Error ? thrown : new Error('error answer'), {
        wire: withoutKeys(ccxt, venue.venueErrorFrom(status, response)),
      });
    try {
      handleErrors(status, reason, url, method, headers, body, response, requestHeaders, requestBody);
    } catch (thrown) {
      throw failed(thrown);
    }
    if (status >= 400) throw failed(undefined);
    // ccxt would read a page of HTML or half an answer as an answer without orders and balances.
    if (response === undefined || response === null) throw new Error('the answer is not JSON');
  };
  const fetch = ccxt.fetch.bind(ccxt);
  ccxt.fetch = async (url, method, headers, body) => {
    const sendBefore = sendDeadline.getStore();
    if (sendBefore !== undefined && now() > sendBefore)
      throw new NotSent('too-late', 'not sent: its time was over');
    const pausedUntil = backOff.pausedUntil();
    if (pausedUntil !== undefined)
      throw new NotSent(
        'rate-limit',
        `the exchange asked for a pause until ${new Date(pausedUntil).toISOString()}`,
      );
    try {
      return await fetch(url, method, headers, body);
    } catch (thrown) {
      // With `wire` it is an answer, whatever its words.
      const isSilent = thrown instanceof Error && !('wire' in thrown);
      throw isSilent && noConnection.test(thrown.message)
        ? new NotSent('no-connection', 'not sent: there was no connection')
        : thrown;
    }
  };
  return new CcxtConnection(venue, ccxt, account, rereadKeys, deadlines);
}

function headerOf(headers: Record<string, unknown>, name: string): string | undefined {
  const [, value] = Object.entries(headers).find(([each]) => each.toLowerCase() === name) ?? [];
  return value === undefined ? undefined : String(value);
}
