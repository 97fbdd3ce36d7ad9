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

/**
 * `{name}` in a path is a parameter. A longer path comes before a shorter one that it matches too.
 * @returns what finds the route of a request, with the parameters of its path.
 */
export function matchRoutes<Params>(routes: Routes<Params>) {
  const patterns = Object.entries(routes).map(([name, route]) => ({
    route,
    pattern: new RegExp(`^${name.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
  }));
  return ({ method, path }: { method: string; path: string }) => {
    for (const { route, pattern } of patterns) {
      const found = pattern.exec(`${method} ${path}`);
      if (found === null) continue;
      const values = Object.entries(found.groups ?? {}).map(([name, value]) => [
        name,
        decodeURIComponent(value),
      ]);
      return { route, ofPath: Object.fromEntries(values) as Record<string, string> };
    }
    return undefined;
  };
}
