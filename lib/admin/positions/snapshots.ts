import { orStaleReason } from '../../position/order-sync.ts';
import { type Position, toAccountKey } from '../../position/position.ts';
import { type Snapshot, snapshotFrom, takeSnapshot } from '../../position/snapshot.ts';
import type { Services } from '../../services.ts';
import { isActive } from '../sync-if-active.ts';

/** @returns the snapshot of the position's account, or why it could not be read; undefined if each position is read by itself. */
type FindSnapshot = (position: Position) => Snapshot | { staleReason: string } | undefined;

/** Takes a snapshot of each account that has many of these positions, which were read from the table before. */
export async function takeSnapshots(services: Services, positions: Position[]): Promise<FindSnapshot> {
  const active = positions.filter(isActive);
  const accounts = [...Map.groupBy(active, toAccountKey)].filter(([, { length }]) => length >= snapshotFrom);
  const taken = await Promise.all(
    accounts.map(async ([key, ofAccount]) => {
      const snapshot = await orStaleReason(() => takeOne(services, ofAccount));
      return [key, snapshot] as const;
    }),
  );
  const snapshots = new Map(taken);
  return (position) => snapshots.get(toAccountKey(position));
}

async function takeOne({ exchanges, now }: Services, positions: Position[]): Promise<Snapshot> {
  const [{ account, exchange } = {}] = positions;
  return takeSnapshot(await exchanges.of(account ?? '', exchange), positions, now);
}
