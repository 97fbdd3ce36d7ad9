import type { Argv, InferredOptionTypes } from 'yargs';
import { type CommandInput, type CommandResult, commands } from '../lib/admin/contract/commands.ts';
import { type AdminClient, createAdminClient } from './admin-client.ts';
import { parseInput } from './command-input.ts';
import { confirm } from './confirm.ts';
import { createCommand, createOptions } from './link-create-command.ts';
import { toWatch, watchOptions } from './link-options.ts';
import { describePreview } from './link-preview-text.ts';
import {
  describeChangedLink,
  describeLinks,
  describePause,
  describeWarnings,
  isArmed,
  nameLink,
} from './link-text.ts';
import { type SharedArguments, textOption, yesOption } from './options.ts';
import { printResult } from './terminal.ts';
import { missingCommand } from './usage-errors.ts';

const updateOptions = {
  label: textOption('Your new name for the link; "" removes it', { requiresArg: false }),
  'expires-in': textOption('From now: 90m, 12h, 7d; "never": no expiry', {}),
  ...watchOptions,
  unwatch: { type: 'boolean', default: false, describe: 'Remove the watch' },
} as const;

const pauseOptions = {
  until: textOption('When the pause ends by itself, in UTC, such as 2026-11-27T13:00:00Z', {}),
  ...yesOption,
} as const;

/** The verbs with their arguments and options. */
export const linkVerbs = {
  create: { positionals: ['<positionId>', '<action>'], options: createOptions },
  list: { options: {} },
  preview: { positionals: ['<linkId>'], options: {} },
  update: { positionals: ['<linkId>'], options: updateOptions },
  arm: { positionals: ['<linkId>'], options: {} },
  revoke: { positionals: ['<linkId>'], options: yesOption },
  pause: { options: pauseOptions },
  resume: { options: yesOption },
} as const;

const linkArgument = { type: 'string', describe: 'Id of the link, lnk_…', demandOption: true } as const;
/** Enough for the last hit of nearly every link. Without the history, the list only lacks that column. */
async function readHits(
  admin: AdminClient,
  { positionId }: CommandInput<'links.list'>,
): Promise<CommandResult<'history.list'>['hits']> {
  const history = await admin.call('history.list', { positionId, limit: 500 }).catch(() => ({ hits: [] }));
  return history.hits;
}

function listCommand(yargs: Argv<SharedArguments>) {
  return yargs.command(
    'list [positionId]',
    commands['links.list'].summary,
    (y) =>
      y
        .positional('positionId', { type: 'string', describe: 'Only links that match this position' })
        .example('$0 links list', 'all links, without URLs')
        .example('$0 links list pos_4k1z09qj3m2x', 'links of one position'),
    async (args) => {
      const input = parseInput('links.list', { positionId: args.positionId });
      const admin = createAdminClient(args);
      const result = await admin.call('links.list', input);
      const hits = args.json ? [] : await readHits(admin, input);
      printResult(args, result, () => describeLinks(result, hits, args));
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

async function updateLink(
  args: SharedArguments & InferredOptionTypes<typeof updateOptions> & { linkId: string },
): Promise<void> {
  const { linkId, label, 'expires-in': expiresIn } = args;
  const fields = {
    linkId,
    label: label === '' ? null : label,
    expiresIn: expiresIn === 'never' ? null : expiresIn,
    watch: args.unwatch ? null : toWatch(args),
  };
  const isEmpty = [label, expiresIn, fields.watch].every((field) => field === undefined);
  const input = parseInput('links.update', fields, {
    rules: { label: () => (isEmpty ? 'Use --label, --expires-in, --watch-every or --unwatch.' : undefined) },
  });
  const result = await createAdminClient(args).call('links.update', input);
  printResult(args, result, () =>
    [describeChangedLink(result.link), ...describeWarnings(result.warnings)].join('\n'),
  );
}

function updateCommand(yargs: Argv<SharedArguments>) {
  return yargs.command(
    'update <linkId>',
    commands['links.update'].summary,
    (y) =>
      y
        .positional('linkId', linkArgument)
        .options(updateOptions)
        .example('$0 links update lnk_8w2c5t7y1n0b4d6f --label "weekly level"', 'renames it')
        .example('$0 links update lnk_8w2c5t7y1n0b4d6f --expires-in 7d', 'works for a week from now')
        .example(
          '$0 links update lnk_8w2c5t7y1n0b4d6f --watch-every 1h --watch-then close',
          'closes when alerts stop',
        ),
    (args) => updateLink(args),
  );
}

function armCommand(yargs: Argv<SharedArguments>) {
  return yargs.command(
    'arm <linkId>',
    commands['links.arm'].summary,
    (y) =>
      y
        .positional('linkId', linkArgument)
        .example('$0 links arm lnk_8w2c5t7y1n0b4d6f', 'the next alert acts'),
    async (args) => {
      const input = parseInput('links.arm', { linkId: args.linkId });
      const result = await createAdminClient(args).call('links.arm', input);
      printResult(args, result, () => describeChangedLink(result.link));
    },
  );
}

/** Pauses first and reads what that costs afterwards: without the list of links, only that is missing. */
async function pauseLinks(args: SharedArguments & { until: string | undefined }): Promise<void> {
  const admin = createAdminClient(args);
  const result = await admin.call(
    'links.pause',
    parseInput('links.pause', { until: args.until }, { names: { until: '--until' } }),
  );
  const { links } = args.json
    ? { links: undefined }
    : await admin.call('links.list', {}).catch(() => ({ links: undefined }));
  printResult(args, result, () => describePause(result, links, args));
}

async function resumeLinks(args: SharedArguments): Promise<void> {
  const result = await createAdminClient(args).call('links.resume', {});
  printResult(args, result, () => 'Links resumed.');
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
    (y) =>
      y
        .options(pauseOptions)
        .example('$0 links pause', 'immediately, without a question')
        .example('$0 links pause --until 2030-01-01T13:00:00Z', 'links work again from that time on'),
    (args) => pauseLinks(args),
  );
}

function resumeCommand(yargs: Argv<SharedArguments>) {
  return yargs.command(
    'resume',
    commands['links.resume'].summary,
    (y) => y.options(yesOption).example('$0 links resume', 'asks for confirmation'),
    async (args) => {
      await confirmResume(args);
      await resumeLinks(args);
    },
  );
}

async function revokeLink(args: SharedArguments & { yes: boolean; linkId: string }): Promise<void> {
  const input = parseInput('links.revoke', { linkId: args.linkId });
  const admin = createAdminClient(args);
  const plan = async () => {
    const { links } = await admin.call('links.list', {});
    const link = links.find(({ linkId }) => linkId === input.linkId);
    const named = link === undefined ? input.linkId : nameLink(link);
    return ['The URL stops working immediately and permanently, including in alerts.', `  ${named}`];
  };
  await confirm({ yes: args.yes, question: 'Revoke this link?', plan });
  const result = await admin.call('links.revoke', input);
  const note = result.note === undefined ? '' : ` ${result.note}`;
  printResult(args, result, () => `${result.link.linkId} is revoked. Its URL no longer works.${note}`);
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

const verbCommands = [
  ...[createCommand, listCommand, previewCommand, updateCommand],
  ...[pauseCommand, resumeCommand, armCommand, revokeCommand],
];

export function linkCommands(yargs: Argv<SharedArguments>) {
  for (const addTo of verbCommands) addTo(yargs);
  return yargs.demandCommand(1, missingCommand);
}
