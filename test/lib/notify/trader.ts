import { Fault } from '../../../lib/fault.ts';
import { appendNotice } from '../../../lib/notify/notice-text.ts';
import { type Notifier, type Notifiers, noNotifiers, type Sent } from '../../../lib/notify/notifier.ts';
import type { Position } from '../../../lib/position/position.ts';
import type { Services } from '../../../lib/services.ts';
import {
  createMemoryStore,
  type MemoryStore,
  type MemoryStoreOptions,
} from '../../simulation/memory-store.ts';
import { exampleOutcome, examplePosition, positionIdAt } from '../position/example-position.ts';

export interface Trader {
  table: MemoryStore;
  services: Services;
  /** Moves the clock. */
  later(ms: number): void;
  /** Creates a position that has just ended, with its notice. */
  ended(index: number, differing?: Partial<Position>): Promise<Position>;
  read(index: number): Promise<Position>;
  /** The delivery of the first notice to a channel. */
  record(index: number, channel: string): Promise<unknown>;
  /** The positions that the next sweep will process. */
  waiting(): Promise<string[]>;
}

/** A store in memory, a clock that a test moves, and an exchange that does not respond. */
export function newTrader(options: MemoryStoreOptions = {}): Trader {
  let time = 1_760_000_200_000;
  const table = createMemoryStore(options);
  const services: Services = {
    store: table,
    exchanges: {
      async of() {
        throw new Fault('exchange-unreachable', 'The exchange did not respond.');
      },
    },
    now: () => time,
    async sleep(ms) {
      time += ms;
    },
    randomId: () => `mark${time}0000`,
  };
  const trader: Trader = {
    table,
    services,
    later(ms) {
      time += ms;
    },
    async ended(index, differing = {}) {
      const position = {
        ...examplePosition,
        positionId: positionIdAt(index),
        label: `number ${index}`,
        state: 'closed',
        outcome: exampleOutcome,
        // Its profit is known, so only its notices keep it on the list.
        entryOrders: examplePosition.entryOrders.map((order) => ({
          ...order,
          fees: [],
          traded: { amount: order.filled },
        })),
        ...differing,
      } as Position;
      const notices = appendNotice(
        position,
        { kind: 'settled', outcome: exampleOutcome, reopens: false },
        time,
      );
      await table.createPosition({ notices, ...position });
      return trader.read(index);
    },
    async read(index) {
      const position = table.positions().find(({ positionId }) => positionId === positionIdAt(index));
      if (position === undefined) throw new Error(`Position ${index} does not exist.`);
      return position;
    },
    record: async (index, channel) => (await trader.read(index)).notices?.[0]?.delivered[channel],
    waiting: async () => (await table.listPositions('open')).map(({ positionId }) => positionId),
  };
  return trader;
}

export interface FakeChannel extends Notifier {
  texts: string[];
}

/** A channel that responds with `answer`. */
export function fakeChannel(
  channel: string,
  answer: (text: string) => Sent | Promise<Sent> = () => ({ kind: 'sent' }),
): FakeChannel {
  const texts: string[] = [];
  return {
    channel,
    texts,
    async send({ text }) {
      texts.push(text);
      return answer(text);
    },
  };
}

export function channelsOf(...notifiers: Notifier[]): Notifiers {
  return notifiers.length === 0 ? noNotifiers : { all: async () => ({ notifiers }) };
}

export const refused: Sent = { kind: 'refused', why: 'responded 503', down: true };
