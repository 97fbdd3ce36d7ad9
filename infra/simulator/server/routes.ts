import type { Account } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';

export type PublicHandler<Params> = (core: SimulatedExchange, params: Params) => unknown;
export type SignedHandler<Params> = (core: SimulatedExchange, params: Params, account: Account) => unknown;

export type Route<Params> =
  | { security: 'public'; handle: PublicHandler<Params> }
  /** `read` needs a valid key. `trade` also needs the permission to trade and a valid time window when it runs. */
  | { security: 'read' | 'trade'; handle: SignedHandler<Params> };

/** Keys are `METHOD /path`. */
export type Routes<Params> = Record<string, Route<Params>>;

export function publicRoute<Params>(handle: PublicHandler<Params>): Route<Params> {
  return { security: 'public', handle };
}
export function readRoute<Params>(handle: SignedHandler<Params>): Route<Params> {
  return { security: 'read', handle };
}
export function tradeRoute<Params>(handle: SignedHandler<Params>): Route<Params> {
  return { security: 'trade', handle };
}
