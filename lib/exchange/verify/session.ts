import type { StoredAccount } from '../../account/account.ts';
import { Fault } from '../../fault.ts';
import type { HttpAgents } from '../../http-agents.ts';
import { ccxtFetch } from '../ccxt/ccxt-fetch.ts';
import { redact } from '../ccxt/redact.ts';
import { checkTestUrl } from './check-test-url.ts';
import type { Answer, Send, TestRequest, TestVenue } from './test-venue.ts';

/** One request of an experiment, as it is reported. Keys and signatures are in none of its fields. */
export interface Step {
  /** Since the experiment began. */
  afterMs: number;
  request: string;
  /** How long before it was sent it states that it was made. Absent: then. */
  ageMs?: number;
  /** Absent: no response came. */
  status?: number;
  answer: string;
}

/** What an experiment runs on. */
export interface TestClock {
  now(): number;
  sleep(ms: number): Promise<void>;
}

interface SessionParts extends TestClock {
  venue: TestVenue;
  account: StoredAccount;
  agents: HttpAgents;
}

/** When a request states that it was made, and when it is sent. */
interface Timing {
  at: number;
  sendAt: number;
}

const answerMs = 2_500;
/** A younger request was made when it was sent. */
const notableAgeMs = 1_000;
/** The whole answer would make a report unreadable. */
const maxAnswerLength = 600;

/** The experiment's own time has passed. What it created is cleaned up after it. */
export class OutOfTime extends Error {}

/** The requests of one experiment. */
export class Session {
  readonly steps: Step[] = [];
  /** No step begins after this, until the clean-up moves it. */
  endsAt: number;
  /** This machine's clock minus each of the exchange's, from the latest responses. The header has whole seconds. */
  readonly clockOffsetsMs: { header?: number; own?: number } = {};
  readonly #parts: SessionParts;
  readonly #startedAt: number;
  #readyAt = 0;

  constructor(parts: SessionParts, runMs: number) {
    this.#parts = parts;
    this.#startedAt = parts.now();
    this.endsAt = this.#startedAt + runMs;
  }

  readonly now = (): number => this.#parts.now();
  readonly send: Send = (request) => this.sendAt(request);

  readonly sleep = async (ms: number): Promise<void> => {
    if (this.now() + ms > this.endsAt) throw new OutOfTime('the time of the experiment had passed');
    if (ms > 0) await this.#parts.sleep(ms);
  };

  /** Throws a Fault, with nothing sent, for a host that is not the test network. */
  async sendAt(request: TestRequest, timing?: Timing): Promise<Answer | undefined> {
    await this.sleep(Math.max(0, this.#readyAt - this.now()));
    const { venue, account } = this.#parts;
    const at = timing?.at ?? this.now();
    const signed = venue.sign(request, account, at);
    await this.sleep(Math.max(0, (timing?.sendAt ?? 0) - this.now()));
    const sentAt = this.now();
    this.#readyAt = sentAt + venue.gapMs;
    const url = `${new URL(account.baseUrl ?? `https://${venue.host}`).origin}${signed.target}`;
    const headers = { ...signed.headers, ...venue.markers };
    const answer = await this.#fetch(request.method, url, headers, signed.body);
    const query = new URLSearchParams(request.fields).toString();
    this.steps.push({
      afterMs: sentAt - this.#startedAt,
      request: `${request.method} ${signed.target.split('?')[0]}${query === '' ? '' : ` ${query}`}`,
      ...(sentAt - at > notableAgeMs ? { ageMs: sentAt - at } : {}),
      ...(answer.status === undefined ? {} : { status: answer.status }),
      answer: redact(answer.text, account).slice(0, maxAnswerLength),
    });
    const read = answer.status === undefined ? undefined : toAnswer(answer.status, answer.text);
    this.#noteClock('own', read && venue.readTime?.(read.body));
    return read;
  }

  #noteClock(clock: 'header' | 'own', time = Number.NaN): void {
    if (Number.isFinite(time)) this.clockOffsetsMs[clock] = this.now() - time;
  }

  async #fetch(method: string, url: string, headers: Record<string, string>, body: string | undefined) {
    const { venue, agents } = this.#parts;
    checkTestUrl(url, headers, venue);
    const signal = AbortSignal.timeout(answerMs);
    try {
      const response = await ccxtFetch(url, { method, headers, body, signal }, agents);
      this.#noteClock('header', Date.parse(response.headers.date ?? ''));
      return { status: response.status, text: await response.text() };
    } catch (thrown) {
      if (thrown instanceof Fault) throw thrown;
      const { message, cause } = thrown as Error;
      return { status: undefined, text: `no response: ${cause instanceof Error ? cause.message : message}` };
    }
  }
}

function toAnswer(status: number, text: string): Answer | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null && !Array.isArray(body)
      ? { status, body: body as Record<string, unknown> }
      : undefined;
  } catch {
    return undefined;
  }
}
