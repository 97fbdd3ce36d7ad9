import { testFence } from './test-fence.ts';
import { testEnded, testNew } from './test-look-up.ts';
import { testReuse } from './test-reuse.ts';
import type { TestVenue } from './test-venue.ts';
import type { Trial } from './trial.ts';
import type { Verdict } from './verdict.ts';

/** One question about an exchange, by its name. docs/reference/exchanges.md has what each one shows. */
export type Experiments = ReadonlyMap<string, (trial: Trial) => Promise<Verdict>>;

/** @returns the experiments of one exchange. */
export function listExperiments({ fences }: TestVenue): Experiments {
  return new Map([
    ['id-after-fill', (trial) => testReuse(trial, 'market')],
    ['id-after-cancel', (trial) => testReuse(trial, 'limit')],
    ['look-up-new', testNew],
    ['look-up-after-end', testEnded],
    ...fences.map((fence) => [`deadline-${fence.name}`, (trial: Trial) => testFence(trial, fence)] as const),
  ]);
}
