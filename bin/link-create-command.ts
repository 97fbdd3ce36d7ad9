import type { Argv, InferredOptionTypes } from 'yargs';
import { type CommandInput, type CommandResult, commands } from '../lib/admin/contract/commands.ts';
import { type AdminClient, createAdminClient } from './admin-client.ts';
import { parseInput } from './command-input.ts';
import {
  parseWords,
  scopeOptions,
  targetOptions,
  toTargetFields,
  toWatch,
  watchOptions,
} from './link-options.ts';
import { describePlannedLink } from './link-preview-text.ts';
import { describeNewLink, describeSteps } from './new-link-text.ts';
import { listOption, parseWholeNumber, type SharedArguments, textOption } from './options.ts';
import { printResult } from './terminal.ts';

export const createOptions = {
  ...scopeOptions,
  ...targetOptions,
  follows: textOption("The alert's message states the strategy's position", {
    choices: ['market-position'],
  }),
  adopt: {
    type: 'boolean',
    describe: "First adopt what the exchange shows beyond Ripcord's positions; perpetuals only",
  },
  rehearsal: { type: 'boolean', describe: 'Only report what it would do, until "links arm"' },
  ...watchOptions,
  preview: { type: 'boolean', default: false, describe: 'Only show what it would do now; create nothing' },
  label: textOption('Your name for the link', {}),
  'expires-in': textOption('Seconds, or a duration: 90m, 12h, 7d', {}),
  'max-uses': textOption('How often the link may act', {}),
  percent: textOption('Close only this percentage; acts once, unless --max-uses is set', {}),
  confirm: { type: 'boolean', describe: 'Ask for confirmation in a browser' },
  'post-only': { type: 'boolean', describe: 'Act only on a POST, as alerts send it' },
  sources: listOption('Allowed sources: "tradingview", or addresses and ranges'),
  qr: { type: 'boolean', default: false, describe: 'Print the URL as a QR code too' },
  quiet: { alias: 'q', type: 'boolean', default: false, describe: 'Print only the URL' },
} as const;

const createArguments = {
  positionId: { type: 'string', describe: 'Id of the position, pos_…; or use --account or --tag' },
  action: {
    type: 'string',
    describe:
      'close, keep, both (a link of each), reduce, stop or heartbeat. close, keep and reduce cancel an unfilled entry',
  },
} as const;

type CreateArguments = SharedArguments &
  InferredOptionTypes<typeof createOptions> & {
    positionId: string | undefined;
    action: string | undefined;
  };

/** @returns the input of each link. */
function parseCreateInputs(args: CreateArguments): CommandInput<'links.create'>[] {
  const { label, confirm: asks, account, symbol, side, tag, follows, adopt, rehearsal } = args;
  const { positionId, action } = parseWords([args.positionId, args.action]);
  const place = { positionId, account, symbol, side, tag };
  const options = { ...toTargetFields(args), follows, adopt, rehearsal, watch: toWatch(args) };
  const actions = action === 'both' ? ['close', 'keep'] : [action];
  return actions.map((each) =>
    parseInput(
      'links.create',
      {
        ...{ ...place, ...options, action: each, label, confirm: asks },
        expiresIn: args['expires-in'],
        maxUses: parseWholeNumber(args['max-uses']),
        // Of both links, only the one that closes can close a part.
        percent: action === 'both' && each === 'keep' ? undefined : parseWholeNumber(args.percent),
        methods: args['post-only'] === true ? 'post-only' : undefined,
        sources: parseSources(args.sources),
      },
      { rules: { positionId: () => scopeRule } },
    ),
  );
}

const scopeRule =
  'Use exactly one of: a position id; --tag; --account with --symbol and --side; --account alone.';

/** A single name stays a name; addresses are a list, which commas may separate. */
function parseSources(given: string[] | undefined): string | string[] | undefined {
  const words = given?.flatMap((word) => word.split(',')).filter((word) => word !== '');
  const [first, ...more] = words ?? [];
  return more.length === 0 && (first === 'any' || first === 'tradingview') ? first : words;
}

type Created = CommandResult<'links.create'>;

async function createLinks(args: CreateArguments): Promise<void> {
  const inputs = parseCreateInputs(args);
  const admin = createAdminClient(args);
  if (args.preview) return previewLinks(args, admin, inputs);
  const created: Created[] = [];
  for (const input of inputs) {
    const result = await admin.call('links.create', input);
    created.push(result);
    // At once: if the next link fails, this URL can't be shown again.
    await printCreated(args, result);
  }
  if (args.quiet || args.json) return;
  // The URLs are already printed. Without the position, the steps only lack the name of the market.
  const [{ positionId = undefined } = {}] = inputs;
  const { position } =
    positionId === undefined
      ? { position: undefined }
      : await admin.call('positions.get', { positionId }).catch(() => ({ position: undefined }));
  printResult(args, created, () => `\n${describeSteps(created, position, args)}`);
}

/** With --json, each plan is one line. */
async function previewLinks(
  args: CreateArguments,
  admin: AdminClient,
  inputs: CommandInput<'links.plan'>[],
): Promise<void> {
  for (const input of inputs) {
    const plan = await admin.call('links.plan', input);
    printResult(args, plan, () => describePlannedLink(plan));
  }
}

/** With --json, each link is one line. */
async function printCreated(args: CreateArguments, result: Created): Promise<void> {
  const code = args.qr ? `\n${await drawCode(result.url)}` : '';
  printResult(args, result, () => `${args.quiet ? result.url : describeNewLink(result)}${code}`);
}

/** Black on white on any terminal; a pipe gets blocks without colors. */
async function drawCode(url: string): Promise<string> {
  const { encodeQR } = await import('qr');
  return encodeQR(url, process.stdout.isTTY ? 'term' : 'ascii');
}

const createExamples: [command: string, description: string][] = [
  ['$0 links create pos_4k1z09qj3m2x close', 'closes at MARKET, or cancels an unfilled entry'],
  ['$0 links create pos_4k1z09qj3m2x keep --label "weekly level"', 'only cancels an unfilled entry'],
  ['$0 links create pos_4k1z09qj3m2x both', 'one link of each kind'],
  [
    '$0 links create --account main --symbol BTC/USDT:USDT --side long close --rehearsal',
    'every long of this market; nothing is sent yet',
  ],
  ['$0 links create --tag trend reduce --to-percent 50', 'every position with this tag'],
  ['$0 links create --tag trend stop --break-even --preview', 'only shows where each stop would go'],
  [
    '$0 links create --account main --symbol BTC/USDT:USDT --side long close --follows market-position --watch-every 1h',
    "follows a strategy's state, and reports missing alerts",
  ],
  ['$0 links create --tag trend heartbeat --watch-every 5m --watch-then close', 'closes when alerts stop'],
  [
    '$0 links create pos_4k1z09qj3m2x close --percent 50 --expires-in 7d --sources tradingview --post-only',
    'closes half, within a week, only by an alert',
  ],
  [
    '$0 links create pos_4k1z09qj3m2x close --max-uses 2 --confirm --sources 203.0.113.0/24',
    'asks first, at most twice, from one network',
  ],
];

export function createCommand(yargs: Argv<SharedArguments>) {
  return yargs.command(
    'create [positionId] [action]',
    commands['links.create'].summary,
    (y) =>
      y
        .positional('positionId', createArguments.positionId)
        .positional('action', createArguments.action)
        .options(createOptions)
        .example(createExamples),
    (args) => createLinks(args),
  );
}
