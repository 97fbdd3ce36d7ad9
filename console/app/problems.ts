import { type ConsoleState, isOver, type Source } from '../state.ts';
import { findSweepDelay } from './freshness.ts';
import { exchangeName } from './labels.ts';
import { formatLocalTime } from './timestamp.tsx';

/** What does not work, and what still does. */
export interface Problem {
  key: string;
  title: string;
  detail: string;
}

/** A failure this short is a retry, not an outage. */
const briefMs = 3_000;

/** Some messages of exchanges end without a period. */
function toSentence(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`;
}

function time(at: number): string {
  return formatLocalTime(new Date(at).toISOString());
}

function lasts(source: Source, now: number): source is Required<Source> {
  return source.problem !== undefined && now - source.problem.since > briefMs;
}

/** @returns what the owner has to know about data and closes, the gravest first. */
export function findProblems(state: ConsoleState, openedAt: number, now: number): Problem[] {
  // An account without an open position is not followed.
  const followed = new Set(state.positions.filter((each) => !isOver(each)).map(({ account }) => account));
  const sources = Object.entries(state.sources).filter(([account]) => followed.has(account));
  return [
    ...findTableProblem(state, now),
    ...sources.flatMap(([account, { prices, key }]) => {
      const name = nameAccount(state, account);
      return [...findKeyProblem(name, account, key), ...findPriceProblem(name, prices, now)];
    }),
    ...findSweepProblem(state, openedAt, now),
  ];
}

function nameAccount(
  { accounts, positions }: ConsoleState,
  account: string,
): { exchange: string; of: string } {
  const exchange =
    accounts.find(({ name }) => name === account)?.exchange ??
    positions.find((position) => position.account === account)?.exchange;
  return {
    exchange: exchange === undefined ? 'The exchange' : exchangeName(exchange),
    of: `account ${account}`,
  };
}

function findTableProblem({ table, place }: ConsoleState, now: number): Problem[] {
  if (!lasts(table, now)) return [];
  const rest =
    place === 'here'
      ? 'Links may not work either.'
      : "Links and the sweep don't need this page and may still work. Look at the exchange for your positions.";
  const title = `Ripcord's data can't be read since ${time(table.problem.since)}.`;
  return [{ key: 'table', title, detail: `${toSentence(table.problem.message)} ${rest} Retrying.` }];
}

function findKeyProblem(
  { exchange, of }: { exchange: string; of: string },
  account: string,
  { problem }: Source,
): Problem[] {
  if (problem === undefined) return [];
  return [
    {
      key: `key ${account}`,
      title: `${exchange} refuses the API key of ${of}.`,
      detail:
        `${toSentence(problem.message)} Links of this account can't close or cancel anything until the key works. ` +
        'Exit orders that rest at the exchange still work, and prices are still read. ' +
        `Store a key that works: ripcord accounts add ${account} --replace`,
    },
  ];
}

function findPriceProblem(
  { exchange, of }: { exchange: string; of: string },
  prices: Source,
  now: number,
): Problem[] {
  if (!lasts(prices, now)) return [];
  const read =
    prices.readAt === undefined ? 'No price was read yet.' : `Prices are from ${time(prices.readAt)}.`;
  return [
    {
      key: `prices ${of}`,
      title: `${exchange} can't be read for ${of} since ${time(prices.problem.since)}.`,
      detail:
        `${toSentence(prices.problem.message)} ${read} Links still accept hits, and Ripcord retries a close that the exchange ` +
        "doesn't confirm. Exit orders that rest at the exchange don't depend on Ripcord. Retrying.",
    },
  ];
}

function findSweepProblem(state: ConsoleState, openedAt: number, now: number): Problem[] {
  const since = findSweepDelay(state, openedAt, now);
  if (since === undefined) return [];
  const where =
    state.place === 'here'
      ? 'The output of the local stack has the reason.'
      : "The sweep's log group in CloudWatch has the reason.";
  const last =
    state.sweptAt === undefined ? 'No sweep has finished.' : `The last sweep finished at ${time(since)}.`;
  return [
    {
      key: 'sweep',
      title: 'The sweep is late.',
      detail:
        `${last} Links still close positions. Until the sweep runs, an interrupted close waits for the next hit. Fills at ` +
        `the exchange are noticed late. Exits are not placed or moved, and no notices are sent. ${where}`,
    },
  ];
}
