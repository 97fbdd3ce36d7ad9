import type { HitView, PositionView } from '../../../lib/admin/contract/commands.ts';
import { type ConsoleState, isOver, maxHits, type Source } from '../../state.ts';
import { type Followed, failed } from './followed.ts';
import { type Loop, repeat } from './repeat.ts';

/** A hit is visible within a second, so the table is asked twice a second what happened. */
const changesEveryMs = 500;
/** A page knows the data's age to the second. */
const beatEveryMs = 1_000;
const restEveryMs = 15_000;
const storedEveryMs = 1_000;
/** What a read costs grows with the stored positions and links that it reads, so with many it is made less often. */
const msPerItem = 20;
const allEveryMs = 60_000;
const failedPauseMs = 2_000;
/** Hits are listed eventually, so the last minute is asked for again. */
const overlapMs = 60_000;

export interface TableFollower {
  refresh(): Promise<void>;
  poke(what: 'hit' | 'anything'): void;
  stop(): void;
}

/** Follows the table: what happened by one cheap query, and then what is stored of it. */
export function followTable(followed: Followed): TableFollower {
  const failures: Failures = new Map();
  const part = (name: Part, read: () => Promise<void>, pauseMs: () => number): Loop =>
    repeat(() => orShowFailure({ followed, failures, name }, read, pauseMs));
  const all: AllPositions = { dueAt: 0 };
  const isRead = { stored: false, changes: false };
  const note = (name: keyof typeof isRead): void => {
    isRead[name] = true;
    if (isRead.stored && isRead.changes) followed.onReady();
  };
  const stored = part(
    'stored',
    () => readStored(followed, all).then(() => note('stored')),
    () => Math.max(storedEveryMs, listOpen(followed).length * msPerItem),
  );
  const links = part(
    'links',
    () => readLinks(followed),
    () => linksEveryMs(followed),
  );
  const changes = part(
    'changes',
    () => readChanges(followed, failures, { stored, links }).then(() => note('changes')),
    () => changesEveryMs,
  );
  const accounts = part(
    'accounts',
    () => readAccounts(followed),
    () => restEveryMs,
  );
  return toFollower({ stored, links, changes, accounts }, all);
}

function toFollower(loops: Record<Part, Loop>, all: AllPositions): TableFollower {
  const parts = Object.values(loops);
  return {
    async refresh() {
      all.dueAt = 0;
      await Promise.all(parts.map((each) => each.fresh()));
    },
    poke(what) {
      if (what === 'anything') all.dueAt = 0;
      for (const each of what === 'hit' ? [loops.changes] : parts) each.poke();
    },
    stop() {
      for (const each of parts) each.stop();
    },
  };
}

type Part = 'stored' | 'links' | 'changes' | 'accounts';
/** The parts that can't be read now, with the time since when. One that works must not hide another that fails. */
type Failures = Map<Part, Source>;

async function orShowFailure(
  { followed, failures, name }: { followed: Followed; failures: Failures; name: Part },
  read: () => Promise<void>,
  pauseMs: () => number,
): Promise<number> {
  try {
    await read();
    if (failures.delete(name)) showFailures(followed, failures);
    return pauseMs();
  } catch (thrown) {
    failures.set(name, failed(failures.get(name) ?? {}, thrown, Date.now()));
    showFailures(followed, failures);
    return failedPauseMs;
  }
}

function showFailures(followed: Followed, failures: Failures): void {
  const { problem: _, ...table } = followed.state().table;
  const [first = {}] = failures.values();
  followed.apply({ table: { ...table, ...first } });
}

/** Links are read together with all positions. */
function linksEveryMs(followed: Followed): number {
  const { links, positions } = followed.state();
  return Math.max(restEveryMs, (links.length + positions.length) * msPerItem);
}

function listOpen(followed: Followed): PositionView[] {
  return followed.state().positions.filter((position) => !isOver(position));
}

async function readChanges(
  followed: Followed,
  failures: Failures,
  affected: Record<'stored' | 'links', Loop>,
): Promise<void> {
  const { hits: known, table, ...before } = followed.state();
  const startedAt = Date.now();
  const { hits, sweptAt, ...read } = await followed.ask('changes.list', toSince(known[0]?.at));
  const switches = toSwitches(read);
  // Hits that an older Ripcord recorded are in the history only.
  const isFirst = table.readAt === undefined;
  const older = isFirst ? (await followed.ask('history.list', { limit: maxHits })).hits : [];
  const ids = new Set(known.map(({ hitId }) => hitId));
  const fresh = [...hits, ...older].filter(({ hitId }) => !ids.has(hitId));
  if (fresh.length > 0) affected.stored.poke();
  // A hit changes the uses of a link, and what a standing link has heard. It changes nothing else about a link.
  if (fresh.some((hit) => isCounted(followed, hit))) affected.links.poke();
  const isSwitched = differs(switches, toSwitches(before));
  const isDue = fresh.length > 0 || isSwitched || startedAt - (table.readAt ?? 0) >= beatEveryMs;
  if (!isDue) return;
  // The data is as old as the positions: a page must not say "Live" while only the hits are read.
  const readAt = failures.has('stored') ? {} : { readAt: startedAt };
  followed.apply({
    ...(fresh.length > 0 ? { hits: fresh } : {}),
    table: { ...followed.state().table, ...readAt },
    ...switches,
    sweptAt,
  });
}

/** What stops all links. JSON drops what is undefined, and a page would keep what it knew. */
function toSwitches({
  paused,
  pausedUntil = null,
  halted = null,
}: Pick<ConsoleState, 'paused' | 'pausedUntil' | 'halted'>) {
  return { paused, pausedUntil, halted };
}

function isCounted(followed: Followed, { linkId }: HitView): boolean {
  return followed
    .state()
    .links.some(
      (link) => link.linkId === linkId && (link.maxUses !== undefined || link.positionId === undefined),
    );
}

function toSince(newest: string | undefined): { since?: string } {
  return newest === undefined ? {} : { since: new Date(Date.parse(newest) - overlapMs).toISOString() };
}

/** When all positions are to be read, also archived ones: they change only when one is forgotten. */
interface AllPositions {
  dueAt: number;
}

/** Reads the positions that no sweep has archived, and all of them when that is due or one is missing. */
async function readStored(followed: Followed, all: AllPositions): Promise<void> {
  const { stored } = followed;
  const now = Date.now();
  const isDue = now >= all.dueAt;
  const list = async (open: boolean): Promise<PositionView[]> => {
    try {
      return await listPages(followed, open);
    } catch (thrown) {
      all.dueAt = 0;
      throw thrown;
    }
  };
  if (isDue) all.dueAt = now + allEveryMs;
  let positions = await list(!isDue);
  const ids = new Set(positions.map(({ positionId }) => positionId));
  const isComplete = isDue || listOpen(followed).some(({ positionId }) => !ids.has(positionId));
  if (isComplete && !isDue) positions = await list(false);
  const changed = positions.filter((position) => isChanged(stored, position));
  const removed = isComplete ? findRemoved(followed, positions) : [];
  for (const positionId of removed) stored.delete(positionId);
  if (changed.length > 0 || removed.length > 0) followed.apply({ positions: changed, removed });
}

/** A response of Lambda holds at most 6 MB, and closed positions stay. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const pageSize = 500;

async function listPages(followed: Followed, open: boolean): Promise<PositionView[]> {
  const byId = new Map<string, PositionView>();
  let after: string | undefined;
  do {
    const input = { live: false, open, limit: pageSize, ...(after === undefined ? {} : { after }) };
    const { positions, next } = await followed.ask('positions.list', input);
    for (const position of positions) byId.set(position.positionId, position);
    after = next;
  } while (after !== undefined);
  return [...byId.values()];
}

/** @returns whether the position differs from what was stored before. */
function isChanged(stored: Map<string, string>, position: PositionView): boolean {
  const content = JSON.stringify(position);
  if (stored.get(position.positionId) === content) return false;
  stored.set(position.positionId, content);
  return true;
}

function findRemoved(followed: Followed, positions: PositionView[]): string[] {
  const ids = new Set(positions.map(({ positionId }) => positionId));
  const known = followed.state().positions.map(({ positionId }) => positionId);
  return known.filter((positionId) => !ids.has(positionId));
}

async function readLinks(followed: Followed): Promise<void> {
  const { links } = await followed.ask('links.list', {});
  if (differs(links, followed.state().links)) followed.apply({ links });
}

/** Accounts change on the command line only. */
async function readAccounts(followed: Followed): Promise<void> {
  const { accounts } = await followed.ask('accounts.list', {});
  if (differs(accounts, followed.state().accounts)) followed.apply({ accounts });
}

function differs(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) !== JSON.stringify(b);
}
