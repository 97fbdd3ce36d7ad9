import { z } from 'zod';
import { Deadline, runUntil } from '../lib/deadline.ts';
import { type Hit, hitSchema } from '../lib/link/hit.ts';
import { type Log, toErrorCode } from '../lib/log.ts';
import type { Store } from '../lib/store/store.ts';
import { createRecordLimit } from './record-limit.ts';

/** A record of a hit that is not in the table yet. Functions before version 1 sent none. */
const unwrittenSchema = z.object({ version: z.literal(1).default(1), hit: hitSchema, expiresAt: z.number() });
type Unwritten = z.infer<typeof unwrittenSchema>;

/** What a function sends to the sweep with records that the table may not have. */
interface UnwrittenEvent {
  unwritten: Unwritten[];
}

/** @returns whether Lambda has accepted the event. */
type SendEvent = (event: UnwrittenEvent) => Promise<boolean>;

/** The scheduled event has no records. Each one is parsed alone: those that do not fit must not stop the others. */
const eventSchema = z.object({ unwritten: z.unknown().optional() });

/** What the log reports of a record that does not fit, as far as it can be read. */
const idsSchema = z.object({ hit: z.object({ positionId: z.string(), linkId: z.string().optional() }) });

/** More hits than one process gets while the table does not respond. Beyond it, the oldest records are lost. */
const maxKept = 500;
/** How many kept records are written with a new one. They are written in parallel, so they add no time. */
const writtenTogether = 5;
/** How many are handed over at a time: few enough for an event of 256 kB. */
const handedOverTogether = 20;
/** DynamoDB responds within milliseconds. A response to a hit waits no longer for its record. */
const writeMs = 500;

export interface HitOutbox {
  /** The store, whose `recordHit` keeps what it can't write and never throws. */
  store: Store;
  /** Writes what is kept. It never throws, and stops when a record can't be written. */
  writeKept(): Promise<void>;
  /**
   * Hands over what is kept, the oldest first, once. They are kept until this process has written them: Lambda drops an
   * accepted event if it throttles the sweep for a minute. It never throws.
   */
  handOver(send: SendEvent): Promise<void>;
  /**
   * Starts a sweep with copies of the records that are being written: the process may be frozen before the table has
   * them. It never throws.
   */
  startSweep(send: SendEvent): Promise<void>;
  /** Writes what another function handed over, which that function has limited. It never throws. */
  takeOver(event: unknown): Promise<void>;
}

/**
 * Keeps the records of hits that could not be written in the memory of this process, and writes them with the next
 * ones, or hands them over. A second copy of a record is the same item, so a lost response does no harm. If the process
 * ends, what it still keeps is lost; the position's own record and the log line of the hit remain.
 */
export function createHitOutbox(store: Store, log: Log): HitOutbox {
  const { kept, beingWritten, write, writeSome } = createWriter(store);
  const handOver = createHandOver();
  const limitRecords = createRecordLimit();

  const record = async (hit: Hit, expiresAt: number): Promise<void> => {
    const keptEarlier = writeSome();
    const written = await write({ version: 1, hit, expiresAt });
    if ('failure' in written)
      log.event('record-failed', toFields(hit, written.failure), { UnwrittenHits: 1 });
    await keptEarlier;
  };

  return {
    store: {
      ...store,
      async recordHit(hit, expiresAt) {
        const limited = limitRecords(hit);
        if (limited !== undefined) await record(limited, expiresAt);
      },
    },
    async writeKept() {
      while (kept.length > 0 && (await writeSome()));
    },
    async handOver(send) {
      if (kept.some(handOver.isDue)) await handOver.send(kept, send);
    },
    startSweep: (send) => handOver.send(beingWritten, send),
    async takeOver(event) {
      const records = parseUnwritten(event, log);
      await Promise.all(records.map(({ hit, expiresAt }) => record(hit, expiresAt)));
    },
  };
}

/** Writes records, and keeps those that it can't write. */
function createWriter(store: Store) {
  const kept: Unwritten[] = [];
  const beingWritten = new Set<Unwritten>();

  const write = async (unwritten: Unwritten): Promise<{ failure?: unknown }> => {
    beingWritten.add(unwritten);
    try {
      const soon = new Deadline(Date.now() + writeMs, Date.now);
      await runUntil(soon, () => store.recordHit(unwritten.hit, unwritten.expiresAt));
      return {};
    } catch (failure) {
      kept.push(unwritten);
      kept.splice(0, kept.length - maxKept);
      return { failure };
    } finally {
      beingWritten.delete(unwritten);
    }
  };

  const writeSome = async (): Promise<boolean> => {
    const written = await Promise.all(kept.splice(0, writtenTogether).map(write));
    return written.every((each) => !('failure' in each));
  };

  return { kept, beingWritten, write, writeSome };
}

/** Sends each record until Lambda has accepted an event with it. */
function createHandOver() {
  const accepted = new WeakSet<Unwritten>();
  const isDue = (unwritten: Unwritten): boolean => !accepted.has(unwritten);
  return {
    isDue,
    async send(records: Iterable<Unwritten>, send: SendEvent): Promise<void> {
      const unwritten = [...records].filter(isDue).slice(0, handedOverTogether);
      if (await send({ unwritten }).catch(() => false)) for (const each of unwritten) accepted.add(each);
    },
  };
}

/** Whether a hit or the operator started the sweep, and not the schedule. */
export function isWake(event: unknown): boolean {
  return eventSchema.safeParse(event).data?.unwritten !== undefined;
}

function parseUnwritten(event: unknown, log: Log): Unwritten[] {
  const { unwritten = [] } = eventSchema.safeParse(event).data ?? {};
  return (Array.isArray(unwritten) ? unwritten : [unwritten]).flatMap((record) => {
    const { data } = unwrittenSchema.safeParse(record);
    if (data === undefined) logUnfit(log, record);
    return data ?? [];
  });
}

/** Lambda does not send an accepted event again, so such a record is lost. */
function logUnfit(log: Log, record: unknown): void {
  const { hit } = idsSchema.safeParse(record).data ?? {};
  const ids = { positionId: hit?.positionId, linkId: hit?.linkId };
  log.event('record-failed', { ...ids, code: 'unreadable' }, { UnwrittenHits: 1 });
}

function toFields({ positionId, linkId, decision, outcome, status }: Hit, failure: unknown) {
  return { positionId, linkId, decision, outcome, status, code: toErrorCode(failure) };
}
