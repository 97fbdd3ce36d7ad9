import type { Exchange as CcxtClient } from 'ccxt';
import { type Account, requiresPassword } from '../../account/account.ts';
import { Deadline, inTime, runUntil, timeLeft } from '../../deadline.ts';
import { Fault } from '../../fault.ts';
import type { HttpAgents } from '../../http-agents.ts';
import { createTunnelAgents, type StackEgress } from '../egress/tunnel-agents.ts';
import type { MarketRules } from '../exchange.ts';
import { exchangeName } from '../exchange-name.ts';
import type { Venue } from '../venues/venue.ts';
import type { VenueError } from '../venues/venue-error.ts';
import {
  CallFailure,
  deniesKey,
  formatVenueError,
  isRetryable,
  NotSent,
  noResponse,
  notSentFrom,
  toCallFailure,
  venueErrorFrom,
} from './call-failure.ts';
import { createClient } from './ccxt-client.ts';
import { requestsOfCall } from './ccxt-fetch.ts';
import { loadVenue } from './ccxt-loader.ts';
import { canSign, invalidSecret, missingPassword, requireCredentials } from './check-credentials.ts';

export interface Deadlines {
  /** For one call of the port, in milliseconds. */
  callMs: number;
  /** For loading a venue's markets, which are megabytes. A trigger loads them only after a rejected precision. */
  marketsMs: number;
}

/** TradingView waits 3 s for the whole response, and a function runs for up to 10 s. */
export const defaultDeadlines: Deadlines = { callMs: 4_000, marketsMs: 8_000 };

/** Kraken locks a key out after many errors in a row. */
const maxRetries = 2;

/** The coarsest of the venues' clocks has whole seconds. */
const clockStepMs = 2_000;

function joinKeys({ apiKey, secret, password = '' }: Account): string {
  return `${apiKey}:${secret}:${password}`;
}

/** @returns the market as ccxt's own object. */
function toCcxtMarket(rules: MarketRules, venue: Venue) {
  if (rules.ccxtMarket !== undefined) return rules.ccxtMarket;
  const isSpot = rules.kind === 'spot';
  return {
    id: rules.id,
    symbol: rules.symbol,
    base: rules.base,
    quote: rules.quote,
    settle: rules.settle,
    baseId: rules.base,
    quoteId: rules.quote,
    settleId: rules.settle,
    type: isSpot ? 'spot' : 'swap',
    spot: isSpot,
    swap: !isSpot,
    contract: !isSpot,
    linear: isSpot ? undefined : true,
    active: true,
    contractSize: rules.contractSize,
    precision: { amount: rules.amountStep, price: rules.priceStep },
    limits: { amount: { min: rules.amountMin } },
    info: venue.marketInfo,
  };
}

interface ConnectionParts {
  venue: Venue;
  client: CcxtClient;
  agents: HttpAgents;
  account: Account;
  readAccountAgain: () => Promise<Account>;
  deadlines: Deadlines;
}

/** ccxt's client for one account, with a deadline for every call and a failure that states what happened to it. */
export class CcxtConnection {
  readonly venue: Venue;
  readonly client: CcxtClient;
  readonly deadlines: Deadlines;
  readonly #agents: HttpAgents;
  readonly #readAccountAgain: () => Promise<Account>;
  readonly #markets = new Map<string, { content: string; rules: MarketRules }>();
  readonly #egress: string | undefined;
  #keys: string;

  constructor({ venue, client, agents, account, readAccountAgain, deadlines }: ConnectionParts) {
    this.venue = venue;
    this.client = client;
    this.deadlines = deadlines;
    this.#agents = agents;
    this.#egress = JSON.stringify(account.egress);
    this.#keys = joinKeys(account);
    this.#readAccountAgain = readAccountAgain;
  }

  /** How texts name the exchange. */
  get name(): string {
    return exchangeName(this.venue.id);
  }

  /** Opens the connection of the next order. */
  openConnection(): void {
    // Which host takes the orders of an exchange of the generic mode is only known of a recorded order.
    if (this.venue.unproven === undefined) this.#agents.openConnection(findOrderUrl(this.client, this.venue));
  }

  /** Gives ccxt one market by its stored rules, so that no call loads all markets. */
  registerMarket(market: MarketRules): void {
    this.registerMarkets([market]);
  }

  /** The same for many markets: what ccxt makes of them costs once. */
  registerMarkets(markets: readonly MarketRules[]): void {
    const changed = markets.filter((rules) => {
      // The store returns the same rules in another order, and without undefined fields.
      const content = JSON.stringify(
        Object.entries(rules)
          .filter(([, rule]) => rule !== undefined)
          .sort(),
      );
      if (this.#markets.get(rules.symbol)?.content === content) return false;
      this.#markets.set(rules.symbol, { content, rules });
      return true;
    });
    if (changed.length === 0) return;
    this.client.setMarkets([...this.#markets.values()].map(({ rules }) => toCcxtMarket(rules, this.venue)));
  }

  /**
   * One call that only reads.
   *
   * @param subject What the request is for, such as "its markets".
   * @throws Fault, as the port documents.
   */
  async read<Result>(
    subject: string,
    call: () => Promise<Result>,
    deadlineMs = this.deadlines.callMs,
  ): Promise<Result> {
    try {
      return await this.call(call, deadlineMs);
    } catch (thrown) {
      throw this.toFault(subject, thrown);
    }
  }

  /**
   * One call under a deadline. It is retried once if the venue rejected the clock, or keys that have since changed, and
   * at most `maxRetries` times after one of its `retryCodes`.
   */
  async call<Result>(
    call: () => Promise<Result>,
    deadlineMs = this.deadlines.callMs,
    retries = maxRetries,
  ): Promise<Result> {
    try {
      return await this.#attempt(call, deadlineMs);
    } catch (thrown) {
      const error = venueErrorFrom(thrown);
      if (error === undefined) throw thrown;
      if (this.venue.retryCodes?.has(error.code)) {
        if (retries === 0) throw thrown;
        return this.call(call, deadlineMs, retries - 1);
      }
      const isCorrected =
        (deniesKey(this.venue, error) && (await this.#useChangedKeys())) ||
        (this.venue.clockCodes.has(error.code) && (await this.#correctClock(error, deadlineMs)));
      if (!isCorrected) throw thrown;
      return await this.#attempt(call, deadlineMs);
    }
  }

  /** ccxt's own time-out ends at the headers: a body that stalls would never settle. */
  async #attempt<Result>(call: () => Promise<Result>, deadlineMs: number): Promise<Result> {
    const requests: (() => boolean)[] = [];
    const late = () => {
      const isUnsent = requests.length > 0 && !requests.some((mayHaveLeft) => mayHaveLeft());
      const cause = new NotSent('no-connection', `There was no connection to ${this.name} in time`);
      return new CallFailure('no response in time', undefined, isUnsent ? cause : undefined);
    };
    const send = () => inTime(() => requestsOfCall.run(requests, call), late);
    try {
      if (timeLeft() <= 0) throw new NotSent('too-late', 'There was no time left for a request');
      return await runUntil(new Deadline(Date.now() + deadlineMs, Date.now), send);
    } catch (thrown) {
      throw toCallFailure(thrown);
    }
  }

  /**
   * Reads the venue's clock. @returns whether a retry can succeed: if the venue has one answer for a wrong key and a wrong
   * clock, only after the clock was wrong.
   */
  async #correctClock(error: VenueError, deadlineMs: number): Promise<boolean> {
    const readOffset = () => Number(this.client.options.timeDifference ?? 0);
    const before = readOffset();
    const reading = this.#attempt(() => this.client.loadTimeDifference(), deadlineMs);
    if (!deniesKey(this.venue, error)) return reading.then(() => true);
    await reading.catch(() => undefined);
    return Math.abs(readOffset() - before) > clockStepMs;
  }

  /** Uses the stored keys from now on. @returns false if they are the ones already in use, or can't be read now. */
  async #useChangedKeys(): Promise<boolean> {
    // The exchange's own rejection is what the caller has to learn.
    const account = await this.#readAccountAgain().catch(() => undefined);
    if (account === undefined || account.exchange !== this.venue.id) return false;
    // This connection's addresses may not be those that the new key is bound to.
    if (JSON.stringify(account.egress) !== this.#egress) return false;
    const keys = joinKeys(account);
    if (keys === this.#keys || !canSign(this.client, this.venue, account.secret)) return false;
    this.#keys = keys;
    this.client.apiKey = account.apiKey;
    this.client.secret = account.secret;
    if (account.password !== undefined) this.client.password = account.password;
    return true;
  }

  /** @returns the Fault for what `call` threw. */
  toFault(subject: string, thrown: unknown): Fault {
    if (thrown instanceof Fault) return thrown;
    const notSent = notSentFrom(thrown);
    if (notSent !== undefined) {
      const code = notSent.reason === 'unsupported' ? 'exchange-refused' : 'exchange-unreachable';
      return new Fault(code, notSent.message, { cause: thrown });
    }
    const error = venueErrorFrom(thrown);
    const request = `the request for ${subject}`;
    if (error === undefined)
      return new Fault('exchange-unreachable', `${this.name} sent ${noResponse} to ${request}`, {
        cause: thrown,
      });
    const rejected = `${this.name} rejected ${request}: ${formatVenueError(error)}`;
    const failed = `${this.name} failed to answer ${request}: ${formatVenueError(error)}`;
    return isRetryable(this.venue, error)
      ? new Fault('exchange-unreachable', failed, { cause: thrown })
      : new Fault('exchange-refused', rejected, { cause: thrown });
  }
}

/** @returns the URL that orders are sent to. */
export function findOrderUrl(client: CcxtClient, { orderApi }: Pick<Venue, 'orderApi'>): string {
  const names = typeof orderApi === 'string' ? [orderApi] : orderApi;
  const url = names.reduce<unknown>((urls, name) => (urls as Record<string, unknown>)[name], client.urls.api);
  return client.implodeHostname(url as string);
}

export interface ConnectOptions {
  readAccountAgain: () => Promise<Account>;
  stackEgress: StackEgress | undefined;
  /** For an account without fixed addresses. */
  agents: HttpAgents;
  now: () => number;
  deadlines: Deadlines;
}

/** @returns the connections of an account's requests. */
export function selectAgents(
  { egress }: Pick<Account, 'egress'>,
  { agents, stackEgress }: Pick<ConnectOptions, 'agents' | 'stackEgress'>,
): HttpAgents {
  return egress === undefined ? agents : createTunnelAgents(egress, stackEgress);
}

/** @throws Fault `account-invalid` if the account can't sign requests, and is not another one by now. */
export async function connect(account: Account, options: ConnectOptions): Promise<CcxtConnection> {
  const { readAccountAgain, now, deadlines } = options;
  const venue = await loadVenue(account.exchange);
  if (requiresPassword(account.exchange) && account.password === undefined)
    throw missingPassword(account.exchange);
  const agents = selectAgents(account, options);
  const client = await createClient(account, venue, { agents, now, timeoutMs: deadlines.marketsMs });
  requireCredentials(client, venue);
  if (canSign(client, venue, account.secret))
    return new CcxtConnection({ venue, client, agents, account, readAccountAgain, deadlines });
  const stored = await readAccountAgain().catch(() => account);
  if (stored.secret === account.secret || stored.exchange !== account.exchange) throw invalidSecret(venue);
  return connect(stored, options);
}
