import { CliError } from './cli-error.ts';
import { textOption } from './options.ts';

/** What a link is for, instead of one position. */
export const scopeOptions = {
  account: textOption('With --symbol and --side: one market of this account. Alone: the whole account', {}),
  symbol: textOption('BTC/USDT, or BTC/USDT:USDT for a perpetual', {}),
  side: textOption('Side of the positions', { choices: ['long', 'short'] }),
  tag: textOption('All positions with this tag, on any account', {}),
} as const;

/** Where a link ends. */
export const targetOptions = {
  'to-percent': textOption('reduce: at most this percentage of what filled is left', {}),
  'by-percent': textOption('reduce: close this percentage of what is left, once per position', {}),
  'break-even': { type: 'boolean', describe: 'stop: to the price that returns the cost, fees included' },
  price: textOption('stop: to this price', {}),
  'trail-percent': textOption('stop: to this distance from the mark price, in %', {}),
} as const;

export const watchOptions = {
  'watch-every': textOption('How often an alert is due: 5m, 1h, 1d', {}),
  'watch-missed': textOption('After how many missing alerts it acts [default: 2]', {}),
  'watch-then': textOption('What it does then; tell sends a notice [default: tell]', {
    choices: ['tell', 'stop-break-even', 'close'],
  }),
} as const;

interface TypedTarget {
  'to-percent'?: string | undefined;
  'by-percent'?: string | undefined;
  'break-even'?: boolean | undefined;
  price?: string | undefined;
  'trail-percent'?: string | undefined;
}

/** @returns the fields as the contract names them. */
export function toTargetFields(args: TypedTarget) {
  const stop = {
    breakEven: args['break-even'] === true ? true : undefined,
    price: args.price,
    trailPercent: args['trail-percent'],
  };
  const given = Object.entries(stop).filter(([, value]) => value !== undefined);
  return {
    toPercent: args['to-percent'],
    byPercent: args['by-percent'],
    stop: given.length === 0 ? undefined : Object.fromEntries(given),
  };
}

interface TypedWatch {
  'watch-every'?: string | undefined;
  'watch-missed'?: string | undefined;
  'watch-then'?: string | undefined;
}

/** @returns the watch as typed. Throws a CliError if only its rest is given. */
export function toWatch(args: TypedWatch) {
  const { 'watch-every': every, 'watch-missed': missed, 'watch-then': then } = args;
  if (every === undefined && (missed ?? then) !== undefined)
    throw new CliError(
      'invalid-input',
      '--watch-missed and --watch-then need --watch-every, such as --watch-every 5m.',
    );
  if (every === undefined) return undefined;
  const count = missed !== undefined && /^\d{1,9}$/.test(missed) ? Number(missed) : missed;
  return { every, missed: count, then };
}

const actions = ['close', 'keep', 'both', 'reduce', 'stop', 'heartbeat'];

/** @returns the words of the command: a position and an action, or the action alone. Throws a CliError. */
export function parseWords(words: readonly (string | undefined)[]): {
  positionId: string | undefined;
  action: string;
} {
  const [first, second] = words;
  if (first === undefined) throw new CliError('invalid-input', 'Missing: <positionId> and <action>.');
  const action = second ?? first;
  const positionId = second === undefined ? undefined : first;
  if (second === undefined && first.startsWith('pos_'))
    throw new CliError('invalid-input', 'Missing: <action>.');
  if (!actions.includes(action))
    throw new CliError('invalid-input', `<action>: expected one of ${actions.join(', ')}.`);
  return { positionId, action };
}
