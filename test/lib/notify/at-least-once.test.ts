import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, test } from 'vitest';
import { Fault } from '../../../lib/fault.ts';
import { appendNotice } from '../../../lib/notify/notice-text.ts';
import type { Notifier, Sent } from '../../../lib/notify/notifier.ts';
import type { Notice } from '../../../lib/position/notice.ts';
import type { Position } from '../../../lib/position/position.ts';
import type { Services } from '../../../lib/services.ts';
import { sweep } from '../../../lib/sweep/sweep.ts';
import { Environment } from '../../simulation/environment.ts';
import { createMemoryStore, type MemoryStore } from '../../simulation/memory-store.ts';
import { Random } from '../../simulation/random.ts';
import { exampleClaim, exampleOutcome, examplePosition, positionIdAt } from '../position/example-position.ts';

const minute = 60_000;
const channels = ['slack', 'topic'];

/** One process: a sweep or a hit. */
interface Process {
  steps: number;
  /** Dies at this step; undefined: lives. */
  diesAt: number | undefined;
  isDead: boolean;
  /** How likely a request to the table is lost. */
  lossRate: number;
  hasLost: boolean;
}

/** A message that reached a channel. */
interface Arrival {
  /** Channel and text. */
  key: string;
  process: Process | undefined;
  fate: Sent['kind'];
}

interface Simulation {
  environment: Environment;
  random: Random;
  store: MemoryStore;
  services: Services;
  arrivals: Arrival[];
  /** Violated rules. */
  broken: string[];
  current: AsyncLocalStorage<Process>;
  /** From now on every message arrives and is confirmed. */
  isHealthy: boolean;
}

function newSimulation(seed: number): Simulation {
  const environment = new Environment();
  const random = new Random(seed);
  const current = new AsyncLocalStorage<Process>();
  const store = createMemoryStore({
    async interrupt() {
      const process = current.getStore();
      if (process === undefined) return;
      await environment.sleep(random.between(1, 800));
      await step(environment, process);
      if (!random.chance(process.lossRate)) return;
      process.hasLost = true;
      throw new Error('lost');
    },
  });
  const services: Services = {
    store,
    exchanges: {
      async of() {
        throw new Fault('exchange-unreachable', 'The exchange did not respond.');
      },
    },
    now: () => environment.time,
    sleep: (ms) => environment.sleep(ms),
    randomId: () => `id${random.between(0, 2 ** 31)}`.padEnd(14, '0'),
  };
  return { environment, random, store, services, arrivals: [], broken: [], current, isHealthy: false };
}

/** Every step is one at which a process may die. */
async function step(environment: Environment, process: Process): Promise<void> {
  process.steps += 1;
  if (process.steps !== process.diesAt) return;
  process.isDead = true;
  await environment.die();
}

function newNotifier(simulation: Simulation, channel: string): Notifier {
  const { environment, random, arrivals, current } = simulation;
  return {
    channel,
    async send({ text }) {
      const process = current.getStore();
      if (process !== undefined) await step(environment, process);
      await environment.sleep(random.between(1, 4_000));
      const fate: Sent['kind'] = simulation.isHealthy
        ? 'sent'
        : random.pick(['sent', 'sent', 'refused', 'unknown']);
      if (fate === 'sent' || (fate === 'unknown' && random.chance(0.5)))
        arrivals.push({ key: `${channel}: ${text}`, process, fate });
      if (process !== undefined) await step(environment, process);
      if (fate === 'sent') return { kind: 'sent' };
      if (fate === 'unknown') return { kind: 'unknown', why: 'no response' };
      return { kind: 'refused', why: 'responded 503', down: random.chance(0.5) };
    },
  };
}

function noticesWith(simulation: Simulation, position: Position, detail: string): Notice[] {
  const outcome = { ...exampleOutcome, outcome: 'kept' as const, detail };
  return appendNotice(position, { kind: 'settled', outcome }, simulation.environment.time);
}

async function createPositions(simulation: Simulation): Promise<void> {
  for (const index of [1, 2]) {
    const position: Position = { ...examplePosition, positionId: positionIdAt(index), label: `${index}` };
    const state = index === 1 ? 'kept' : 'closed';
    const notices = noticesWith(simulation, position, 'first');
    await simulation.store.createPosition({ ...position, state, outcome: exampleOutcome, notices });
  }
}

/** Claims the kept position, takes its time, and adds a notice of its own. */
async function hit(simulation: Simulation, number: number): Promise<void> {
  const { environment, random, store, broken } = simulation;
  const claim = {
    ...exampleClaim,
    leaseToken: `lease${number}lease`,
    claimedAt: environment.time,
    leaseExpiresAt: environment.time + 12_000,
  };
  const claimed = await store.claimPosition({ positionId: positionIdAt(1), claim, from: ['kept'] });
  if (claimed.kind !== 'claimed') {
    // The other hit's claim may have ended before the position was read.
    if (claimed.position?.epoch === 0) broken.push(`hit ${number} could not claim`);
    return;
  }
  await environment.sleep(random.between(1, 8_000));
  const saved = await store.savePosition(claimed.position, {
    state: 'kept',
    claim: null,
    notices: noticesWith(simulation, claimed.position, `hit ${number}`),
  });
  if (saved === undefined) broken.push(`hit ${number} lost its write`);
}

/** Starts a process that may die or lose requests. */
function schedule(
  { environment, current }: Simulation,
  afterMs: number,
  { diesAt, lossRate = 0 }: { diesAt?: number | undefined; lossRate?: number },
  task: () => Promise<unknown>,
): void {
  const process: Process = { steps: 0, diesAt, isDead: false, lossRate, hasLost: false };
  environment.schedule(afterMs, () => void current.run(process, () => task().catch(() => undefined)));
}

/**
 * Sweeps that die anywhere, lost requests and responses, and hits that claim in between and may die; then healthy
 * sweeps every minute. @returns the violated rules.
 */
async function runSeed(seed: number, { overlap }: { overlap: boolean }): Promise<string[]> {
  const simulation = newSimulation(seed);
  const { environment, random } = simulation;
  await createPositions(simulation);
  const notifiers = channels.map((channel) => newNotifier(simulation, channel));
  const runSweep = () => sweep(simulation.services, { all: async () => ({ notifiers }) });
  for (let index = 0; index < 5; index += 1) {
    const diesAt = random.chance(0.6) ? random.between(1, 25) : undefined;
    const at = overlap ? random.between(0, 4 * minute) : index * minute;
    schedule(simulation, at, { diesAt, lossRate: 0.05 }, runSweep);
  }
  for (let index = 0; index < 2; index += 1) {
    const diesAt = random.chance(0.2) ? random.between(1, 8) : undefined;
    schedule(simulation, random.between(0, 4 * minute), { diesAt }, () => hit(simulation, index));
  }
  environment.schedule(5 * minute, () => {
    simulation.isHealthy = true;
  });
  for (let at = 6; at < 90; at += 1) schedule(simulation, at * minute, {}, runSweep);
  await environment.run(95 * minute);
  return [...simulation.broken, ...undelivered(simulation), ...(overlap ? [] : duplicates(simulation))];
}

/** Every notice has to arrive at every channel, and its record has to report it as sent. */
function undelivered({ store, arrivals }: Simulation): string[] {
  const arrived = new Set(arrivals.map(({ key }) => key));
  return store
    .positions()
    .flatMap(({ notices = [] }) =>
      notices.flatMap(({ text, delivered }) =>
        channels.flatMap((channel) => [
          ...(arrived.has(`${channel}: ${text}`) ? [] : [`never arrived: ${channel}: ${text}`]),
          ...(delivered[channel]?.state === 'sent' ? [] : [`not recorded as sent: ${channel}: ${text}`]),
        ]),
      ),
    );
}

/** A confirmed message of a process that lived and lost nothing is recorded, so nothing may arrive after it. */
function duplicates({ arrivals }: Simulation): string[] {
  const isRecorded = ({ fate, process }: Arrival) =>
    fate === 'sent' && process?.isDead === false && !process.hasLost;
  return arrivals
    .filter(({ key }, index) =>
      arrivals.slice(0, index).some((earlier) => earlier.key === key && isRecorded(earlier)),
    )
    .map(({ key }) => `duplicate: ${key}`);
}

test.each([
  ['every notice arrives, and twice only after a death, a lost request or a lost response', false],
  ['every notice arrives even if sweeps overlap', true],
])(
  '%s',
  async (_, overlap) => {
    const broken: string[] = [];
    for (let seed = 1; seed <= 300; seed += 1)
      for (const rule of await runSeed(seed, { overlap })) broken.push(`seed ${seed}: ${rule}`);
    expect(broken).toEqual([]);
  },
  120_000,
);
