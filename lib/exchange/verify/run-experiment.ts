import type { StoredAccount } from '../../account/account.ts';
import { Fault } from '../../fault.ts';
import type { HttpAgents } from '../../http-agents.ts';
import { redact } from '../ccxt/redact.ts';
import { OutOfTime, Session, type Step, type TestClock } from './session.ts';
import type { TestVenue } from './test-venue.ts';
import { isFlat, Trial } from './trial.ts';
import { isUnknown, type Verdict } from './verdict.ts';

/** An admin function runs for 29 s. It reads the account before, and one more request can end after each. */
const runMs = 16_000;
const cleanUpMs = 5_500;

export interface ExperimentResult extends Verdict {
  /** What the experiment could not undo on the test network. */
  left: string[];
  steps: Step[];
}

interface Parts extends TestClock {
  account: StoredAccount;
  agents: HttpAgents;
  newId(): string;
}

/** Runs one experiment and cleans up after it. Throws a Fault, with nothing sent, for a host that is no test network. */
export async function runExperiment(
  venue: TestVenue,
  run: (trial: Trial) => Promise<Verdict>,
  { newId, ...parts }: Parts,
): Promise<ExperimentResult> {
  const session = new Session({ venue, ...parts }, runMs);
  let trial: Trial | undefined;
  const start = async (): Promise<Verdict> => {
    const market = await venue.readMarket(session.send);
    // The first signed read is also where a key of real money is refused.
    const held = await venue.readHeld(session.send);
    if (!isFlat(held))
      return isUnknown(
        `The account has ${held.amount} and ${held.openOrders} open orders in ${venue.market} already. Nothing was ordered.`,
      );
    trial = new Trial(venue, session, market, newId);
    return run(trial);
  };
  const verdict = await start().catch((thrown: unknown) => toUnknown(thrown, session));
  session.endsAt = session.now() + cleanUpMs;
  const left = (await trial?.cleanUp()) ?? [];
  // Codes and ids of an exchange are among the reasons.
  const why = redact(verdict.why, parts.account);
  return { ...verdict, why, left, steps: session.steps };
}

const maxQuoteLength = 120;

/** Any other error than the Fault of a host is of an answer. What was ordered until then must still be cleaned up. */
function toUnknown(thrown: unknown, { steps }: Session): Verdict {
  if (thrown instanceof Fault) throw thrown;
  const why = `The experiment was not finished: ${(thrown as Error).message}.`;
  if (thrown instanceof OutOfTime) return isUnknown(why);
  const last = steps.at(-1)?.answer.slice(0, maxQuoteLength);
  return isUnknown(`${why} The last response: ${last}`);
}
