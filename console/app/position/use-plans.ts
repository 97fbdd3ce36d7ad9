import { useEffect, useRef, useState } from 'preact/hooks';
import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { call, errorMessage } from '../api.ts';
import { toPlanKey } from '../use-preview.ts';

interface Plan {
  /** What the position was when the plan was made. */
  of: string;
  text: string;
}

/** Each plan reads its position from the exchange: as many requests at once as leave room for a close. */
const inParallel = 2;
/** After so many plans, each reader pauses: the exchange's request limit is for the closes. */
const withoutPause = 20;
const pauseMs = 1_000;

/**
 * What a close of each position would do now, by the engine's own plan, read one after another, and again once the
 * position changes. @returns the words by position, and what holds the reading while something more urgent is sent.
 */
export function usePlans(positions: readonly PositionView[]) {
  const [plans, setPlans] = useState<ReadonlyMap<string, Plan>>(new Map());
  const reader = useRef({ wanted: positions, taken: new Map<string, string>(), workers: 0, isHeld: false });
  const { current } = reader;
  current.wanted = positions;
  const takeNext = (): PositionView | undefined => {
    const next = current.wanted.find((each) => current.taken.get(each.positionId) !== toPlanKey(each));
    if (next === undefined || current.isHeld) return undefined;
    current.taken.set(next.positionId, toPlanKey(next));
    return next;
  };
  const work = async (): Promise<void> => {
    current.workers += 1;
    for (let next = takeNext(); next !== undefined; next = takeNext()) {
      const { positionId } = next;
      const plan = { of: toPlanKey(next), text: await readPlan(positionId) };
      setPlans((known) => new Map(known).set(positionId, plan));
      if (current.taken.size > withoutPause) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    current.workers -= 1;
  };
  const hold = (isHeld: boolean): void => {
    current.isHeld = isHeld;
    while (!isHeld && current.workers < inParallel && hasMore(current)) void work();
  };
  useEffect(() => hold(current.isHeld), [positions.map((each) => toPlanKey(each)).join()]);
  useEffect(() => () => hold(true), []);
  return {
    hold,
    toText(position: PositionView): string {
      const plan = plans.get(position.positionId);
      return plan?.of === toPlanKey(position)
        ? plan.text
        : 'If closed now: reading the position from the exchange…';
    },
  };
}

function hasMore({ wanted, taken }: { wanted: readonly PositionView[]; taken: ReadonlyMap<string, string> }) {
  return wanted.some((each) => taken.get(each.positionId) !== toPlanKey(each));
}

async function readPlan(positionId: string): Promise<string> {
  try {
    return `If closed now: ${(await call('positions.preview', { positionId })).close.would}`;
  } catch (thrown) {
    return `What a close would do now is not known. ${errorMessage(thrown)}`;
  }
}
