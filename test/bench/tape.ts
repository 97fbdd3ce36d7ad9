/** One request as it went through, on the machine's monotonic clock, milliseconds. */
export interface Passage {
  to: 'table' | 'exchange' | 'parameters';
  /** `UpdateItem`, or method and path. */
  name: string;
  arrivedAt: number;
  /** Whether it is the first on its connection, which cost the function a handshake. */
  isFirst: boolean;
  /** How long it was held up on purpose. */
  heldMs: number;
  answeredAt: number;
  /** What DynamoDB would have charged. */
  units: number;
}

/** A request of a hit and the response to it, byte for byte. */
export interface Recorded {
  to: Passage['to'];
  name: string;
  /** The stand-in's. */
  port: number;
  method: string;
  path: string;
  /** Name, value, name, value, …, as they were sent. */
  headers: string[];
  body: string;
  status: number;
  responseHeaders: Record<string, string>;
  response: string;
  /** Which of the hit's requests had been answered before this one was sent. */
  after: number[];
}

/** What the proxies of one run share: what has gone through them, and what they are to do with it. */
export class Tape {
  /** Asks the table for what it charges, which makes its responses larger. */
  countsUnits = false;
  isRecording = false;
  /** Responds with what was recorded. */
  replays = false;
  #passages: Passage[] = [];
  #recorded: { passage: Passage; recorded: Omit<Recorded, 'after'> }[] = [];
  #replay: Recorded[] = [];
  /** How often each name was replayed. */
  readonly #turns = new Map<string, number>();

  note(passage: Passage): void {
    this.#passages.push(passage);
  }

  take(): Passage[] {
    this.#turns.clear();
    return this.#passages.splice(0);
  }

  record(passage: Passage, recorded: Omit<Recorded, 'after'>): void {
    if (this.isRecording) this.#recorded.push({ passage, recorded });
  }

  /** @returns the requests in the order of their arrival. They are what is replayed from now on. */
  toRecorded(): Recorded[] {
    const all = this.#recorded.splice(0).toSorted((a, b) => a.passage.arrivedAt - b.passage.arrivedAt);
    this.#replay = all.map(({ passage, recorded }) => ({
      ...recorded,
      after: all.flatMap((other, index) => (other.passage.answeredAt <= passage.arrivedAt ? [index] : [])),
    }));
    return this.#replay;
  }

  /** @returns undefined if requests pass. */
  findReplay({ to, name }: Passage): Recorded | undefined {
    if (!this.replays) return undefined;
    const same = this.#replay.filter((recorded) => recorded.to === to && recorded.name === name);
    const turn = this.#turns.get(name) ?? 0;
    this.#turns.set(name, turn + 1);
    return same[turn % same.length];
  }
}
