import { Fault } from '../../lib/fault.ts';
import { type Link, linkSchema } from '../../lib/link/link.ts';
import type { Position } from '../../lib/position/position.ts';
import type { HitStore, LinkStore, ReservationStore, Store } from '../../lib/store/store.ts';
import {
  compare,
  copy,
  copyPosition,
  createPositions,
  type MemoryTables,
  type StoreRequest,
} from './memory-positions.ts';

export type StoreStep = `${StoreRequest}:${'before' | 'after'}`;

export interface MemoryStoreOptions {
  /**
   * Runs before and after the effect of every request; the effect itself is atomic. An error thrown before the
   * effect loses the request, an error thrown after it loses the response. Both surface as `table-unreachable`.
   */
  interrupt?: (step: StoreStep, id: string) => Promise<void> | void;
}

export interface MemoryStore extends Store {
  /** The stored positions in order of creation. Not a request, so nothing interrupts it. */
  positions(): Position[];
  /** The stored links in order of creation. */
  links(): Link[];
  /** The ids of the links that are revoked at the position. */
  revokedAt(positionId: string): string[];
}

/** A model of the table. The same contract tests run on the model and on DynamoDB. */
export function createMemoryStore({ interrupt }: MemoryStoreOptions = {}): MemoryStore {
  const pass = async (step: StoreStep, id: string): Promise<void> => {
    try {
      await interrupt?.(step, id);
    } catch (thrown) {
      throw new Fault('table-unreachable', 'The database did not respond.', { cause: thrown });
    }
  };
  const tables: MemoryTables = {
    rows: new Map(),
    links: new Map(),
    hits: new Map(),
    reservations: new Map(),
    paused: false,
    writes: 0,
    send: async (request, id, effect) => {
      await pass(`${request}:before`, id);
      const response = effect();
      await pass(`${request}:after`, id);
      return response;
    },
  };
  const { rows, links } = tables;
  return {
    positions: () => [...rows.values()].map(({ position }) => copyPosition(position)),
    links: () => [...links.values()].map(copyLink),
    revokedAt: (positionId) => [...(rows.get(positionId)?.revokedLinks ?? [])],
    ...createPositions(tables),
    ...createLinks(tables),
    ...createHits(tables),
    ...createReservations(tables),
  };
}

function createLinks(tables: MemoryTables): LinkStore {
  const { rows, links, send } = tables;
  return {
    async createLink(link) {
      const created = await send('create-link', link.linkId, () => {
        const known = links.get(link.linkId);
        if (known === undefined) links.set(link.linkId, copyLink(link));
        return known === undefined || known.tokenHash === link.tokenHash;
      });
      if (!created) throw new Fault('conflict', 'A link with this id exists already. No link was created.');
    },

    readLinkAndPause: (linkId) =>
      send('read-link', linkId, () => {
        const link = links.get(linkId);
        return { link: link && copyLink(link), paused: tables.paused };
      }),

    readLink: (linkId) =>
      send('read-link', linkId, () => {
        const link = links.get(linkId);
        return link && copyLink(link);
      }),

    listLinks: (positionId) =>
      send('list-links', positionId ?? '', () =>
        [...links.values()]
          .filter((link) => positionId === undefined || link.positionId === positionId)
          .map(copyLink)
          .sort((a, b) => compare(b.createdAt, a.createdAt) || compare(a.linkId, b.linkId)),
      ),

    async revokeLink(link, revokedAt) {
      await send('revoke-at-position', link.positionId, () => {
        rows.get(link.positionId)?.revokedLinks.add(link.linkId);
      });
      await send('revoke-link', link.linkId, () => {
        const known = links.get(link.linkId);
        if (known !== undefined) known.revokedAt ??= revokedAt;
      });
    },

    isPaused: () => send('kill-switch', '', () => tables.paused),

    setPaused: (paused) =>
      send('kill-switch', '', () => {
        tables.paused = paused;
      }),
  };
}

function createHits({ hits, send }: MemoryTables): HitStore {
  return {
    recordHit: (hit) =>
      send('record-hit', hit.positionId, () => {
        hits.set(`${hit.at}#${hit.hitId}#${hit.positionId}`, structuredClone(hit));
      }),

    listHits: (positionId, limit) =>
      send('list-hits', positionId, () =>
        [...hits.entries()]
          .sort(([a], [b]) => compare(b, a))
          .map(([, hit]) => hit)
          .filter((hit) => hit.positionId === positionId)
          .slice(0, limit)
          .map((hit) => structuredClone(hit)),
      ),
  };
}

function createReservations({ reservations, send }: MemoryTables): ReservationStore {
  return {
    reserve: (key, positionId, { replacing } = {}) =>
      send('reserve', key, () => {
        const holderId = reservations.get(key);
        if (holderId === undefined || holderId === replacing) reservations.set(key, positionId);
        return reservations.get(key) ?? positionId;
      }),

    readReservation: (key) => send('reserve', key, () => reservations.get(key)),
  };
}

function copyLink(link: Link): Link {
  return linkSchema.parse(copy(link));
}
