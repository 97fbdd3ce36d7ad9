import type { Exchange as CcxtClient } from 'ccxt';
import { isGeneric, type VenueId } from '../../account/account.ts';
import { createGenericVenue } from '../venues/generic.ts';
import type { Venue } from '../venues/venue.ts';
import { venues } from '../venues/venues.ts';

export type CcxtClass = new (config: Record<string, unknown>) => CcxtClient;

/**
 * Loads the class of one exchange. Importing `ccxt` itself loads more than a hundred and takes half a second.
 * The bundler replaces this file with one that imports each supported exchange's own chunk.
 */
export async function loadCcxt(id: VenueId): Promise<CcxtClass> {
  const file = new URL(`./src/${id}.js`, import.meta.resolve('ccxt'));
  const module: { default: CcxtClass } = await import(file.href);
  return module.default;
}

/** Loads what this project knows of one exchange. In a bundle, it is in the exchange's chunk. */
export async function loadVenue(id: VenueId): Promise<Venue> {
  return isGeneric(id) ? createGenericVenue(id) : venues[id];
}
