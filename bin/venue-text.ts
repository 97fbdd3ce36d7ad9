import type { CommandResult, ExperimentResultView } from '../lib/admin/contract/commands.ts';
import packageFile from '../package.json' with { type: 'json' };
import { asPlainText } from './terminal.ts';

type Listed = CommandResult<'venues.verify'>;
type Step = ExperimentResultView['steps'][number];

const answers = { holds: 'holds', 'does-not-hold': 'does not hold', unknown: 'unknown' } as const;

const buys = 'buys the smallest amount at MARKET';
const rests = 'places a LIMIT buy of the smallest amount, 20 % below the market';

/** What each experiment claims, and what it sends. */
const experimentTexts: Readonly<Record<string, { claim: string; sends: string }>> = {
  'id-after-fill': {
    claim: 'A client order id whose order has filled is refused a second after that, and 6 s later.',
    sends: `${buys}, sends the same order again twice, and closes what it bought`,
  },
  'id-after-cancel': {
    claim: 'A client order id whose order was canceled is refused a second after that, and 6 s later.',
    sends: `${rests}, cancels it, sends the same order again twice, and cancels that`,
  },
  'look-up-new': {
    claim: 'A new order is found by its client order id within 5 s, and from then on.',
    sends: `${rests}, looks it up, and cancels it`,
  },
  'look-up-after-end': {
    claim: 'A filled and a canceled order are found by their client order ids for 6 s after their ends.',
    sends: `${rests}, cancels it, ${buys}, looks both up, and closes what it bought`,
  },
};

function textsOf(experiment: string): { claim: string; sends: string } {
  const deadline = experiment.replace(/^deadline-/, '');
  return (
    experimentTexts[experiment] ?? {
      claim: `An order whose ${deadline} has passed is refused, and is not executed later.`,
      sends: `${rests}, in time and too late, and cancels what was accepted`,
    }
  );
}

/** @returns what the experiments will send, before the question. */
export function describePlan({ account, market, host, experiments }: Listed): string[] {
  return [
    `Account ${account} sends these orders in ${market} to ${host} and to no other host, with the test network's money:`,
    ...experiments.map((experiment) => `  ${experiment}: ${textsOf(experiment).sends}`),
    'Each experiment takes up to half a minute, and cancels and closes what it opened. It starts only if the account has no position and no orders in this market.',
  ];
}

/** @returns one line about an experiment. */
export function describeResult({ experiment, answer, why }: ExperimentResultView): string {
  return asPlainText(`${experiment}: ${answers[answer]}. ${why}`);
}

function describeStep({ afterMs, request, ageMs, status, answer }: Step): string {
  const age = ageMs === undefined ? '' : ` (dated ${(ageMs / 1_000).toFixed(1)} s earlier)`;
  const response = status === undefined ? answer : `${status} ${answer}`;
  return asPlainText(`  +${(afterMs / 1_000).toFixed(2)} s ${request}${age} → ${response}`);
}

function describeExperiment(result: ExperimentResultView): string[] {
  const { experiment, answer, why, left, steps } = result;
  return [
    '',
    `${experiment}: ${answers[answer]}`,
    `  Claim: ${textsOf(experiment).claim}`,
    asPlainText(`  Result: ${why}`),
    ...left.map((each) => asPlainText(`  Left: ${each}`)),
    ...steps.map(describeStep),
  ];
}

/** What an experiment without a result may have left: the function may have ended before its clean-up. */
export function describeInterrupted({ market, host }: Listed): string {
  return `may have left orders or a position in ${market} on ${host}`;
}

/**
 * @param interrupted the experiment that ended without a result.
 * @returns the report, which has no account name, key or signature.
 */
export function describeReport(
  listed: Listed,
  { results, interrupted }: { results: ExperimentResultView[]; interrupted?: string | undefined },
): string {
  const { exchange, market, host, experiments } = listed;
  const notRun = experiments.slice(results.length).filter((each) => each !== interrupted);
  return [
    `Ripcord ${packageFile.version}: ${exchange}, ${market} on ${host}, ${new Date().toISOString()}`,
    '',
    ...results.map(describeResult),
    ...(interrupted === undefined ? [] : [`No result: ${interrupted}. It ${describeInterrupted(listed)}.`]),
    ...(notRun.length === 0 ? [] : [`Not run: ${notRun.join(', ')}.`]),
    '',
    'Please report this: paste all of it into a Ripcord issue. It contains no keys and no signatures.',
    ...results.flatMap(describeExperiment),
  ].join('\n');
}
