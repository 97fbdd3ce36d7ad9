import { Fault } from '../../lib/fault.ts';
import { unknownHealth } from '../../lib/health/account-health.ts';
import { type Hit, isListed } from '../../lib/link/hit.ts';
import { type Link, linkSchema } from '../../lib/link/link.ts';
import { linkStateSchema, unknownLinkState } from '../../lib/link/link-state.ts';
import type { Pause } from '../../lib/link/pause.ts';
import type { Position } from '../../lib/position/position.ts';
import { checkItemVersion, itemVersion } from '../../lib/store/item-version.ts';
import {
  type HealthStore,
  type HitStore,
  type LinkStateStore,
  type LinkStore,
  type MarkerStore,
  type MarketSide,
  type ReservationStore,
  type Store,
  toHitPlace,
} from '../../lib/store/store.ts';
import {
  compare,
  copy,
  createPositions,
  type MemoryTables,
  type StoreRequest,
  type Versioned,
  type View,
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
  /**
   * The stored positions in order of creation. Not a request, so nothing interrupts it. They are not copied: a write
   * replaces them.
   */
  positions(): Position[];
  /** The stored links in order of creation. */
  links(): Link[];
  /** The ids of the links that are revoked at the position. */
  revokedAt(positionId: string): string[];
  /** The version of the Ripcord that wrote the position last. */
  versionOf(positionId: string): number | undefined;
  /** The same tables, as another version of Ripcord reads and writes them. */
  at(version: number): Store;
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
    linkStates: new Map(),
    hits: new Map(),
    reservations: new Map(),
    markers: new Map(),
    killSwitch: { value: { paused: false }, version: 0 },
    swept: {},
    health: { value: unknownHealth, version: 0 },
    send: async (request, id, effect) => {
      await pass(`${request}:before`, id);
      const response = effect();
      await pass(`${request}:after`, id);
      return response;
    },
  };
  const { rows, links } = tables;
  return {
    positions: () => [...rows.values()].map(({ position }) => position),
    links: () => [...links.values()].map(({ value }) => copy(value)),
    revokedAt: (positionId) => [...(rows.get(positionId)?.revokedLinks ?? [])],
    versionOf: (positionId) => rows.get(positionId)?.version,
    at: (version) => createView({ ...tables, version }),
    ...createView({ ...tables, version: itemVersion }),
  };
}

function createView(view: View): Store {
  return {
    ...createPositions(view),
    ...createLinks(view),
    ...createLinkStates(view),
    ...createHits(view),
    ...createReservations(view),
    ...createMarkers(view),
    ...createHealth(view),
  };
}

function createHealth({ health, send, version }: View): HealthStore {
  return {
    readAccountHealth: () =>
      send('account-health', '', () => {
        checkItemVersion('health', health.version, version);
        return copy(health.value);
      }),

    saveAccountHealth: (next) =>
      send('account-health', '', () => {
        checkItemVersion('health', health.version, version);
        if (health.value.revision !== next.revision) return undefined;
        Object.assign(health, { value: copy({ ...next, revision: next.revision + 1 }), version });
        return copy(health.value);
      }),
  };
}

function createLinkStates({ linkStates, send, version }: View): LinkStateStore {
  const read = (linkId: string) => {
    const stored = linkStates.get(linkId);
    checkItemVersion('link state', stored?.version, version);
    return stored && copy(stored.value);
  };
  return {
    readLinkState: (linkId) =>
      send('read-link-state', linkId, () => read(linkId) ?? unknownLinkState(linkId)),

    async saveLinkState(state) {
      const next = linkStateSchema.parse(copy({ ...state, revision: state.revision + 1 }));
      return send('save-link-state', state.linkId, () => {
        if ((read(state.linkId)?.revision ?? 0) !== state.revision) return undefined;
        linkStates.set(state.linkId, { value: next, version });
        return copy(next);
      });
    },

    listLinkStates: (onUnreadable) =>
      send('list-link-states', '', () =>
        [...linkStates].flatMap(([linkId, stored]) => {
          if (stored.value.ended === true) return [];
          if (stored.version <= version) return copy(stored.value);
          onUnreadable?.(linkId);
          return [];
        }),
      ),
  };
}

function createLinks({ rows, links, killSwitch, swept, send, version }: View): LinkStore {
  const readLink = (linkId: string) => {
    const link = links.get(linkId);
    checkItemVersion('link', link?.version, version);
    return link && copy(link.value);
  };
  const readPause = (): Pause => {
    checkItemVersion('kill switch', killSwitch.version, version);
    return { ...killSwitch.value };
  };
  return {
    async createLink(link) {
      const created = await send('create-link', link.linkId, () => {
        const known = readLink(link.linkId);
        if (known === undefined) links.set(link.linkId, { value: copyLink(link), version });
        return known === undefined || known.tokenHash === link.tokenHash;
      });
      if (!created) throw new Fault('conflict', 'A link with this id exists already. No link was created.');
    },

    readLinkAndPause: (linkId) =>
      send('read-link', linkId, () => ({ link: readLink(linkId), ...readPause() })),

    readLink: (linkId) => send('read-link', linkId, () => readLink(linkId)),

    listLinks: (positionId) =>
      send('list-links', positionId ?? '', () =>
        [...links.keys()]
          .flatMap((linkId) => readLink(linkId) ?? [])
          .filter((link) => positionId === undefined || link.positionId === positionId)
          .sort((a, b) => compare(b.createdAt, a.createdAt) || compare(a.linkId, b.linkId)),
      ),

    listStandingLinks: () =>
      send('list-links', 'standing', () =>
        [...links.keys()]
          .flatMap((linkId) => readLink(linkId) ?? [])
          .filter(({ positionId }) => positionId === undefined)
          .sort((a, b) => compare(b.createdAt, a.createdAt) || compare(a.linkId, b.linkId)),
      ),

    listLinksOf: (positionIds) =>
      send('list-links', positionIds.join(), () =>
        [...links.values()]
          .filter(({ value }) => positionIds.some((positionId) => positionId === value.positionId))
          .flatMap(({ value }) => readLink(value.linkId) ?? [])
          .sort((a, b) => compare(b.createdAt, a.createdAt) || compare(a.linkId, b.linkId)),
      ),

    async revokeLink(link, revokedAt, inScope = []) {
      const revokeAt = (positionId: string) =>
        send('revoke-at-position', positionId, () => {
          checkItemVersion('position', rows.get(positionId)?.version, version);
          rows.get(positionId)?.revokedLinks.add(link.linkId);
        });
      if (link.positionId !== undefined) await revokeAt(link.positionId);
      await send('revoke-link', link.linkId, () => {
        const known = readLink(link.linkId);
        if (known !== undefined) links.set(link.linkId, { value: { revokedAt, ...known }, version });
      });
      for (const positionId of inScope) await revokeAt(positionId);
    },

    readStatus: () => send('kill-switch', '', () => ({ ...readPause(), ...swept })),

    recordSweep: (sweptAt, accountsInUse = []) =>
      send('record-sweep', '', () => {
        Object.assign(swept, { sweptAt, accountsInUse });
        if (accountsInUse.length === 0) delete swept.accountsInUse;
      }),

    updateLink: (linkId, change) =>
      send('update-link', linkId, () => {
        const known = readLink(linkId);
        if (known === undefined) return;
        const given = Object.entries(change).filter(([, value]) => value !== undefined);
        const changed = Object.fromEntries(given.map(([name, value]) => [name, value ?? undefined]));
        links.set(linkId, { value: copyLink({ ...known, ...changed }), version });
      }),

    setPaused: (paused, until) =>
      send('kill-switch', '', () => {
        readPause();
        const value = until === undefined ? { paused } : { paused, pausedUntil: until };
        Object.assign(killSwitch, { value, version });
      }),
  };
}

function createHits({ hits, send, version }: View): HitStore {
  const read = (hit: Versioned<Hit>): Hit => {
    checkItemVersion('record', hit.version, version);
    return structuredClone(hit.value);
  };
  const list = (limit: number, isWanted: (hit: Versioned<Hit>, key: string) => boolean): Hit[] =>
    [...hits.entries()]
      .filter(([key, hit]) => isWanted(hit, key))
      .sort(([a], [b]) => compare(b, a))
      .slice(0, limit)
      .map(([, hit]) => read(hit));
  return {
    recordHit: (hit) =>
      send('record-hit', hit.positionId ?? hit.linkId ?? '', () => {
        const key = `${hit.at}#${hit.hitId}#${hit.positionId}`;
        hits.set(key, { value: structuredClone(hit), version });
      }),

    listHits: (id, limit, before = 'a') =>
      send('list-hits', id, () =>
        list(limit, ({ value }) => (value.positionId ?? value.linkId) === id && toHitPlace(value) < before),
      ),

    listHitsSince: (since, limit) =>
      send('list-hits', '', () => list(limit, ({ value }, key) => isListed(value) && key > since)),

    listHitsBefore: (before, limit) =>
      send('list-hits', '', () => list(limit, ({ value }) => isListed(value) && toHitPlace(value) < before)),
  };
}

function createReservations({ reservations, send, version }: View): ReservationStore {
  const readHolder = (key: string) => {
    const held = reservations.get(key);
    checkItemVersion('reservation', held?.version, version);
    return held?.value;
  };
  return {
    reserve: (key, positionId, { replacing } = {}) =>
      send('reserve', key, () => {
        const holderId = readHolder(key);
        if (holderId === undefined || holderId === replacing)
          reservations.set(key, { value: positionId, version });
        return readHolder(key) ?? positionId;
      }),

    readReservation: (key) => send('reserve', key, () => readHolder(key)),
  };
}

function createMarkers({ markers, send, version }: View): MarkerStore {
  const toKey = ({ account, symbol, side }: MarketSide) => `${account}#${symbol}#${side}`;
  return {
    markPosition: (place, positionId, at) =>
      send('mark', positionId, () => {
        const marker = { value: { positionId, at }, version };
        markers.set(toKey(place), [...(markers.get(toKey(place)) ?? []), marker]);
      }),

    listMarked: (place, since) =>
      send('mark', toKey(place), () =>
        (markers.get(toKey(place)) ?? [])
          .filter(({ value }) => value.at >= since)
          .map((marker) => {
            checkItemVersion('marker', marker.version, version);
            return marker.value.positionId;
          }),
      ),
  };
}

function copyLink(link: Link): Link {
  return linkSchema.parse(copy(link));
}
