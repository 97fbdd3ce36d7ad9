import { setTimeout as pause } from 'node:timers/promises';
import { type Bench, takeTurns } from './bench.ts';
import type { Build } from './builds.ts';
import { stockBoth } from './cold-start.ts';
import type { Stock, World } from './environment.ts';
import { type FunctionProcess, monotonic, startFunction } from './function-process.ts';
import { fire, type TracedHit } from './hit.ts';

const names = ['before', 'after'] as const;
const pauseKinds = ['frozen', 'idle'] as const;
type Kind = (typeof pauseKinds)[number];

interface Paused {
  kind: Kind;
  build: Build;
  process: FunctionProcess;
  stock: Stock;
  since: number;
}

/**
 * Processes that had one hit each and then rest: stopped, as Lambda freezes a function, or running without an event.
 * All rest at the same time, while other parts are measured: a process that rests takes no processor time.
 */
export class Pauses {
  readonly #bench: Bench;
  readonly #paused: Paused[] = [];

  constructor(bench: Bench) {
    this.#bench = bench;
  }

  async begin(): Promise<void> {
    const { rounds, progress } = this.#bench;
    const stocks = await stockBoth(this.#bench, rounds * pauseKinds.length * 2);
    for (let round = 0; round < rounds; round += 1) {
      for (const build of takeTurns(this.#bench, names, round))
        for (const kind of pauseKinds) await this.#start(kind, build, stocks(build));
      progress(round + 1, rounds * 2);
    }
  }

  async #start(kind: Kind, build: Build, stock: Stock): Promise<void> {
    const { world } = this.#bench;
    const process = await startFunction({ file: build.file, environment: stock.environment });
    await fire(world, process, stock.tokens.pop());
    if (kind === 'frozen') freeze(process);
    this.#paused.push({ kind, build, process, stock, since: monotonic() });
  }

  /** Fires each process again when it has rested for so long. */
  async finish(minutes: number): Promise<void> {
    const { world, samples, progress } = this.#bench;
    const all = this.#paused.length;
    for (const [index, { kind, build, process, stock, since }] of this.#paused.entries()) {
      await pause(Math.max(0, since + minutes * 60_000 - monotonic()));
      const { hit } = await fireFrozen(world, process, stock.tokens.pop());
      samples.add(kind, build.name, hit);
      await process.stop();
      progress(all + index + 1, all * 2);
    }
    await world.standIns.ask('takePassages');
  }
}

export function freeze({ pid }: FunctionProcess): void {
  process.kill(pid, 'SIGSTOP');
}

/** The event is there before the process runs again. */
export function fireFrozen(world: World, frozen: FunctionProcess, token?: string): Promise<TracedHit> {
  return fire(world, frozen, token, () => process.kill(frozen.pid, 'SIGCONT'));
}
