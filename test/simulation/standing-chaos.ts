import { AsyncLocalStorage } from 'node:async_hooks';
import { timeLeft } from '../../lib/deadline.ts';
import { isFinal } from '../../lib/position/position.ts';
import type { Services } from '../../lib/services.ts';
import { sweep } from '../../lib/sweep/sweep.ts';
import { type Actor, newActor, step } from './actor.ts';
import { Environment } from './environment.ts';
import type { PlannedFault } from './plan.ts';
import { Random } from './random.ts';
import { type Staged, setStandingStage } from './standing-stage.ts';

/** One standing link, 20 positions, hits that are killed or lose answers, and a revocation or a pause at the same time. */

const positionCount = 20;
const minute = 60_000;
const minutes = 12;
/** As `links.revoke` documents it: hits of this time may still act. */
const windowMs = 12_000;

interface Chaos {
  seed: number;
  /** When each hit arrives, in milliseconds after the start. */
  hits: number[];
  faults: PlannedFault[];
  stop?: { kind: 'revoke' | 'pause'; at: number };
}

export function makeChaos(seed: number): Chaos {
  const random = new Random(seed);
  const hits = Array.from({ length: random.between(1, 3) }, () => random.pick([0, 0, 5, 50, 5_000, 8_000]));
  const faults = Array.from(
    { length: random.between(0, 6) },
    (): PlannedFault => ({
      actor: random.between(0, hits.length - 1),
      // A hit of 20 positions waits some 250 times.
      step: random.between(0, random.pick([12, 60, 250])),
      kind: random.pick(['crash', 'pause', 'freeze', 'lose', 'lose', 'late'] as const),
      ms: random.pick([200, 1_000, 3_000, 9_000, 30_000]),
    }),
  );
  const kind = random.pick(['none', 'revoke', 'pause'] as const);
  return {
    seed,
    hits,
    faults,
    ...(kind === 'none' ? {} : { stop: { kind, at: random.between(0, random.pick([40, 40, 400])) } }),
  };
}

export interface ChaosResult {
  violations: string[];
  /** How many positions were closed. */
  closed: number;
}

/** Runs one plan to its end. Same plan, same run. */
export async function runChaos({ seed, hits, faults, stop }: Chaos): Promise<ChaosResult> {
  const environment = new Environment();
  const random = new Random(seed ^ 0x5f3759df);
  const current = new AsyncLocalStorage<Actor>();
  const pass = async (name: string) => {
    const actor = current.getStore();
    return actor === undefined ? 'pass' : step(actor, environment, name !== 'sleep', () => undefined);
  };
  const stage = await setStandingStage(
    {},
    {
      environment,
      async interrupt(name) {
        await environment.sleep(random.between(1, 4));
        const fate = await pass(name);
        const isOver = timeLeft() <= 0 && (name.endsWith(':before') || random.chance(0.5));
        if (fate === 'pass' && !isOver) return;
        if (!isOver) await environment.sleep(Math.min(1_500, timeLeft()));
        throw new Error('lost');
      },
      exchangeInterrupt: () => (_, name) => pass(name),
    },
  );
  const staged: Staged[] = [];
  for (let count = 0; count < positionCount; count += 1) staged.push(await stage.during(() => stage.open()));
  const start = environment.time;
  const later = (at: number, run: () => void) => environment.schedule(start + at - environment.time, run);

  const claims: number[] = [];
  const services: Services = {
    ...stage.services,
    async sleep(ms) {
      await environment.sleep(ms);
      await pass('sleep');
    },
    store: {
      ...stage.table,
      async claimPosition(request) {
        const result = await stage.table.claimPosition(request);
        if (result.kind === 'claimed') claims.push(result.position.claim?.claimedAt ?? 0);
        return result;
      },
    },
  };
  for (const [index, at] of hits.entries())
    later(at, () => {
      void current.run(newActor(index, faults), () => stage.hitIn(services).catch(() => undefined));
    });
  let stoppedAt = Number.POSITIVE_INFINITY;
  if (stop !== undefined)
    later(stop.at, () => {
      const positionIds = staged.map(({ position }) => position.positionId);
      const write =
        stop.kind === 'pause'
          ? stage.table.setPaused(true)
          : stage.table.revokeLink(stage.link, new Date(environment.time).toISOString(), positionIds);
      void write.then(() => {
        stoppedAt = environment.time;
      });
    });
  for (let count = 1; count <= minutes; count += 1) later(count * minute, () => void sweep(services));
  await environment.run((minutes + 2) * minute);

  const positions = await Promise.all(staged.map(stage.read));
  const state = await stage.during(() => stage.table.readLinkState(stage.link.linkId));
  const violations: string[] = [];
  for (const each of staged)
    if (stage.closes(each) > 1) violations.push(`${each.position.positionId} was closed twice`);
  const late = claims.filter((at) => at > stoppedAt + (stop?.kind === 'pause' ? windowMs : 0));
  if (late.length > 0) violations.push(`${late.length} claims after the ${stop?.kind}`);
  const closed = positions.filter((position) => isFinal(position.state)).length;
  const open = positions.filter((position) => !isFinal(position.state));
  // A hit that has not reached the table leaves nothing to finish.
  if (stop === undefined && state.revision > 0 && open.length > 0)
    violations.push(`${open.length} positions were left open`);
  if (open.some((position) => position.state === 'claimed' && stop?.kind !== 'pause'))
    violations.push('a position stayed claimed');
  if (state.unfinished !== undefined) violations.push('something stayed unfinished');
  return { violations, closed };
}
