import type { Argv, InferredOptionTypes } from 'yargs';
import { type CommandInput, commands } from '../lib/admin/contract/commands.ts';
import { createAdminClient } from './admin-client.ts';
import { commandHint } from './command-hint.ts';
import { parseInput } from './command-input.ts';
import { confirm } from './confirm.ts';
import { describeLinks, describeNewLink, describePreview, describeSteps, isArmed } from './link-text.ts';
import { listOption, parseWholeNumber, type SharedArguments, textOption, yesOption } from './options.ts';
import { printResult } from './terminal.ts';
import { missingCommand } from './usage-errors.ts';

const createOptions = {
  label: textOption('Your name for the link', {}),
  'expires-in': textOption('Seconds, or a duration: 90m, 12h, 7d', {}),
  'max-uses': textOption('How often the link may act', {}),
  percent: textOption('Close only this percentage; acts once, unless --max-uses is set', {}),
  confirm: { type: 'boolean', describe: 'Ask for confirmation in a browser' },
  'post-only': { type: 'boolean', describe: 'Act only on a POST, as alerts send it' },
  sources: listOption('Allowed sources: "tradingview", or addresses and ranges'),
  quiet: { alias: 'q', type: 'boolean', default: false, describe: 'Print only the URL' },
} as const;

/** The verbs with their arguments and options. */
export const linkVerbs = {
  create: { positionals: ['<positionId>', '<action>'], options: createOptions },
  list: { options: {} },
  preview: { positionals: ['<linkId>'], options: {} },
  revoke: { positionals: ['<linkId>'], options: yesOption },
  pause: { options: yesOption },
  resume: { options: yesOption },
} as const;

const linkArgument = { type: 'string', describe: 'Id of the link, lnk_…', demandOption: true } as const;
const createArguments = {
  positionId: { type: 'string', describe: 'Id of the position, pos_…', demandOption: true },
  action: {
    type: 'string',
    choices: ['close', 'keep'],
    describe: 'What happens to the filled amount; an unfilled entry is canceled in any case',
    demandOption: true,
  },
} as const;

type CreateArguments = SharedArguments &
  InferredOptionTypes<typeof createOptions> & { positionId: string; action: string };

function parseCreateInput(args: CreateArguments): CommandInput<'links.create'> {
  const { positionId, action, label, confirm: asks } = args;
  return parseInput('links.create', {
    ...{ positionId, action, label, confirm: asks },
    expiresIn: args['expires-in'],
    maxUses: parseWholeNumber(args['max-uses']),
    percent: parseWholeNumber(args.percent),
    methods: args['post-only'] === true ? 'post-only' : undefined,
    sources: parseSources(args.sources),
  });
}

/** A single name stays a name; addresses are a list, which commas may separate. */
function parseSources(given: string[] | undefined): string | string[] | undefined {
  const words = given?.flatMap((word) => word.split(',')).filter((word) => word !== '');
  const [first, ...more] = words ?? [];
  return more.length === 0 && (first === 'any' || first === 'tradingview') ? first : words;
}

async function createLink(args: CreateArguments): Promise<void> {
  const input = parseCreateInput(args);
  const admin = createAdminClient(args);
  const result = await admin.call('links.create', input);
  if (args.quiet && !args.json) return printResult(args, result, () => result.url);
  printResult(args, result, () => describeNewLink(result));
  if (args.json) return;
  // The URL is already printed. Without the position, the steps only lack the name of the market.
  const { position } = await admin
    .call('positions.get', { positionId: input.positionId })
    .catch(() => ({ position: undefined }));
  printResult(args, result, () => `\n${describeSteps(result, position, args)}`);
}

function createCommand(yargs: Argv<SharedArguments>) {
  return yargs.command(
    'create <positionId> <action>',
    commands['links.create'].summary,
    (y) =>
      y
        .positional('positionId', createArguments.positionId)
        .positional('action', createArguments.action)
        .options(createOptions)
        .example('$0 links create pos_4k1z09qj3m2x close', 'closes at MARKET, or cancels an unfilled entry')
        .example(
          '$0 links create pos_4k1z09qj3m2x keep --label "weekly level"',
          'only cancels an unfilled entry',
        )
        .example(
          '$0 links create pos_4k1z09qj3m2x close --percent 50 --expires-in 7d --sources tradingview --post-only',
          'closes half, within a week, only by an alert',
        )
        .example(
          '$0 links create pos_4k1z09qj3m2x close --max-uses 2 --confirm --sources 203.0.113.0/24',
          'asks first, at most twice, from one network',
        ),
    (args) => createLink(args),
  );
}

function listCommand(yargs: Argv<SharedArguments>) {
  return yargs.command(
    'list [positionId]',
    commands['links.list'].summary,
    (y) =>
      y
        .positional('positionId', { type: 'string', describe: 'Only links of this position' })
        .example('$0 links list', 'all links, without URLs')
        .example('$0 links list pos_4k1z09qj3m2x', 'links of one position'),
    async (args) => {
      const input = parseInput('links.list', { positionId: args.positionId });
      const result = await createAdminClient(args).call('links.list', input);
      printResult(args, result, () => describeLinks(result, args));
    },
  );
}

function previewCommand(yargs: Argv<SharedArguments>) {
  return yargs.command(
    'preview <linkId>',
    commands['links.preview'].summary,
    (y) =>
      y
        .positional('linkId', linkArgument)
        .example('$0 links preview lnk_8w2c5t7y1n0b4d6f', 'what the link would do now'),
    async (args) => {
      const input = parseInput('links.preview', { linkId: args.linkId });
      const result = await createAdminClient(args).call('links.preview', input);
      printResult(args, result, () => describePreview(result));
    },
  );
}

/** Turns the kill switch on or off. */
async function switchLinks(args: SharedArguments, command: 'links.pause' | 'links.resume'): Promise<void> {
  const result = await createAdminClient(args).call(command, {});
  printResult(args, result, () =>
    result.paused
      ? `All links are paused; hits are refused. Resume with "${commandHint('links resume', args)}".`
      : 'Links resumed.',
  );
}

async function confirmResume(args: SharedArguments & { yes: boolean }): Promise<void> {
  const plan = async () => {
    const { links, paused } = await createAdminClient(args).call('links.list', {});
    const armed = links.filter(isArmed).length;
    const state = paused ? 'Links are paused now' : 'Links are not paused now';
    return [
      `${state}; ${armed} ${armed === 1 ? 'is' : 'are'} armed.`,
      "Every armed link works again. Alerts during the pause were refused and won't be replayed.",
    ];
  };
  await confirm({ yes: args.yes, question: 'Resume all links?', plan });
}

/** Asks nothing: a pause sends no order, and waiting for an answer could cost one. */
function pauseCommand(yargs: Argv<SharedArguments>) {
  return yargs.command(
    'pause',
    commands['links.pause'].summary,
    (y) => y.options(yesOption).example('$0 links pause', 'immediately, without a question'),
    (args) => switchLinks(args, 'links.pause'),
  );
}

function resumeCommand(yargs: Argv<SharedArguments>) {
  return yargs.command(
    'resume',
    commands['links.resume'].summary,
    (y) => y.options(yesOption).example('$0 links resume', 'asks for confirmation'),
    async (args) => {
      await confirmResume(args);
      await switchLinks(args, 'links.resume');
    },
  );
}

async function revokeLink(args: SharedArguments & { yes: boolean; linkId: string }): Promise<void> {
  const input = parseInput('links.revoke', { linkId: args.linkId });
  const admin = createAdminClient(args);
  const plan = async () => {
    const { links } = await admin.call('links.list', {});
    const link = links.find(({ linkId }) => linkId === input.linkId);
    const label = link?.label === undefined ? '' : ` (${link.label})`;
    const named =
      link === undefined ? input.linkId : `${link.linkId}: ${link.action} ${link.positionId}${label}`;
    return ['The URL stops working immediately and permanently, including in alerts.', `  ${named}`];
  };
  await confirm({ yes: args.yes, question: 'Revoke this link?', plan });
  const result = await admin.call('links.revoke', input);
  printResult(args, result, () => `${result.link.linkId} is revoked. Its URL no longer works.`);
}

function revokeCommand(yargs: Argv<SharedArguments>) {
  return yargs.command(
    'revoke <linkId>',
    commands['links.revoke'].summary,
    (y) =>
      y
        .positional('linkId', linkArgument)
        .options(yesOption)
        .example('$0 links revoke lnk_8w2c5t7y1n0b4d6f', 'asks for confirmation'),
    (args) => revokeLink(args),
  );
}

const verbCommands = [createCommand, listCommand, previewCommand, pauseCommand, resumeCommand, revokeCommand];

export function linkCommands(yargs: Argv<SharedArguments>) {
  for (const addTo of verbCommands) addTo(yargs);
  return yargs.demandCommand(1, missingCommand);
}
