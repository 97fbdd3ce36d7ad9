import type { Venue } from './venue.ts';

/** What a venue without perpetuals says about them, and one that changes no orders. */
export const spotOnly = {
  kinds: new Set(['spot'] as const),
  fundingListing: {},
  fetchFunding: () => Promise.resolve([]),
  fetchPosition: () => Promise.reject(new TypeError('a spot account has no perpetual positions')),
  fetchOpenPositions: () => Promise.resolve([]),
  amendment: () => undefined,
  triggeredOrderId: () => undefined,
} satisfies Partial<Venue>;

/** What a venue says where Ripcord places no exits: it sends nothing conditional there. */
export const withoutExits = { exits: {}, stopParameters: () => ({}) } satisfies Partial<Venue>;
