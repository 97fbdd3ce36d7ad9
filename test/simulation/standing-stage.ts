import type { Exchange } from '../../lib/exchange/exchange.ts';
import { Fault } from '../../lib/fault.ts';
import { type Link, toLinkId } from '../../lib/link/link.ts';
import { hashToken, mintToken } from '../../lib/link/token.ts';
import type { Position } from '../../lib/position/position.ts';
import type { Services } from '../../lib/services.ts';
import { sweep } from '../../lib/sweep/sweep.ts';
import { fire } from '../../lib/trigger/fire.ts';
import type { Request } from '../../lib/trigger/request.ts';
import type { HitResponse } from '../../lib/trigger/response.ts';
import { Environment } from './environment.ts';
import { quiet } from './harness.ts';
import { createMemoryStore, type MemoryStore, type MemoryStoreOptions } from './memory-store.ts';
import { type Interrupt, ModelBook, modelExchange } from './model-exchange.ts';
import type { Plan } from './plan.ts';
import { positionOf } from './run-plan.ts';

/** A position of the stage, each in an account of its own, so that its exchange can fail by itself. */
export interface Staged {
  position: Position;
  book: ModelBook;
  /** Its methods may be replaced. */
  exchange: Exchange;
}

export interface StandingStage {
  environment: Environment;
  table: MemoryStore;
  services: Services;
  link: Link;
  /** Opens a position of 0.1 BTC with the tag of the link. */
  open(differing?: Partial<Position>, plan?: Partial<Plan>): Promise<Staged>;
  /** A hit as TradingView sends it. */
  hit(request?: Partial<Request>, arrivedAt?: number): Promise<HitResponse>;
  /** The same in a process of its own. */
  hitIn(services: Services, request?: Partial<Request>): Promise<HitResponse>;
  read(staged: Staged): Promise<Position>;
  /** How many close orders executed. */
  closes(staged: Staged): number;
  /** Lets virtual time pass while something is done. */
  during<Result>(work: () => Promise<Result>): Promise<Result>;
}

interface StageOptions extends MemoryStoreOptions {
  /** What goes wrong on the way to the exchange of a position. */
  exchangeInterrupt?: (positionId: string) => Interrupt;
  environment?: Environment;
}

/** Tokens are random by nature, and a run must not be. */
const token = mintToken();
const tokenHash = hashToken(token);

/** A standing link for a tag, in virtual time, with no fault but what a test puts in. */
export async function setStandingStage(
  differing: Partial<Link> = {},
  { exchangeInterrupt, environment = new Environment(), ...storeOptions }: StageOptions = {},
): Promise<StandingStage> {
  const table = createMemoryStore(storeOptions);
  const staged = new Map<string, Staged>();
  let ids = 0;
  const services: Services = {
    store: table,
    exchanges: {
      async of(account) {
        const found = staged.get(account);
        if (found === undefined) throw new Error(`There is no account ${account}.`);
        return found.exchange;
      },
    },
    now: () => environment.time,
    sleep: (ms) => environment.sleep(ms),
    randomId() {
      ids += 1;
      return `${String(ids).padStart(12, '0')}mark`;
    },
  };
  const link: Link = {
    linkId: toLinkId(tokenHash),
    tokenHash,
    scope: { tag: 'trend' },
    action: 'close',
    label: 'exit',
    confirm: false,
    methods: 'any',
    sources: 'any',
    createdAt: new Date(environment.time).toISOString(),
    ...differing,
  };
  const during: StandingStage['during'] = async (work) => {
    let isOver = false;
    const result = work().finally(() => {
      isOver = true;
    });
    result.catch(() => undefined);
    while (!isOver) await environment.run(3_600_000);
    return result;
  };
  await during(() => table.createLink(link));
  const post: Request = {
    token,
    method: 'POST',
    sourceIp: '192.0.2.1',
    userAgent: undefined,
    hasBody: false,
    navigation: { userInitiated: false, doubt: 'unproven' },
  };
  return {
    environment,
    table,
    services,
    link,
    during,
    async open(changes = {}, plan = {}) {
      const index = String(staged.size + 1).padStart(2, '0');
      const positionId = `pos_standing00${index}`;
      const book = new ModelBook({ ...quiet, ...plan }, environment);
      const exchange = modelExchange(book, {
        now: () => environment.time,
        transitMs: () => 1,
        interrupt: exchangeInterrupt?.(positionId) ?? (() => Promise.resolve('pass')),
      });
      const account = `account${index}`;
      const position = {
        ...positionOf(book.plan, book, environment.time),
        positionId,
        account,
        tag: 'trend',
        ...changes,
      } as Position;
      const entry = { position, book, exchange };
      staged.set(account, entry);
      await table.createPosition(position);
      return entry;
    },
    hit: (request = {}, arrivedAt) => fire(services, { ...post, ...request }, arrivedAt),
    hitIn: (ofProcess, request = {}) => fire(ofProcess, { ...post, ...request }),
    async read({ position: { positionId } }) {
      const known = await during(() => table.readPosition(positionId));
      if (known === undefined) throw new Error(`${positionId} is gone.`);
      return known;
    },
    closes: ({ book }) => book.of('close').filter(({ filled }) => filled > 0).length,
  };
}

const minute = 60_000;

/** The exchanges do not respond until `restore` is called. */
export function cutOff({ services }: StandingStage): { restore(): void } {
  const { of } = services.exchanges;
  services.exchanges.of = () => Promise.reject(new Fault('exchange-unreachable', 'Binance did not respond.'));
  return {
    restore() {
      services.exchanges.of = of;
    },
  };
}

/** Sweeps at so many full minutes. */
export async function sweepMinutes(stage: StandingStage, minutes: number): Promise<void> {
  const { environment, services, during } = stage;
  for (let count = 0; count < minutes; count += 1) {
    await during(() => environment.sleep(minute - (environment.time % minute)));
    await during(() => sweep(services));
  }
}
