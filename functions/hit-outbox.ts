import { z } from 'zod';
import { Deadline, runUntil } from '../lib/deadline.ts';
import { type Hit, hitSchema } from '../lib/link/hit.ts';
import { type Log, toErrorCode } from '../lib/log.ts';
import type { Store } from '../lib/store/store.ts';

/** A record of a hit that is not in the table yet. */
const unwrittenSchema = z.object({ hit: hitSchema, expiresAt: z.number() });
type Unwritten = z.infer<typeof unwrittenSchema>;

/** What a function that can't write its records sends to the sweep. The scheduled event has none. */
export const unwrittenEventSchema = z.object({ unwritten: z.array(unwrittenSchema).default([]) });

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
  /** Hands over the oldest of what is kept. What `send` does not report as accepted stays. It never throws. */
  handOver(send: (event: z.infer<typeof unwrittenEventSchema>) => Promise<boolean>): Promise<void>;
}

/**
 * Keeps the records of hits that could not be written in the memory of this process, and writes them with the next
 * ones, or hands them over. A second copy of a record is the same item, so a lost response does no harm. If the process
 * ends, what it still keeps is lost; the position's own record and the log line of the hit remain.
 */
export function createHitOutbox(store: Store, log: Log): HitOutbox {
  const kept: Unwritten[] = [];

  const write = async (unwritten: Unwritten): Promise<{ failure?: unknown }> => {
    try {
      const soon = new Deadline(Date.now() + writeMs, Date.now);
      await runUntil(soon, () => store.recordHit(unwritten.hit, unwritten.expiresAt));
      return {};
    } catch (failure) {
      kept.push(unwritten);
      kept.splice(0, kept.length - maxKept);
      return { failure };
    }
  };

  const writeSome = async (): Promise<boolean> => {
    const written = await Promise.all(kept.splice(0, writtenTogether).map(write));
    return written.every((each) => !('failure' in each));
  };

  return {
    store: {
      ...store,
      async recordHit(hit, expiresAt) {
        const keptEarlier = writeSome();
        const written = await write({ hit, expiresAt });
        if ('failure' in written)
          log.event('record-failed', toFields(hit, written.failure), { UnwrittenHits: 1 });
        await keptEarlier;
      },
    },
    async writeKept() {
      while (kept.length > 0 && (await writeSome()));
    },
    async handOver(send) {
      const unwritten = kept.splice(0, handedOverTogether);
      if (unwritten.length > 0 && !(await send({ unwritten }).catch(() => false))) kept.push(...unwritten);
    },
  };
}

function toFields({ positionId, linkId, decision, outcome, status }: Hit, failure: unknown) {
  return { positionId, linkId, decision, outcome, status, code: toErrorCode(failure) };
}
