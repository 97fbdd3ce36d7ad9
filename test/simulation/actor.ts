import type { Environment } from './environment.ts';
import type { PlannedFault } from './plan.ts';

/** What happens to a request, or to its answer. */
export type Fate = 'pass' | 'lose' | { lateMs: number };

/** One process: a hit, a sweep or a revocation. */
export interface Actor {
  index: number;
  /** How often it has waited so far: before and after each request, and after each sleep. */
  steps: number;
  faults: PlannedFault[];
  isDead: boolean;
  /** All of it stands still until then. */
  frozenUntil: number;
  /** When it last went on after a pause or a freeze. */
  resumedAt: number;
  /** When it began each request to the exchange. */
  asked: { at: number; name: string }[];
  /** The lease token of its last claim or takeover. */
  leaseToken?: string | undefined;
  /** Close orders that it began to send without a right to. */
  trespasses: string[];
}

export function newActor(index: number, faults: PlannedFault[]): Actor {
  return {
    index,
    steps: 0,
    faults: faults.filter(({ actor }) => actor === index),
    isDead: false,
    frozenUntil: 0,
    resumedAt: 0,
    asked: [],
    trespasses: [],
  };
}

/** One step of a process. Faults of the plan happen here and nowhere else. */
export async function step(
  actor: Actor,
  environment: Environment,
  isRequest: boolean,
  say: (fault: PlannedFault | undefined) => void,
): Promise<Fate> {
  if (actor.isDead) return environment.die();
  const fault = actor.faults.find((planned) => planned.step === actor.steps);
  actor.steps += 1;
  say(fault);
  if (fault?.kind === 'crash') actor.isDead = true;
  if (fault?.kind === 'freeze') actor.frozenUntil = Math.max(actor.frozenUntil, environment.time + fault.ms);
  if (actor.isDead) return environment.die();
  // Nothing can be late where nothing is sent: the process is held up instead.
  if (fault?.kind === 'pause' || (fault?.kind === 'late' && !isRequest)) {
    await environment.sleep(fault.ms);
    actor.resumedAt = environment.time;
  }
  // What other parts of the process wait for is there when it thaws.
  while (environment.time < actor.frozenUntil) {
    await environment.sleep(actor.frozenUntil - environment.time);
    actor.resumedAt = environment.time;
  }
  if (actor.isDead) return environment.die();
  if (fault?.kind === 'lose') return 'lose';
  return fault?.kind === 'late' && isRequest ? { lateMs: fault.ms } : 'pass';
}
