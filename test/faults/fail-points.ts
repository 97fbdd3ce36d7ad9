import type { Exchange } from '../../lib/exchange/exchange.ts';
import type { Services } from '../../lib/services.ts';
import type { Store } from '../../lib/store/store.ts';

/** The moments at which a process may die or be paused, in the order in which a hit and its recovery pass them. */
export const failPoints = [
  /** The link is known, the position not yet claimed. */
  'link-read',
  /** The claim is durable, its owner has just heard of it. */
  'claimed',
  'before-cancel',
  /** One order is cancelled; what became of the others is not known. */
  'after-cancel',
  /** The close order is decided on. */
  'before-send',
  /** It is signed, its deadline has been looked at, and its first byte has not left. */
  'signed',
  /** The exchange has executed it, and its answer has arrived. */
  'after-send',
  'before-record',
  /** The outcome is durable, and nobody has been told of it. */
  'recorded',
  /** A recovery has taken the claim over. */
  'takeover',
  /** It has asked the exchange for the dead owner's order. */
  'looked',
  /** It has a new attempt, whose order's id is durable. */
  'new-attempt',
] as const;
export type FailPoint = (typeof failPoints)[number];

/** Called whenever a point is passed. It may take as long as it likes, or never come back. */
export type Reach = (point: FailPoint) => void;

/** The same thing with some of its methods replaced, whatever it keeps inside. */
function withMethods<Thing extends object>(thing: Thing, methods: Partial<Thing>): Thing {
  return new Proxy(thing, {
    get(target, name) {
      if (Object.hasOwn(methods, name)) return Reflect.get(methods, name);
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** An engine that tells when it passes a fail point. */
export function withFailPoints(services: Services, reach: Reach): Services {
  return {
    ...services,
    store: withTablePoints(services.store, reach),
    exchanges: {
      of: async (account, exchange) =>
        withExchangePoints(await services.exchanges.of(account, exchange), reach),
    },
  };
}

function withTablePoints(table: Store, reach: Reach): Store {
  return withMethods<Store>(table, {
    async readLinkAndPause(linkId) {
      const opened = await table.readLinkAndPause(linkId);
      reach('link-read');
      return opened;
    },
    async claimPosition(request) {
      const result = await table.claimPosition(request);
      if (result.kind === 'claimed') reach('claimed');
      return result;
    },
    async savePosition(position, change) {
      if (change.state !== undefined) reach('before-record');
      const saved = await table.savePosition(position, change);
      if (saved === undefined) return undefined;
      if (change.state !== undefined) reach('recorded');
      else if (change.epoch !== undefined) reach('takeover');
      else if (change.attempt !== undefined) reach('new-attempt');
      return saved;
    },
  });
}

function withExchangePoints(exchange: Exchange, reach: Reach): Exchange {
  return withMethods<Exchange>(exchange, {
    async fetchOrder(market, name) {
      const order = await exchange.fetchOrder(market, name);
      // Only a recovery looks for an order that it knows by nothing but its client order id.
      if (name.orderId === undefined) reach('looked');
      return order;
    },
    async cancelOrder(market, name, sendDeadline) {
      reach('before-cancel');
      const result = await exchange.cancelOrder(market, name, sendDeadline);
      reach('after-cancel');
      return result;
    },
    async createMarketOrder(market, order) {
      reach('before-send');
      const result = await exchange.createMarketOrder(market, order);
      reach('after-send');
      return result;
    },
  });
}
