import type { Services } from '../services.ts';
import type { ExchangeLimits } from './limits.ts';

/** What wants to begin at one exchange. */
export interface Entrant {
  account: string;
  /** The lowest goes first. */
  rank: number;
  /** When it may begin at the latest, epoch milliseconds. */
  until: number;
  /** The entrants of its account begin at least this far apart, in milliseconds. */
  intervalMs: number;
  /** It begins only while the run has used less than this part of the weight; all of it by default. */
  part?: number;
}

/** What a request is for. */
export type ChargedTo = 'positions' | 'claims';

interface Waiting extends Entrant {
  /** Its turn has come, or it has to leave. */
  answer(mayBegin: boolean): void;
}

/** The first ones of a run begin at once. */
const burst = 10;
/** Every fourth turn, the one that has waited longest goes first, so that none waits forever. */
const fairTurn = 4;

/** Admits the work of one run at one exchange, for all accounts, so that it stays within the exchange's limits. */
export class Gate {
  readonly #services: Pick<Services, 'now' | 'sleep'>;
  readonly #limits: ExchangeLimits;
  readonly #waiting: Waiting[] = [];
  readonly #inside = new Set<Promise<void>>();
  /** From when on an account may begin something, epoch milliseconds. */
  readonly #freeAt = new Map<string, number>();
  #nextAt = 0;
  /** The weight of the run's requests for positions without a claim, and for claims. */
  readonly #spent = { positions: 0, claims: 0 };
  #turns = 0;
  #isServing = false;

  constructor(services: Pick<Services, 'now' | 'sleep'>, limits: ExchangeLimits) {
    this.#services = services;
    this.#limits = limits;
  }

  charge(weight: number, what: ChargedTo): void {
    this.#spent[what] += weight;
  }

  /** Waits for a turn, then does the work. @returns false if it can't begin: the time or the weight is used up. */
  async enter(entrant: Entrant, work: () => Promise<void>): Promise<boolean> {
    const { promise: left, resolve: leave } = Promise.withResolvers<void>();
    const { promise: answered, resolve: answer } = Promise.withResolvers<boolean>();
    const enter = (mayBegin: boolean) => {
      if (mayBegin) this.#inside.add(left);
      answer(mayBegin);
    };
    this.#waiting.push({ ...entrant, answer: enter });
    void this.#serveAll();
    if (!(await answered)) return false;
    try {
      await work();
    } finally {
      this.#inside.delete(left);
      leave();
    }
    return true;
  }

  async #serveAll(): Promise<void> {
    if (this.#isServing) return;
    this.#isServing = true;
    while (this.#waiting.length > 0) await this.#serve();
    this.#isServing = false;
  }

  /** Answers one, or waits until more can be said. */
  async #serve(): Promise<void> {
    const { now, sleep } = this.#services;
    const late = this.#waiting.find(({ until }) => now() > until);
    if (late !== undefined) return this.#answer(late, false);
    const next = this.#pick(now());
    if (next === undefined) return sleep(Math.min(...this.#waiting.map(this.#freeAtOf)) - now());
    const { intervalMs, weight } = this.#limits;
    if (this.#computeUsed() > weight * (next.part ?? 1)) {
      if (this.#inside.size === 0) return this.#answer(next, false);
      // What is under way may turn out to weigh less than it could.
      return Promise.race(this.#inside);
    }
    this.#turns += 1;
    this.#freeAt.set(next.account, now() + next.intervalMs);
    this.#nextAt = Math.max(this.#nextAt, now() - burst * intervalMs) + intervalMs;
    this.#answer(next, true);
    if (this.#nextAt > now()) await sleep(this.#nextAt - now());
  }

  /** @returns the weight used if one more look begins. Claims have a part of their own, and never wait. */
  #computeUsed(): number {
    const { claimsWeight, weights } = this.#limits;
    const { positions, claims } = this.#spent;
    return positions + Math.max(0, claims - claimsWeight) + (this.#inside.size + 1) * weights.look;
  }

  #pick(now: number): Waiting | undefined {
    const ready = this.#waiting.filter((each) => this.#freeAtOf(each) <= now);
    const isFair = this.#turns % fairTurn === fairTurn - 1;
    return isFair ? ready[0] : ready.toSorted((a, b) => a.rank - b.rank)[0];
  }

  readonly #freeAtOf = ({ account }: Waiting): number => this.#freeAt.get(account) ?? 0;

  #answer(waiting: Waiting, mayBegin: boolean): void {
    this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
    waiting.answer(mayBegin);
  }
}
