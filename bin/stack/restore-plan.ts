/** What the logs say that happened to a link or a position. */
export interface JournalEntry {
  /** Epoch milliseconds. */
  at: number;
  /** `fired`: a link acted. `recovered`: a sweep completed an action. Else the name of an admin command. */
  what: string;
  positionId?: string | undefined;
  linkId?: string | undefined;
  /** Of a command: `ok`, or why it was refused. */
  outcome?: string | undefined;
}

export interface Journal {
  entries: JournalEntry[];
  /** Why it may not reach back to the backup; undefined: it does. */
  gap?: string | undefined;
}

/** What a restored table contains. */
export interface Backup {
  links: { linkId: string; positionId?: string | undefined }[];
  positionIds: string[];
}

/** What has to be done again in the restored table, and what it lacks. */
export interface ReplayPlan {
  revoke: string[];
  forget: string[];
  /** Why a position can't be as it was. */
  changed: Map<string, string>;
  /** Why a link stays paused although its position may be open. */
  spent: Map<string, string>;
  /** The kill switch as it was set last; undefined: as in the backup. */
  pause?: boolean;
  /** Created after the backup: their URLs answer 404. */
  lostLinks: string[];
  /** Opened or adopted after the backup, and not forgotten since. */
  lostPositions: string[];
}

/**
 * After these a position may not be what it was. An opening or an adoption creates it, so what the backup has of it is not
 * older.
 */
const changes = new Set([
  ...['fired', 'recovered', 'positions.close', 'positions.closeAll', 'positions.setExits'],
  ...['positions.resolve', 'positions.forget'],
]);
/** After these a link may act less than the backup says. */
const spends = new Set(['fired', 'recovered', 'links.revoke', 'links.update']);

/** Pure. The order of the entries doesn't matter, except for the kill switch, and a repeated entry changes nothing. */
export function planReplay({ entries }: Pick<Journal, 'entries'>, backup: Backup): ReplayPlan {
  const known = new Set([...backup.positionIds, ...backup.links.map(({ linkId }) => linkId)]);
  const collect = (of: (entry: JournalEntry) => string | undefined) =>
    [...new Set(entries.flatMap((entry) => of(entry) ?? []))].sort();
  const isDone = (entry: JournalEntry, what: string) => entry.what === what && entry.outcome === 'ok';
  const forgotten = collect((entry) => (isDone(entry, 'positions.forget') ? entry.positionId : undefined));
  const created = collect((entry) => (isDone(entry, 'links.create') ? entry.linkId : undefined));
  const begun = collect((entry) =>
    isDone(entry, 'positions.open') || isDone(entry, 'positions.adopt') ? entry.positionId : undefined,
  );
  const pause = findPause(entries);
  return {
    // A refused revocation is repeated: revoking a link twice is safe, and leaving one armed is not.
    revoke: collect(({ what, linkId }) => (what === 'links.revoke' ? linkId : undefined)).filter((id) =>
      known.has(id),
    ),
    forget: forgotten.filter((id) => known.has(id)),
    changed: describeEach(entries, changes, ({ positionId }) => positionId),
    spent: describeEach(entries, spends, ({ linkId }) => linkId),
    ...(pause === undefined ? {} : { pause }),
    lostLinks: created.filter((id) => !known.has(id)),
    lostPositions: begun.filter((id) => !known.has(id) && !forgotten.includes(id)),
  };
}

function describeEach(
  entries: JournalEntry[],
  kinds: ReadonlySet<string>,
  idOf: (entry: JournalEntry) => string | undefined,
): Map<string, string> {
  const latest = new Map<string, JournalEntry>();
  for (const entry of entries.filter(({ what }) => kinds.has(what))) {
    const id = idOf(entry);
    const known = id === undefined ? undefined : latest.get(id);
    if (id !== undefined && (known === undefined || isAfter(entry, known))) latest.set(id, entry);
  }
  return new Map([...latest].map(([id, entry]) => [id, describe(entry)]));
}

function isAfter(a: JournalEntry, b: JournalEntry): boolean {
  return a.at === b.at ? a.what > b.what : a.at > b.at;
}

function describe({ at, what }: JournalEntry): string {
  const name = { fired: 'A link acted', recovered: 'A sweep completed an action' }[what] ?? `Command ${what}`;
  return `${name} on ${new Date(at).toISOString()}, after the backup.`;
}

function findPause(entries: JournalEntry[]): boolean | undefined {
  const switches = entries.filter(
    ({ what, outcome }) => (what === 'links.pause' || what === 'links.resume') && outcome === 'ok',
  );
  const latest = Math.max(...switches.map(({ at }) => at));
  const last = switches.filter(({ at }) => at === latest);
  // Of two at the same time, the pause is the safe one.
  return last.length === 0 ? undefined : last.some(({ what }) => what === 'links.pause');
}

/** A paused link of the restored table. */
export interface PausedLink {
  linkId: string;
  positionId?: string | undefined;
  pausedReason?: string | undefined;
}

/**
 * @param reason the reason with which this restore paused links. What was paused before stays so.
 * @param open the positions that are at the exchange as in the backup.
 * @returns the links that may be armed: everything else stays paused.
 */
export function findArmable<Link extends PausedLink>(
  links: readonly Link[],
  {
    reason,
    open,
    plan,
    gap,
  }: { reason: string; open: ReadonlySet<string>; plan: ReplayPlan; gap: string | undefined },
): Link[] {
  if (gap !== undefined) return [];
  return links.filter(
    ({ linkId, positionId, pausedReason }) =>
      pausedReason === reason &&
      // What a standing link may act on is for its owner to check.
      positionId !== undefined &&
      open.has(positionId) &&
      !plan.changed.has(positionId) &&
      !plan.spent.has(linkId),
  );
}
