import { testFence } from './test-fence.ts';
import { testEnded, testNew } from './test-look-up.ts';
import { testReuse } from './test-reuse.ts';
import type { TestVenue } from './test-venue.ts';
import type { Trial } from './trial.ts';
import { followSeconds, type Verdict } from './verdict.ts';

/** One question about an exchange, and how its test network answers it. */
export interface Experiment {
  name: string;
  /** What holds, or does not. */
  claim: string;
  /** What it sends, for a person who has to agree to it. */
  sends: string;
  run(trial: Trial): Promise<Verdict>;
}

const buys = 'buys the smallest amount at MARKET';
const rests = 'places a LIMIT buy of the smallest amount, 20 % below the market';

const common: readonly Experiment[] = [
  {
    name: 'id-after-fill',
    claim: `A client order id whose order has filled is refused a second after that, and ${followSeconds} s later.`,
    sends: `${buys}, sends the same order again twice, and closes what it bought`,
    run: (trial) => testReuse(trial, 'market'),
  },
  {
    name: 'id-after-cancel',
    claim: `A client order id whose order was canceled is refused a second after that, and ${followSeconds} s later.`,
    sends: `${rests}, cancels it, sends the same order again twice, and cancels that`,
    run: (trial) => testReuse(trial, 'limit'),
  },
  {
    name: 'look-up-new',
    claim: 'A new order is found by its client order id within 5 s, and from then on.',
    sends: `${rests}, looks it up, and cancels it`,
    run: testNew,
  },
  {
    name: 'look-up-after-end',
    claim: `A filled and a canceled order are found by their client order ids for ${followSeconds} s after their ends.`,
    sends: `${buys}, ${rests}, cancels that, looks both up, and closes what it bought`,
    run: testEnded,
  },
];

/** @returns the experiments of one exchange. */
export function listExperiments({ fences }: TestVenue): Experiment[] {
  const deadlines = fences.map(
    (fence): Experiment => ({
      name: `deadline-${fence.name}`,
      claim: `An order whose ${fence.name} has passed is refused, and is not executed later.`,
      sends: `${rests}, in time and too late, and cancels what was accepted`,
      run: (trial) => testFence(trial, fence),
    }),
  );
  return [...common, ...deadlines];
}
