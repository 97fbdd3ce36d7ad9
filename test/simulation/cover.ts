import type { ModelBook, ModelOrder } from './model-exchange.ts';

/**
 * A time during which the stops did not fit what remained. `bare`: something was filled, and no stop rested. `excess`:
 * they were for more, in an account that holds more than the position.
 */
export interface Span {
  kind: 'bare' | 'excess';
  /** True time, epoch milliseconds. */
  from: number;
  to: number;
  /** Whether a stop had rested before, and no target that filled in part has ended it. */
  hadStop: boolean;
}

/** How well the stops that rest at the exchange cover the position, from the exchange's own book. */
export class Cover {
  readonly spans: Span[] = [];
  readonly #open = new Map<Span['kind'], Span>();
  #hadStop = false;
  #isOver = false;

  /** Called after every change of the book. */
  note(book: ModelBook): void {
    if (this.#isOver) return;
    const stops = book.of('exit').filter((order) => order.live && order.exit?.kind === 'stop-loss');
    const total = stops.reduce((sum, { amount, filled }) => sum + amount - filled, 0);
    const left = book.positionLeft();
    const hadStop = this.#hadStop && !book.of('exit').some(hasEndedItsStop);
    const now = { time: book.environment.time, hadStop };
    this.#mark('bare', stops.length === 0 && left >= book.least, now);
    this.#mark('excess', total > left && Math.abs(book.holding) > left, now);
    this.#hadStop ||= stops.length > 0;
  }

  /** The owner has removed the stop. */
  stop(): void {
    this.#isOver = true;
  }

  #mark(kind: Span['kind'], isSo: boolean, { time, hadStop }: { time: number; hadStop: boolean }): void {
    const open = this.#open.get(kind);
    if (isSo && open === undefined) this.#open.set(kind, { kind, from: time, to: time, hadStop });
    if (isSo || open === undefined) return;
    this.#open.delete(kind);
    if (time > open.from) this.spans.push({ ...open, to: time });
  }
}

/** A target of a list that has filled in part: its rest is listed again with a stop by the next sweep. */
function hasEndedItsStop({ live, pair, filled, exit }: ModelOrder): boolean {
  return live && pair !== undefined && filled > 0 && exit?.kind === 'take-profit';
}
