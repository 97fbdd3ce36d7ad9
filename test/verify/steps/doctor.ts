import assert from 'node:assert/strict';
import type { Walk } from '../walk.ts';
import type { Step } from './step.ts';

async function limitTrigger({ emulator: { moto } }: Walk, executions: number): Promise<void> {
  const path = '/2017-10-31/functions/ripcord-trigger/concurrency';
  await moto.put('lambda', path, { ReservedConcurrentExecutions: executions });
}

export const withDoctor: Step[] = [
  {
    title: 'Doctor finds nothing wrong',
    async run(walk) {
      await walk.emulator.sweep();
      await walk.done(['doctor']);
    },
  },
  {
    title: 'Doctor finds a trigger that may not run, and ends with exit code 1',
    async run(walk) {
      await limitTrigger(walk, 0);
      const { code, stdout } = await walk.ripcord(['doctor']);
      await limitTrigger(walk, 20);
      assert.equal(code, 1);
      assert.match(stdout, /^✗ link address/m);
      await walk.done(['doctor']);
    },
  },
];
