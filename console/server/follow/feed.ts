import type { InvokeAdmin } from '../../../infra/local/invoke-admin.ts';
import type { ConsoleState, MarketOfAccount, StateEvent } from '../../state.ts';
import { type Follower, follow } from './follower.ts';

type Client = ReadableStreamDefaultController<Uint8Array>;

/** Browsers open six connections to one host, and commands need some of them. */
const maxClients = 4;
/** A page that reads nothing any more loses its stream; if it comes back, it gets the whole state. */
const maxQueued = 200;
/** A page that is reloaded comes back at once. */
const lingerMs = 10_000;

const encoder = new TextEncoder();

function encode(event: StateEvent): Uint8Array {
  return encoder.encode(`data: ${JSON.stringify(event)}\n\n`);
}

/** The server-sent events of all pages. It follows while one is open. */
export class Feed {
  readonly #relay: InvokeAdmin;
  readonly #place: ConsoleState['place'];
  readonly #clients = new Set<Client>();
  #follower: Follower | undefined;
  #isReady = false;
  #linger: NodeJS.Timeout | undefined;

  constructor(relay: InvokeAdmin, place: ConsoleState['place']) {
    this.#relay = relay;
    this.#place = place;
  }

  /** @returns a stream of events: first the whole state, then each change. */
  open(): ReadableStream<Uint8Array> {
    clearTimeout(this.#linger);
    // What changes seldom is read seldom, so a new page asks for it.
    this.#follower?.poke('anything');
    this.#follower ??= this.#start();
    const { state } = this.#follower;
    let own: Client;
    return new ReadableStream<Uint8Array>({
      start: (client) => {
        own = client;
        this.#makeRoom();
        this.#clients.add(client);
        if (this.#isReady) client.enqueue(encode({ kind: 'state', state: state() }));
      },
      cancel: () => this.#leave(own),
    });
  }

  /** Ends when everything stored was read again. */
  async refresh(): Promise<void> {
    await this.#follower?.refresh();
  }

  /** Something may have happened just now. */
  poke(what: 'hit' | 'anything'): void {
    this.#follower?.poke(what);
  }

  /** A page shows this position in detail. */
  watch(positionId: string): void {
    this.#follower?.watch(positionId);
  }

  /** A page shows the price of this market. */
  watchMarket(market: MarketOfAccount): void {
    this.#follower?.watchMarket(market);
  }

  /** A page had the account's exchange answer so many requests. */
  charge(account: string, requests: number): void {
    this.#follower?.charge(account, requests);
  }

  /** Ends all streams. */
  stop(): void {
    clearTimeout(this.#linger);
    this.#stopFollowing();
    for (const client of [...this.#clients]) this.#end(client);
  }

  #start(): Follower {
    return follow({
      relay: this.#relay,
      place: this.#place,
      publish: (change) => this.#send({ kind: 'change', change }),
      onReady: () => {
        if (this.#isReady || this.#follower === undefined) return;
        this.#isReady = true;
        this.#send({ kind: 'state', state: this.#follower.state() });
      },
    });
  }

  #stopFollowing(): void {
    this.#follower?.stop();
    this.#follower = undefined;
    this.#isReady = false;
  }

  #send(event: StateEvent): void {
    const bytes = encode(event);
    for (const client of [...this.#clients]) {
      if ((client.desiredSize ?? 0) < -maxQueued) this.#end(client);
      else client.enqueue(bytes);
    }
  }

  #makeRoom(): void {
    const [oldest] = this.#clients.size >= maxClients ? this.#clients : [];
    if (oldest === undefined) return;
    oldest.enqueue(encode({ kind: 'replaced' }));
    this.#end(oldest);
  }

  #leave(client: Client): void {
    this.#clients.delete(client);
    clearTimeout(this.#linger);
    if (this.#clients.size === 0) this.#linger = setTimeout(() => this.#stopFollowing(), lingerMs).unref();
  }

  #end(client: Client): void {
    this.#leave(client);
    try {
      client.close();
    } catch {
      // The page left first.
    }
  }
}
