import type { Argv } from 'yargs';
import { type CommandInput, commands } from '../lib/admin/commands.ts';
import { adminFunction } from './admin-function.ts';
import { confirm } from './confirm.ts';
import { check } from './field-names.ts';
import { describeLinks, describeSteps, describeUrl } from './link-text.ts';
import { type SharedArguments, text, yesOption } from './options.ts';
import { printResult } from './terminal.ts';

/** The verbs with their options. */
export const linkVerbs = {
  create: {
    label: text('A name for your own eyes', {}),
    quiet: { alias: 'q', type: 'boolean', default: false, describe: 'Print the URL and nothing else' },
  },
  list: {},
  revoke: yesOption,
} as const;

const create = async (args: SharedArguments & { quiet: boolean }, input: CommandInput<'links.create'>) => {
  const admin = adminFunction(args);
  const result = await admin.call('links.create', input);
  if (args.quiet && !args.json) return printResult(false, result, () => result.url);
  printResult(args.json, result, () => describeUrl(result));
  if (args.json) return;
  // The URL is out by now: should the exchange keep us waiting or fail, only the market's name is missing.
  const told = await admin
    .call('positions.get', { positionId: input.positionId })
    .catch(() => ({ position: undefined }));
  printResult(false, result, () => `\n${describeSteps(result.link, told.position)}`);
};

const revoke = async (args: SharedArguments & { yes: boolean }, input: CommandInput<'links.revoke'>) => {
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
};

export const linkCommands = (yargs: Argv<SharedArguments>) =>
  yargs
    .command(
      'create <positionId> <action>',
      commands['links.create'].summary,
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
          ),
      async (args) => {
        const { positionId, action, label } = args;
        await create(args, check('links.create', { positionId, action, label }));
      },
    )
    .command(
      'list [positionId]',
      commands['links.list'].summary,
      (y) =>
        y
          .positional('positionId', { type: 'string', describe: 'Only the links of this position' })
          .example('$0 links list', 'all of them, never a URL')
          .example('$0 links list pos_4k1z09qj3m2x', "one position's"),
      async (args) => {
        const input = check('links.list', { positionId: args.positionId });
        const result = await adminFunction(args).call('links.list', input);
        printResult(args.json, result, () => describeLinks(result.links));
      },
    )
    .command(
      'revoke <linkId>',
      commands['links.revoke'].summary,
      (y) =>
        y
          .positional('linkId', { type: 'string', describe: 'Id of the link, lnk_…', demandOption: true })
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
    .demandCommand(1, 'links needs a word more: create, list or revoke.');
