import type { Argv } from 'yargs';
import type { CommandInput } from '../lib/admin/contract/commands.ts';
import { adminFunction } from './admin-function.ts';
import { confirm } from './confirm.ts';
import { describeLinks, describePreview, describeSteps, describeUrl, isArmed } from './link-text.ts';
import { check } from './option-names.ts';
import { type SharedArguments, suggested, text, wholeNumber, yesOption } from './options.ts';
import { summaryOf } from './summaries.ts';
import { printResult } from './terminal.ts';

/** The verbs with their options. */
export const linkVerbs = {
  create: {
    label: text('A name for your own eyes', {}),
    'expires-in': text('Seconds, or a duration: 90m, 12h, 7d', {}),
    'max-uses': text('How often it may act', {}),
    percent: text('Close only this part; the rest stays open (acts once, unless --max-uses)', {}),
    confirm: { type: 'boolean', describe: 'In a browser, ask before acting' },
    'post-only': { type: 'boolean', describe: 'Act on a POST only, as alerts send it' },
    sources: {
      type: 'string',
      array: true,
      requiresArg: true,
      describe: 'Only from there: "tradingview", or addresses and ranges; repeatable',
    },
    quiet: { alias: 'q', type: 'boolean', default: false, describe: 'Print the URL and nothing else' },
  },
  list: {},
  preview: {},
  revoke: yesOption,
  pause: yesOption,
  resume: yesOption,
} as const;

const linkArgument = { type: 'string', describe: 'Id of the link, lnk_…', demandOption: true } as const;

async function create(args: SharedArguments & { quiet: boolean }, input: CommandInput<'links.create'>) {
  const admin = adminFunction(args);
  const result = await admin.call('links.create', input);
  if (args.quiet && !args.json) return printResult(false, result, () => result.url);
  printResult(args.json, result, () => describeUrl(result));
  if (args.json) return;
  // The URL is out by now: should the exchange keep us waiting or fail, only the market's name is missing.
  const told = await admin
    .call('positions.get', { positionId: input.positionId })
    .catch(() => ({ position: undefined }));
  printResult(false, result, () => `\n${describeSteps(result, told.position, args)}`);
}

/** One word stands for itself, addresses for a list; commas separate too. */
function sourcesOf(given: string[] | undefined): string | string[] | undefined {
  const words = given?.flatMap((word) => word.split(',')).filter((word) => word !== '');
  const [first, ...more] = words ?? [];
  return more.length === 0 && (first === 'any' || first === 'tradingview') ? first : words;
}

/** The kill switch: on and off are asked the same way. */
async function switchLinks(
  args: SharedArguments & { yes: boolean },
  command: 'links.pause' | 'links.resume',
): Promise<void> {
  const admin = adminFunction(args);
  const pausing = command === 'links.pause';
  await confirm(args.yes, pausing ? 'Pause all links?' : 'Let links fire again?', async () => {
    const { links, paused } = await admin.call('links.list', {});
    const armed = links.filter(isArmed).length;
    return [
      `Links are ${paused ? 'paused' : 'not paused'} now; ${armed} ${armed === 1 ? 'is' : 'are'} armed.`,
      pausing
        ? 'No link acts any more, alerts included, until you resume. What is open stays open.'
        : 'Alerts and whoever has a URL can fire them from now on. Hits during the pause are not made up for.',
    ];
  });
  const result = await admin.call(command, {});
  printResult(args.json, result, () =>
    result.paused
      ? `All links are paused. End it with "${suggested('links resume', args)}".`
      : 'Links fire again.',
  );
}

async function revoke(args: SharedArguments & { yes: boolean }, input: CommandInput<'links.revoke'>) {
  const admin = adminFunction(args);
  await confirm(args.yes, 'Revoke this link?', async () => {
    const { links } = await admin.call('links.list', {});
    const link = links.find(({ linkId }) => linkId === input.linkId);
    const named =
      link === undefined
        ? input.linkId
        : `${link.linkId}: ${link.action} ${link.positionId}${link.label === undefined ? '' : ` (${link.label})`}`;
    return ['The URL of this link stops working, for good.', `  ${named}`];
  });
  return admin.call('links.revoke', input);
}

export function linkCommands(yargs: Argv<SharedArguments>) {
  return yargs
    .command(
      'create <positionId> <action>',
      summaryOf('links.create'),
      (y) =>
        y
          .positional('positionId', {
            type: 'string',
            describe: 'Id of the position, pos_…',
            demandOption: true,
          })
          .positional('action', {
            type: 'string',
            choices: ['close', 'keep'],
            describe: 'What happens to what has filled; what has not is canceled either way',
            demandOption: true,
          })
          .options(linkVerbs.create)
          .example('$0 links create pos_4k1z09qj3m2x close', 'close at MARKET, or cancel what has not filled')
          .example(
            '$0 links create pos_4k1z09qj3m2x keep --label "weekly level"',
            'cancel only what has not filled',
          )
          .example(
            '$0 links create pos_4k1z09qj3m2x close --percent 50 --expires-in 7d --sources tradingview --post-only',
            'half of it, within a week, by an alert only',
          )
          .example(
            '$0 links create pos_4k1z09qj3m2x close --max-uses 2 --confirm --sources 203.0.113.0/24',
            'asks first, twice at most, from one network',
          ),
      async (args) => {
        const { positionId, action, label, confirm } = args;
        const input = check('links.create', {
          ...{ positionId, action, label, confirm },
          expiresIn: args['expires-in'],
          maxUses: wholeNumber(args['max-uses']),
          percent: wholeNumber(args.percent),
          methods: args['post-only'] === true ? 'post-only' : undefined,
          sources: sourcesOf(args.sources),
        });
        await create(args, input);
      },
    )
    .command(
      'list [positionId]',
      summaryOf('links.list'),
      (y) =>
        y
          .positional('positionId', { type: 'string', describe: 'Only the links of this position' })
          .example('$0 links list', 'all of them, never a URL')
          .example('$0 links list pos_4k1z09qj3m2x', "one position's"),
      async (args) => {
        const input = check('links.list', { positionId: args.positionId });
        const result = await adminFunction(args).call('links.list', input);
        printResult(args.json, result, () => describeLinks(result, args));
      },
    )
    .command(
      'preview <linkId>',
      summaryOf('links.preview'),
      (y) =>
        y
          .positional('linkId', linkArgument)
          .example('$0 links preview lnk_8w2c5t7y1n0b4d6f', 'what it would do, without doing it'),
      async (args) => {
        const input = check('links.preview', { linkId: args.linkId });
        const result = await adminFunction(args).call('links.preview', input);
        printResult(args.json, result, () => describePreview(result));
      },
    )
    .command(
      'pause',
      summaryOf('links.pause'),
      (y) =>
        y
          .options(linkVerbs.pause)
          .example('$0 links pause', 'asks first')
          .example('$0 links pause --yes', 'at once'),
      (args) => switchLinks(args, 'links.pause'),
    )
    .command(
      'resume',
      summaryOf('links.resume'),
      (y) => y.options(linkVerbs.resume).example('$0 links resume', 'asks first'),
      (args) => switchLinks(args, 'links.resume'),
    )
    .command(
      'revoke <linkId>',
      summaryOf('links.revoke'),
      (y) =>
        y
          .positional('linkId', linkArgument)
          .options(linkVerbs.revoke)
          .example('$0 links revoke lnk_8w2c5t7y1n0b4d6f', 'asks first'),
      async (args) => {
        const result = await revoke(args, check('links.revoke', { linkId: args.linkId }));
        printResult(
          args.json,
          result,
          () => `${result.link.linkId} is revoked: its URL does nothing any more.`,
        );
      },
    )
    .demandCommand(1, 'links needs a word more: create, list, preview, pause, resume or revoke.');
}
