import { exchangeIdSchema, toVenueKey, type VenueKey, venueIdSchema } from '../account/account.ts';
import type { Exchange, TradeRange } from '../exchange/exchange.ts';
import type { Services } from '../services.ts';
import { type ChargedTo, Gate } from './gate.ts';
import type { ExchangeLimits, SweepLimits, Weights } from './limits.ts';

export type Gates = Readonly<Record<VenueKey, Gate>>;

/** @param part of the limits: several runs can begin in one minute. */
export function createGates(services: Services, { exchanges }: SweepLimits, part: number): Gates {
  const create = (limits: ExchangeLimits) => new Gate(services, { ...limits, weight: part * limits.weight });
  const ids: VenueKey[] = [...exchangeIdSchema.options, 'generic'];
  return Object.fromEntries(ids.map((id) => [id, create(exchanges[id])])) as Gates;
}

/** @returns services that charge the weight of each request to the gate of its exchange. */
export function withGates(
  services: Services,
  gates: Gates,
  { exchanges }: SweepLimits,
  chargedTo: ChargedTo,
): Services {
  return {
    ...services,
    exchanges: {
      async of(account, exchange) {
        const found = await services.exchanges.of(account, exchange);
        const { data: id } = venueIdSchema.safeParse(exchange);
        if (id === undefined) return found;
        const key = toVenueKey(id);
        return metered(found, exchanges[key].weights, (weight) => gates[key].charge(weight, chargedTo));
      },
    },
  };
}

/** Charges every call of the port at the most that it can weigh. */
function metered(exchange: Exchange, weights: Weights, charge: (weight: number) => void): Exchange {
  return new Proxy(exchange, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      const weight = weights.calls[name as keyof Exchange] ?? weights.other;
      return async (...parameters: unknown[]) => {
        const [, range, known] = parameters as [unknown, TradeRange | undefined, unknown];
        charge(weight + (name === 'fetchTrades' && range?.withCauses === true ? weights.causes : 0));
        const result: unknown = await Reflect.apply(member, target, parameters);
        if (name === 'fetchPosition' && known === undefined && isFlat(result)) charge(weights.flat);
        return result;
      };
    },
  });
}

function isFlat(result: unknown): boolean {
  return (result as Awaited<ReturnType<Exchange['fetchPosition']>>).side === undefined;
}
