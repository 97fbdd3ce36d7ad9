import type { CommandResult, ExperimentResultView } from '../lib/admin/contract/commands.ts';
import packageFile from '../package.json' with { type: 'json' };
import { asPlainText } from './terminal.ts';

type Listed = CommandResult<'venues.verify'>;
type Step = ExperimentResultView['steps'][number];

const answers = { holds: 'holds', 'does-not-hold': 'does not hold', unknown: 'unknown' } as const;

/** @returns what the experiments will send, before the question. */
export function describePlan({ account, market, host, experiments }: Listed): string[] {
  return [
    `With the money of the test network, account ${account} sends these orders in ${market} to ${host}, and to no other host:`,
    ...experiments.map(({ experiment, sends }) => `  ${experiment}: ${sends}`),
    'Each experiment needs a market without a position and without orders, takes up to half a minute, and cleans up.',
  ];
}

/** @returns one line about an experiment. */
export function describeResult({ experiment, answer, why }: ExperimentResultView): string {
  return asPlainText(`${experiment}: ${answers[answer]}. ${why}`);
}

function describeStep({ afterMs, request, lateMs, status, answer }: Step): string {
  const late = lateMs === undefined ? '' : ` (${(lateMs / 1_000).toFixed(1)} s late)`;
  const response = status === undefined ? answer : `${status} ${answer}`;
  return asPlainText(`  +${(afterMs / 1_000).toFixed(2)} s ${request}${late} → ${response}`);
}

function describeExperiment(result: ExperimentResultView): string[] {
  const { experiment, answer, claim, why, left, steps } = result;
  return [
    '',
    `${experiment}: ${answers[answer]}`,
    `  Claim: ${claim}`,
    asPlainText(`  Seen: ${why}`),
    ...left.map((each) => asPlainText(`  Left: ${each}`)),
    ...steps.map(describeStep),
  ];
}

/** @returns the report, which has no account name, key or signature. */
export function describeReport(
  { exchange, subject, market, host, pages, experiments }: Listed,
  results: ExperimentResultView[],
): string {
  const notRun = experiments.slice(results.length).map(({ experiment }) => experiment);
  return [
    `Ripcord ${packageFile.version}: ${exchange}, ${subject}, ${market} on ${host}, ${new Date().toISOString()}`,
    ...pages.map((page) => `  ${page}`),
    '',
    ...results.map(describeResult),
    ...(notRun.length === 0 ? [] : [`Not run: ${notRun.join(', ')}.`]),
    '',
    'Please report this: paste all of it into an issue of Ripcord. Keys and signatures are left out.',
    ...results.flatMap(describeExperiment),
  ].join('\n');
}
