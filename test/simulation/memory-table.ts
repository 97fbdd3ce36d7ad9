import { Fault } from '../../lib/fault.ts';
import type { Hit } from '../../lib/link/hit.ts';
import { type Link, linkSchema } from '../../lib/link/link.ts';
import { isFinal, type Position, positionSchema } from '../../lib/position/position.ts';
import { applyChange, type ClaimResult, type Store } from '../../lib/store/store.ts';

/** One request to the table. Most methods are one; `revokeLink` is two, and what was refused is read again. */
export type TableRequest =
  | 'create'
  | 'read'
  | 'list'
  | 'claim'
  | 'save'
  | 'shelve'
  | 'delete'
  | 'create-link'
  | 'read-link'
  | 'list-links'
  | 'revoke-at-position'
  | 'revoke-link'
  | 'reserve'
  | 'switch'
  | 'record-hit'
  | 'list-hits';

export type TableStep = `${TableRequest}:${'before' | 'after'}`;

export interface MemoryTableOptions {
  /**
   * Runs before and after the effect of every request, which itself is atomic. Throw before it, and the request
   * was lost; throw after it, and the answer was: both surface as `table-unreachable`. Wait, and it is late.
   */
  interrupt?: (step: TableStep, id: string) => Promise<void> | void;
}

export interface MemoryTable extends Store {
  /** The positions as they stand, in order of creation; no request, so nothing interrupts it. */
  positions(): Position[];
  /** The links as they stand, in order of creation. */
  links(): Link[];
  /** The ids of the links that are revoked at the position. */
  revokedAt(positionId: string): string[];
}

/** What the table holds of a position beside the position itself. */
interface Row {
  position: Position;
  list: 'open' | 'final';
  revokedLinks: Set<string>;
  /** Which creation or save wrote last. */
  mark: number;
  /** Whose claim was the last one. */
  lastOwner: string | undefined;
}

/** A model of the table: the same contract tests run on it and on the real one. */
export function memoryTable({ interrupt }: MemoryTableOptions = {}): MemoryTable {
  const rows = new Map<string, Row>();
  const links = new Map<string, Link>();
  const hits = new Map<string, Hit>();
  const names = new Map<string, string>();
  let paused = false;
  let marks = 0;

  const pass = async (step: TableStep, id: string): Promise<void> => {
    try {
      await interrupt?.(step, id);
    } catch (thrown) {
      throw new Fault('table-unreachable', 'The table gave no answer. Try again in a moment.', {
        cause: thrown,
      });
    }
  };

  const ask = async <Answer>(request: TableRequest, id: string, effect: () => Answer): Promise<Answer> => {
    await pass(`${request}:before`, id);
    const answer = effect();
    await pass(`${request}:after`, id);
    return answer;
  };

  const readRow = (positionId: string): Promise<Row | undefined> =>
    ask('read', positionId, () => {
      const row = rows.get(positionId);
      return row && { ...row, position: copyPosition(row.position), revokedLinks: new Set(row.revokedLinks) };
    });

  /** A write that recognises itself by its mark, where its answer was lost or a copy of it came first. */
  const askMarked = async (
    request: TableRequest,
    positionId: string,
    write: (mark: number) => boolean,
  ): Promise<boolean> => {
    marks += 1;
    const mark = marks;
    let lost: unknown;
    try {
      if (await ask(request, positionId, () => write(mark))) return true;
    } catch (thrown) {
      lost = thrown;
    }
    if ((await readRow(positionId))?.mark === mark) return true;
    if (lost !== undefined) throw lost;
    return false;
  };

  return {
    positions: () => [...rows.values()].map(({ position }) => copyPosition(position)),
    links: () => [...links.values()].map(copyLink),
    revokedAt: (positionId) => [...(rows.get(positionId)?.revokedLinks ?? [])],

    createPosition: (position) =>
      askMarked('create', position.positionId, (mark) => {
        if (rows.has(position.positionId)) return false;
        rows.set(position.positionId, {
          position: copyPosition(position),
          list: 'open',
          revokedLinks: new Set(),
          mark,
          lastOwner: undefined,
        });
        return true;
      }),

    readPosition: async (positionId) => (await readRow(positionId))?.position,

    listPositions: (list) =>
      ask('list', '', () =>
        [...rows.values()]
          .filter((row) => list === 'all' || row.list === 'open')
          .map(({ position }) => copyPosition(position))
          .sort((a, b) => order(b.createdAt, a.createdAt) || order(a.positionId, b.positionId)),
      ),

    async claimPosition({ positionId, claim, from, maxUses }): Promise<ClaimResult> {
      let lost: unknown;
      try {
        const claimed = await ask('claim', positionId, () => {
          const row = rows.get(positionId);
          if (
            row === undefined ||
            !from.includes(row.position.state) ||
            (claim.linkId !== undefined && row.revokedLinks.has(claim.linkId)) ||
            row.lastOwner === claim.leaseToken ||
            (maxUses !== undefined && (row.position.uses[claim.linkId ?? ''] ?? 0) >= maxUses)
          )
            return undefined;
          const { epoch, attempt } = row.position;
          row.lastOwner = claim.leaseToken;
          row.position = copyPosition(
            applyChange(row.position, {
              state: 'claimed',
              claim,
              epoch: epoch + 1,
              attempt: attempt + 1,
              failure: null,
              ...(maxUses === undefined || claim.linkId === undefined
                ? {}
                : {
                    uses: {
                      ...row.position.uses,
                      [claim.linkId]: (row.position.uses[claim.linkId] ?? 0) + 1,
                    },
                  }),
            }),
          );
          return copyPosition(row.position);
        });
        if (claimed !== undefined) return { kind: 'claimed', position: claimed };
      } catch (thrown) {
        lost = thrown;
      }
      const row = await readRow(positionId);
      // As in the real one: an answer can be lost, and what looks refused may be the claimant's own claim.
      if (row?.position.state === 'claimed' && row.position.claim?.leaseToken === claim.leaseToken)
        return { kind: 'claimed', position: row.position };
      if (lost !== undefined) throw lost;
      return {
        kind: 'refused',
        position: row?.position,
        revoked: claim.linkId !== undefined && row?.revokedLinks.has(claim.linkId) === true,
      };
    },

    async savePosition(position, change) {
      const saved = await askMarked('save', position.positionId, (mark) => {
        const row = rows.get(position.positionId);
        if (
          row === undefined ||
          row.position.revision !== position.revision ||
          row.position.epoch !== position.epoch ||
          row.position.state !== position.state
        )
          return false;
        row.position = copyPosition(applyChange(row.position, change));
        row.mark = mark;
        return true;
      });
      return saved ? copyPosition(applyChange(position, change)) : undefined;
    },

    archivePosition: (positionId) =>
      ask('shelve', positionId, () => {
        const row = rows.get(positionId);
        if (row !== undefined && isFinal(row.position.state)) row.list = 'final';
      }),

    deletePosition: (positionId) =>
      ask('delete', positionId, () => {
        const row = rows.get(positionId);
        if (row === undefined || row.position.state === 'claimed') return false;
        return rows.delete(positionId);
      }),

    async createLink(link) {
      const created = await ask('create-link', link.linkId, () => {
        const taken = links.get(link.linkId);
        if (taken === undefined) links.set(link.linkId, copyLink(link));
        return taken === undefined || taken.tokenHash === link.tokenHash;
      });
      if (!created) throw new Fault('conflict', 'That link id is taken. Create the link again.');
    },

    readLinkAndPause: (linkId) =>
      ask('read-link', linkId, () => {
        const link = links.get(linkId);
        return { link: link && copyLink(link), paused };
      }),

    reserve: (name, positionId, instead) =>
      ask('reserve', name, () => {
        const holder = names.get(name);
        if (holder === undefined || holder === instead) names.set(name, positionId);
        return names.get(name) ?? positionId;
      }),

    readReservation: (name) => ask('reserve', name, () => names.get(name)),

    isPaused: () => ask('switch', '', () => paused),

    setPaused: (next) =>
      ask('switch', '', () => {
        paused = next;
      }),

    recordHit: (hit) =>
      ask('record-hit', hit.positionId, () => {
        hits.set(`${hit.at}#${hit.hitId}#${hit.positionId}`, structuredClone(hit));
      }),

    listHits: (positionId, limit) =>
      ask('list-hits', positionId, () =>
        [...hits.entries()]
          .sort(([a], [b]) => order(b, a))
          .map(([, hit]) => hit)
          .filter((hit) => hit.positionId === positionId)
          .slice(0, limit)
          .map((hit) => structuredClone(hit)),
      ),

    readLink: (linkId) =>
      ask('read-link', linkId, () => {
        const link = links.get(linkId);
        return link && copyLink(link);
      }),

    listLinks: (positionId) =>
      ask('list-links', positionId ?? '', () =>
        [...links.values()]
          .filter((link) => positionId === undefined || link.positionId === positionId)
          .map(copyLink)
          .sort((a, b) => order(b.createdAt, a.createdAt) || order(a.linkId, b.linkId)),
      ),

    async revokeLink(link, revokedAt) {
      await ask('revoke-at-position', link.positionId, () => {
        rows.get(link.positionId)?.revokedLinks.add(link.linkId);
      });
      await ask('revoke-link', link.linkId, () => {
        const known = links.get(link.linkId);
        if (known !== undefined) known.revokedAt ??= revokedAt;
      });
    },
  };
}

function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** Deep, and without the properties that are there but undefined: the table holds no such thing. */
function copy(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
function copyPosition(position: Position): Position {
  return positionSchema.parse(copy(position));
}
function copyLink(link: Link): Link {
  return linkSchema.parse(copy(link));
}
