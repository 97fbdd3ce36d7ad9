import type { AccountHealth } from '../../lib/health/account-health.ts';
import type { Hit } from '../../lib/link/hit.ts';
import type { Link } from '../../lib/link/link.ts';
import type { LinkState } from '../../lib/link/link-state.ts';
import type { Pause } from '../../lib/link/pause.ts';
import { isFinal, type Position, positionSchema } from '../../lib/position/position.ts';
import { checkItemVersion } from '../../lib/store/item-version.ts';
import {
  applyChange,
  type ClaimRequest,
  type ClaimResult,
  isPositionPlace,
  type PositionList,
  type PositionStore,
  type Status,
  toPositionPlace,
} from '../../lib/store/store.ts';

/** One request to the table. Most methods send one; `revokeLink` sends two, and a refused write is read again. */
export type StoreRequest =
  | 'create'
  | 'read'
  | 'list'
  | 'claim'
  | 'save'
  | 'archive'
  | 'delete'
  | 'create-link'
  | 'read-link'
  | 'list-links'
  | 'revoke-at-position'
  | 'revoke-link'
  | 'update-link'
  | 'read-link-state'
  | 'save-link-state'
  | 'list-link-states'
  | 'reserve'
  | 'mark'
  | 'kill-switch'
  | 'record-sweep'
  | 'account-health'
  | 'record-hit'
  | 'list-hits';

/** A position's item. */
interface Row {
  position: Position;
  list: 'open' | 'final';
  revokedLinks: Set<string>;
  /** The token of the last creation or save: an object is only ever equal to itself. */
  writeToken: object;
  /** The lease token of the last claim. */
  lastLeaseToken: string | undefined;
  /** Of the Ripcord that wrote it last. */
  version: number;
}

/** What the memory store holds. */
export interface MemoryTables {
  rows: Map<string, Row>;
  links: Map<string, Versioned<Link>>;
  linkStates: Map<string, Versioned<LinkState>>;
  hits: Map<string, Versioned<Hit>>;
  reservations: Map<string, Versioned<string>>;
  markers: Map<string, Versioned<{ positionId: string; at: number }>[]>;
  killSwitch: { value: Pause; version: number };
  swept: Pick<Status, 'sweptAt' | 'accountsInUse'>;
  health: Versioned<AccountHealth>;
  /** Runs one request: an atomic effect between two interrupts. */
  send: <Response>(request: StoreRequest, id: string, effect: () => Response) => Promise<Response>;
}

/** An item and the version of the Ripcord that wrote it. */
export interface Versioned<Value> {
  value: Value;
  version: number;
}

/** The tables as one version of Ripcord sees them: they refuse it what a newer one has written. */
export interface View extends MemoryTables {
  version: number;
}

/** By creation and id, newest first. */
function compareRows({ position: a }: Row, { position: b }: Row): number {
  return compare(toPositionPlace(b), toPositionPlace(a));
}

/** @returns undefined for the id of a position that was deleted. */
function findPlace(rows: Map<string, Row>, after: string): string | undefined {
  if (isPositionPlace(after)) return after;
  const row = rows.get(after);
  return row && toPositionPlace(row.position);
}

function listRows(rows: Map<string, Row>, list: PositionList): Row[] {
  return [...rows.values()].filter((row) => list === 'all' || row.list === 'open').sort(compareRows);
}

function readRows(rows: Row[], version: number, onUnreadable?: (positionId: string) => void): Position[] {
  const isReadable = (row: Row): boolean => row.version <= version;
  for (const { position } of rows.filter((row) => !isReadable(row))) onUnreadable?.(position.positionId);
  return rows.filter(isReadable).map(({ position }) => copy(position));
}

/** The positions of the memory store. */
export function createPositions(tables: View): PositionStore {
  const { rows, send, version } = tables;
  return {
    createPosition: (position) =>
      writeIdempotently(tables, 'create', position.positionId, (writeToken) => {
        if (rows.has(position.positionId)) return false;
        rows.set(position.positionId, {
          position: copyPosition(position),
          list: 'open',
          revokedLinks: new Set(),
          writeToken,
          lastLeaseToken: undefined,
          version,
        });
        return true;
      }),

    async readPosition(positionId) {
      const row = await readRow(tables, positionId);
      checkItemVersion('position', row?.version, version);
      return row?.position;
    },

    listPositions: (list, onUnreadable) =>
      send('list', '', () => readRows(listRows(rows, list), version, onUnreadable)),

    listPositionPage: ({ list, after, limit }, onUnreadable) =>
      send('list', '', () => {
        const all = listRows(rows, list);
        const place = after === undefined ? undefined : findPlace(rows, after);
        const left =
          place === undefined ? all : all.filter(({ position }) => toPositionPlace(position) < place);
        const page = left.slice(0, limit);
        return {
          positions: readRows(page, version, onUnreadable),
          next:
            left.length > limit
              ? page.slice(-1).map(({ position }) => toPositionPlace(position))[0]
              : undefined,
        };
      }),

    claimPosition: (request) => claimPosition(tables, request),

    async savePosition(position, change) {
      const next = copyPosition(applyChange(position, change));
      const saved = await writeIdempotently(tables, 'save', position.positionId, (writeToken) => {
        const row = rows.get(position.positionId);
        if (
          row === undefined ||
          row.version > version ||
          row.position.revision !== position.revision ||
          row.position.epoch !== position.epoch ||
          row.position.state !== position.state
        )
          return false;
        row.position = copyPosition(applyChange(row.position, change));
        row.writeToken = writeToken;
        row.version = version;
        return true;
      });
      return saved ? next : undefined;
    },

    archivePosition: (positionId) =>
      send('archive', positionId, () => {
        const row = rows.get(positionId);
        if (row !== undefined && row.version <= version && isFinal(row.position.state)) row.list = 'final';
      }),

    deletePosition: (positionId) =>
      send('delete', positionId, () => {
        const row = rows.get(positionId);
        checkItemVersion('position', row?.version, version);
        if (row === undefined || row.position.state === 'claimed') return false;
        return rows.delete(positionId);
      }),
  };
}

function readRow({ rows, send }: MemoryTables, positionId: string): Promise<Row | undefined> {
  return send('read', positionId, () => {
    const row = rows.get(positionId);
    return row && { ...row, position: copy(row.position), revokedLinks: new Set(row.revokedLinks) };
  });
}

/** A write recognizes itself by its token if its response was lost or a copy of it arrived first. */
async function writeIdempotently(
  tables: MemoryTables,
  request: StoreRequest,
  positionId: string,
  write: (writeToken: object) => boolean,
): Promise<boolean> {
  const writeToken = {};
  let lost: unknown;
  try {
    if (await tables.send(request, positionId, () => write(writeToken))) return true;
  } catch (thrown) {
    lost = thrown;
  }
  if ((await readRow(tables, positionId))?.writeToken === writeToken) return true;
  if (lost !== undefined) throw lost;
  return false;
}

async function claimPosition(tables: View, request: ClaimRequest): Promise<ClaimResult> {
  const { positionId, claim } = request;
  let lost: unknown;
  try {
    const claimed = await tables.send('claim', positionId, () => {
      const row = tables.rows.get(positionId);
      if (row === undefined || !isClaimable(row, request, tables.version)) return undefined;
      row.lastLeaseToken = claim.leaseToken;
      row.version = tables.version;
      row.position = copyPosition(applyClaim(row.position, request));
      return copy(row.position);
    });
    if (claimed !== undefined) return { kind: 'claimed', position: claimed };
  } catch (thrown) {
    lost = thrown;
  }
  const row = await readRow(tables, positionId);
  checkItemVersion('position', row?.version, tables.version);
  // A response can be lost, so a claim that looks refused may be the caller's own.
  if (row?.position.state === 'claimed' && row.position.claim.leaseToken === claim.leaseToken)
    return { kind: 'claimed', position: row.position };
  if (lost !== undefined) throw lost;
  const revoked = claim.linkId !== undefined && row?.revokedLinks.has(claim.linkId) === true;
  return { kind: 'refused', position: row?.position, revoked };
}

function isClaimable(row: Row, { claim, from, maxUses }: ClaimRequest, version: number): boolean {
  return (
    row.version <= version &&
    from.includes(row.position.state) &&
    !(claim.linkId !== undefined && row.revokedLinks.has(claim.linkId)) &&
    row.lastLeaseToken !== claim.leaseToken &&
    !(maxUses !== undefined && (row.position.uses[claim.linkId ?? ''] ?? 0) >= maxUses)
  );
}

function applyClaim(position: Position, { claim, maxUses }: ClaimRequest): Position {
  const { epoch, attempt, uses } = position;
  const counted =
    maxUses === undefined || claim.linkId === undefined
      ? {}
      : { uses: { ...uses, [claim.linkId]: (uses[claim.linkId] ?? 0) + 1 } };
  return applyChange(position, {
    state: 'claimed',
    claim,
    epoch: epoch + 1,
    attempt: attempt + 1,
    failure: null,
    ...counted,
  });
}

export function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** A deep copy without properties that are undefined: DynamoDB stores none of those. */
export function copy<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value));
}
/** Every write checks the schema, so a read needs only a copy. */
function copyPosition(position: Position): Position {
  return positionSchema.parse(copy(position));
}
