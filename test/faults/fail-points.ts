import type { Exchange } from '../../lib/exchange/exchange.ts';
import type { Engine } from '../../lib/services.ts';
import type { Table } from '../../lib/store/store.ts';

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
const withMethods = <Thing extends object>(thing: Thing, methods: Partial<Thing>): Thing =>
  new Proxy(thing, {
    get(target, name) {
      if (Object.hasOwn(methods, name)) return Reflect.get(methods, name);
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });

/** An engine that tells when it passes a fail point. */
export const withFailPoints = (engine: Engine, reach: Reach): Engine => ({
  ...engine,
  table: withTablePoints(engine.table, reach),
  exchanges: {
    of: async (account, exchange) => withExchangePoints(await engine.exchanges.of(account, exchange), reach),
  },
});

const withTablePoints = (table: Table, reach: Reach): Table =>
  withMethods<Table>(table, {
    async openLink(linkId) {
      const opened = await table.openLink(linkId);
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

const withExchangePoints = (exchange: Exchange, reach: Reach): Exchange =>
  withMethods<Exchange>(exchange, {
    async fetchOrder(market, name) {
      const order = await exchange.fetchOrder(market, name);
      // Only a recovery looks for an order that it knows by nothing but its client order id.
      if (name.orderId === undefined) reach('looked');
      return order;
    },
    async cancelOrder(market, name, sendBefore) {
      reach('before-cancel');
      const result = await exchange.cancelOrder(market, name, sendBefore);
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
