import { OutOfTime, type Session } from './session.ts';
import type { Created, Held, TestFence, TestMarket, TestOrder, TestVenue } from './test-venue.ts';

/** Between two looks at what the account has. */
const pollMs = 200;
const maxPolls = 15;
/** Until what an unanswered order did is listed. */
const settleMs = 1_000;
const cleanUpRounds = 3;

/** A deadline that an order states, and when the order is sent. */
export interface Lateness {
  fence: TestFence;
  windowMs: number;
  at: number;
  sendAt: number;
}

/** The orders of one experiment, in a market where the account has nothing else. */
export class Trial {
  readonly venue: TestVenue;
  readonly session: Session;
  readonly #market: TestMarket;
  readonly #newId: () => string;
  /** The ids whose orders may rest, also if their answers say otherwise. */
  readonly #resting = new Set<string>();
  /** The ids whose orders may still be executed: their requests may be on their way. */
  readonly #unanswered = new Set<string>();

  constructor(venue: TestVenue, session: Session, market: TestMarket, newId: () => string) {
    this.venue = venue;
    this.session = session;
    this.#market = market;
    this.#newId = newId;
  }

  newId(): string {
    return this.#newId();
  }

  async create(order: TestOrder, lateness?: Lateness): Promise<Created> {
    const request = this.venue.create(order, this.#market);
    if (order.type === 'limit') this.#resting.add(order.clientOrderId);
    const added = lateness?.fence.fields(lateness.at, lateness.windowMs);
    const answer = await this.session.sendAt(
      { ...request, fields: { ...request.fields, ...added } },
      lateness,
    );
    const created: Created = answer === undefined ? { kind: 'unknown' } : this.venue.toCreated(answer);
    if (created.kind === 'unknown') this.#unanswered.add(order.clientOrderId);
    return created;
  }

  /** @returns undefined if no answer says whether there is such an order. */
  async look(clientOrderId: string): Promise<'found' | 'absent' | undefined> {
    const answer = await this.session.send(this.venue.find(clientOrderId));
    return answer && this.venue.toFound(answer, clientOrderId);
  }

  async cancel(clientOrderId: string): Promise<void> {
    await this.session.send(this.venue.cancel(clientOrderId));
  }

  held(): Promise<Held> {
    return this.venue.readHeld(this.session.send);
  }

  /** @returns what the account has once that is so; undefined if it is not in time. */
  async waitUntil(isSo: (held: Held) => boolean): Promise<Held | undefined> {
    for (let polls = 0; polls < maxPolls; polls += 1) {
      const held = await this.held();
      if (isSo(held)) return held;
      await this.session.sleep(pollMs);
    }
    return undefined;
  }

  /**
   * @returns what is left on the test network, or may be; nothing if the account was seen to have nothing in the market,
   * and each order was answered.
   */
  async cleanUp(): Promise<string[]> {
    return [
      ...(await this.#undo()),
      ...[...this.#unanswered].map((id) => describeUnanswered(this.venue, id)),
    ];
  }

  async #undo(): Promise<string[]> {
    let held: Held | undefined;
    try {
      for (let round = 0; round < cleanUpRounds; round += 1) {
        if (held?.openOrders !== 0) for (const id of this.#resting) await this.cancel(id);
        if (held !== undefined && held.amount !== '0') await this.session.send(this.venue.close(held.amount));
        held = undefined;
        await this.session.sleep(settleMs);
        held = await this.held().catch(ignoreUnreadable);
        if (held !== undefined && isFlat(held)) return [];
      }
    } catch (thrown) {
      if (!(thrown instanceof OutOfTime)) throw thrown;
    }
    return [describeLeft(this.venue, held, [...this.#resting])];
  }
}

function ignoreUnreadable(thrown: unknown): undefined {
  if (thrown instanceof OutOfTime) throw thrown;
}

export function isFlat({ amount, openOrders }: Held): boolean {
  return amount === '0' && openOrders === 0;
}

function describeUnanswered({ market, host }: TestVenue, id: string): string {
  return `There was no clear response to the order ${id}, so it may still be executed. Check ${market} on ${host} in a minute.`;
}

function describeLeft({ market, host }: TestVenue, held: Held | undefined, ids: string[]): string {
  const what =
    held === undefined
      ? 'What is left could not be read'
      : `A position of ${held.amount} and ${held.openOrders} open orders are left`;
  const orders = ids.length === 0 ? 'every order' : `the orders ${ids.join(', ')}`;
  return `${what} in ${market} on ${host}. Close the position there, and cancel ${orders}.`;
}
