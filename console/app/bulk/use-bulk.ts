import { useRef, useState } from 'preact/hooks';
import { errorMessage } from '../api.ts';
import type { Tone } from '../labels.ts';
import { refresh } from '../store.ts';

/** What an action did to one item. */
export interface BulkResult {
  word: string;
  tone: Tone;
  /** In the words of the exchange or of Ripcord. */
  detail: string;
  /** Nothing is left to repeat. */
  isDone: boolean;
  /** Ripcord continues with it by itself. */
  isPending?: boolean;
}

export type BulkState = BulkResult | 'waiting' | 'running';

/** As many requests as leave the browser connections for everything else. */
const inParallel = 3;

async function runInParallel(
  ids: readonly string[],
  mustStop: () => boolean,
  runOne: (id: string) => Promise<void>,
): Promise<void> {
  const waiting = [...ids];
  const work = async (): Promise<void> => {
    while (waiting.length > 0 && !mustStop()) await runOne(waiting.shift() ?? '');
  };
  await Promise.all(Array.from({ length: inParallel }, work));
}

/**
 * Runs an action on the selected items, a few at a time. What failed stays selected; what is done can't be selected again.
 * @param act never repeats by itself: the owner does.
 */
export function useBulk(ids: readonly string[], act: (id: string) => Promise<BulkResult>) {
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set(ids));
  const [states, setStates] = useState<ReadonlyMap<string, BulkState>>(new Map());
  const [busy, setBusy] = useState(false);
  const [isStopping, setStopping] = useState(false);
  const mustStop = useRef(false);
  const note = (some: readonly string[], state: BulkState) =>
    setStates((known) => new Map([...known, ...some.map((id) => [id, state] as const)]));
  const runOne = async (id: string): Promise<void> => {
    note([id], 'running');
    const result = await act(id).catch(toFailure);
    note([id], result);
    if (result.isDone) setSelected((known) => new Set([...known].filter((each) => each !== id)));
  };
  const setStop = (isWanted: boolean): void => {
    mustStop.current = isWanted;
    setStopping(isWanted);
  };
  const run = async (chosen: readonly string[]): Promise<void> => {
    setStop(false);
    setBusy(true);
    note(chosen, 'waiting');
    await runInParallel(chosen, () => mustStop.current, runOne);
    // What was stopped before its turn shows nothing, because nothing happened to it.
    setStates((known) => new Map([...known].filter(([, state]) => state !== 'waiting')));
    setBusy(false);
    await refresh();
  };
  return {
    ...{ selected, setSelected, states, busy, isStopping },
    run: (chosen: readonly string[]) => void run(chosen),
    stop: () => setStop(true),
  };
}

/** The request may have arrived although its answer did not. */
function toFailure(thrown: unknown): BulkResult {
  return { word: 'Failed', tone: 'warn', detail: errorMessage(thrown), isDone: false };
}
