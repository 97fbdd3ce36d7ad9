import { computed, signal } from '@preact/signals';
import type { HitView, LinkView, PositionView } from '../../lib/admin/contract/commands.ts';
import { type Part, partTitle } from '../../lib/position/part.ts';
import type { ConsoleState } from '../state.ts';
import { hasEnded, marketName } from './labels.ts';
import { hits, links, positions } from './store.ts';

/** What happened to a position without its owner at this page, until the owner dismisses it. */
export interface Outcome {
  positionId: string;
  /** ISO 8601. */
  at: string;
  tone: 'good' | 'bad';
  /** In one or two words. */
  word: string;
  detail: string;
  /** Whether the detail is for reading at once: a failure, or what a partial close left. */
  showsDetail: boolean;
  /** The position is as this left it, so that it counts as news until it is dismissed. */
  stands?: true;
}

interface Seen {
  /** What had happened when this browser first opened the console is history. By the clock of what recorded it. */
  since: string;
  /** By position: the time of the last outcome that was dismissed. */
  dismissed: Record<string, string>;
}

const storageKey = 'ripcord.outcomes';

function readSeen(): Seen | undefined {
  try {
    const stored = JSON.parse(localStorage.getItem(storageKey) ?? '') as Seen;
    if (typeof stored.since === 'string' && typeof stored.dismissed === 'object') return stored;
  } catch {
    // A browser that has not opened the console, or one whose storage is off.
  }
  return undefined;
}

const seen = signal(readSeen());

/** Takes what the first state of a new browser holds as history. */
export function startOutcomes({ hits, positions }: Pick<ConsoleState, 'hits' | 'positions'>): void {
  if (seen.value !== undefined) return;
  const times = [...hits.map(({ at }) => at), ...positions.map(({ outcome }) => outcome?.settledAt ?? '0')];
  saveSeen({ since: times.toSorted().at(-1) ?? '0', dismissed: {} });
}

function saveSeen(next: Seen): void {
  seen.value = next;
  try {
    localStorage.setItem(storageKey, JSON.stringify(next));
  } catch {
    // Without storage a reload shows only what happens after it.
  }
}

export function dismiss(...outcomes: Outcome[]): void {
  if (seen.value === undefined) return;
  const known = new Set(positions.value?.map(({ positionId }) => positionId));
  const kept = Object.entries(seen.value.dismissed).filter(([positionId]) => known.has(positionId));
  const added = outcomes.map(({ positionId, at }) => [positionId, at]);
  saveSeen({ ...seen.value, dismissed: Object.fromEntries([...kept, ...added]) });
}

/** Each position's last outcome that was not dismissed, newest first. */
export const outcomes = computed<Outcome[]>(() => {
  if (seen.value === undefined) return [];
  const { since, dismissed } = seen.value;
  return (positions.value ?? [])
    .flatMap((position) => findLast(position, hits.value) ?? [])
    .filter(({ positionId, at, stands }) => {
      return (stands === true || at > since) && at > (dismissed[positionId] ?? '');
    })
    .toSorted((a, b) => b.at.localeCompare(a.at));
});

export function findOutcome(positionId: string): Outcome | undefined {
  return outcomes.value.find((outcome) => outcome.positionId === positionId);
}

function findLast(position: PositionView, all: HitView[]): Outcome | undefined {
  const hit = all.find((each) => each.positionId === position.positionId && hasActed(each));
  const known = [
    ...(hit === undefined ? [] : [toOutcome(hit)]),
    ...toFailure(position),
    ...toEnding(position),
  ];
  return known.toSorted((a, b) => b.at.localeCompare(a.at))[0];
}

/** The last attempt, by anyone, failed. */
function toFailure({ positionId, failure, status }: PositionView): Outcome[] {
  if (failure === undefined || status !== 'open') return [];
  const { at, message, action } = failure;
  const word = action === 'keep' ? 'Link failed' : 'Close failed';
  return [{ positionId, at, tone: 'bad', word, detail: message, showsDetail: true, stands: true }];
}

/** Whether a link or the sweep did something, or tried to. What the operator did, the operator knows. */
export function hasActed({ actor, decision }: HitView): boolean {
  return actor !== 'operator' && (decision === 'fired' || decision === 'recovered');
}

export function toOutcome(hit: HitView): Outcome {
  const { positionId = '', at, why } = hit;
  const { word, tone } = toWord(hit);
  const link = links.value.find(isLinkOf(hit));
  const part = word === words.closed && link !== undefined ? partTitle(toPart(link)) : undefined;
  return {
    positionId,
    at,
    tone,
    word: part ?? word,
    detail: why,
    showsDetail: part !== undefined || tone === 'bad',
  };
}

function toPart({ percent, toPercent, byPercent }: LinkView): Part {
  return byPercent === undefined ? { percent, toPercent } : { percent: Number(byPercent) };
}

function isLinkOf({ linkId }: HitView): (link: LinkView) => boolean {
  return (link) => link.linkId === linkId;
}

const words: Record<string, string> = {
  closed: 'Closed',
  dust: 'Closed',
  canceled: 'Canceled',
  kept: 'Kept open',
  'stop-moved': 'Stop moved',
  unchanged: 'Unchanged',
  followed: 'Followed',
};

function toWord({ status, outcome, action }: HitView): Pick<Outcome, 'word' | 'tone'> {
  if (status >= 400) return { word: action === 'close' ? 'Close failed' : 'Link failed', tone: 'bad' };
  return { word: words[outcome ?? ''] ?? 'Closing', tone: 'good' };
}

/** @returns what a close did, in one or two words. One that is not confirmed yet is completed by the sweep. */
export function closeWord({ status, outcome }: Pick<HitView, 'status'> & { outcome: string }) {
  if (status >= 400)
    return { word: outcome === 'retrying' ? 'Not finished' : 'Close failed', tone: 'warn' } as const;
  const word = words[outcome];
  return word === undefined
    ? ({ word: 'Closing', tone: 'busy' } as const)
    : ({ word, tone: 'gain' } as const);
}

/** A position that an exit order, or something outside Ripcord, has ended. */
function toEnding(position: PositionView): Outcome[] {
  const { outcome, positionId } = position;
  if (outcome === undefined || outcome.actor === 'operator' || !hasEnded(position)) return [];
  const { settledAt: at, detail } = outcome;
  const word = words[outcome.outcome] ?? 'Closed';
  return [{ positionId, at, word, tone: 'good', detail, showsDetail: false }];
}

/** @returns "ETH/USDT long: Closed". */
export function outcomeTitle({ positionId, word }: Outcome): string {
  const position = positions.value?.find((each) => each.positionId === positionId);
  return position === undefined ? word : `${marketName(position.symbol)} ${position.side}: ${word}`;
}

/** Whether a list of open positions shows it: open, or ended without its owner having seen it. */
export function isListedAsOpen(position: PositionView): boolean {
  return !hasEnded(position) || findOutcome(position.positionId) !== undefined;
}
