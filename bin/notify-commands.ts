import type { Argv, InferredOptionTypes } from 'yargs';
import { commands } from '../lib/admin/contract/commands.ts';
import { createAdminClient } from './admin-client.ts';
import { isSecretKind, readChannelSecret, type SecretFields } from './channel-secret.ts';
import { CliError } from './cli-error.ts';
import { commandHint } from './command-hint.ts';
import { parseInput } from './command-input.ts';
import { confirm } from './confirm.ts';
import { describeChannels, describeReports } from './notify-text.ts';
import { type SharedArguments, textOption, yesOption } from './options.ts';
import { stdinOption, withoutSecrets } from './secrets.ts';
import { asPlainText, printResult } from './terminal.ts';
import { missingCommand } from './usage-errors.ts';

const addOptions = {
  name: textOption('Name of the channel [default: its kind]', {}),
  'chat-id': textOption('Telegram: chat id, or @ and the name of a public channel', {}),
  'base-url': textOption('Telegram: scheme and host of another Bot API server', {}),
  'topic-arn': textOption('SNS: ARN of the topic', {}),
  url: textOption('Heartbeat: URL to fetch after each sweep; without it, a prompt asks for it', {}),
  test: {
    type: 'boolean',
    default: false,
    describe: 'Send a test message first; store only if it is accepted',
  },
  ...stdinOption,
} as const;

/** The verbs with their arguments and options. */
export const notifyVerbs = {
  list: { options: {} },
  add: { positionals: ['<kind>'], options: addOptions },
  remove: { positionals: ['<name>'], options: yesOption },
  test: { positionals: ['[name]'], options: {} },
} as const;

const kinds = ['telegram', 'slack', 'discord', 'sns', 'heartbeat'] as const;
type Kind = (typeof kinds)[number];
type AddArguments = SharedArguments & InferredOptionTypes<typeof addOptions> & { kind: Kind };

/** Options that belong to one kind of channel. */
const kindOptions = {
  'chat-id': 'telegram',
  'base-url': 'telegram',
  'topic-arn': 'sns',
  url: 'heartbeat',
} as const;

function rejectForeignOptions(args: AddArguments): void {
  for (const [option, kind] of Object.entries(kindOptions))
    if (args[option as keyof typeof kindOptions] !== undefined && args.kind !== kind)
      throw new CliError('invalid-input', `--${option} is for ${kind} only.`);
}

/** Stands for the secret until it is read. */
const placeholders = { token: '1:read-later', url: 'https://read.later' };

async function addChannel(args: AddArguments): Promise<void> {
  const { kind, name, test, 'chat-id': chatId, 'base-url': baseUrl, 'topic-arn': topicArn } = args;
  rejectForeignOptions(args);
  const options = { name, chatId, baseUrl, topicArn };
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const toInput = (secret: SecretFields) =>
    parseInput('notify.add', { channel: { kind, ...secret, ...given }, test: test || undefined });
  let secret: SecretFields = {};
  if (isSecretKind(kind)) {
    // A wrong option is reported before the owner is asked for a secret. JSON on stdin may have the chat.
    const { token, url } = placeholders;
    toInput({ ...(kind === 'telegram' ? { token, chatId: '1' } : { url }) });
    secret = args.url === undefined ? await readChannelSecret(kind, args) : { url: args.url };
  }
  const result = await createAdminClient(args)
    .call('notify.add', toInput(secret))
    .catch((thrown: unknown) => {
      throw withoutSecrets(thrown, [secret.token, secret.url]);
    });
  printResult(args, result, () => describeAdded(result, args));
}

function describeAdded(
  { channel, tested }: { channel: { name: string; target: string }; tested: boolean },
  args: SharedArguments,
): string {
  const next = tested
    ? 'It accepted a test message: check that it arrived.'
    : `Next: test it with "${commandHint(`notify test ${channel.name}`, args)}".`;
  return [
    `Channel ${channel.name} (${asPlainText(channel.target)}) is stored. It gets notices within five minutes.`,
    next,
  ].join('\n');
}

async function removeChannel(args: SharedArguments & { name: string; yes: boolean }): Promise<void> {
  const input = parseInput('notify.remove', { name: args.name });
  const admin = createAdminClient(args);
  await confirm({
    yes: args.yes,
    question: 'Remove this channel?',
    plan: () => [`Within five minutes, Ripcord stops sending notices to channel ${input.name}.`],
  });
  const result = await admin.call('notify.remove', input);
  printResult(
    args,
    result,
    () => `Channel ${result.name} is removed. Also revoke its token or webhook where it was issued.`,
  );
}

async function testChannels(args: SharedArguments & { name: string | undefined }): Promise<void> {
  const input = parseInput('notify.test', args.name === undefined ? {} : { channel: args.name });
  const result = await createAdminClient(args).call('notify.test', input);
  printResult(args, result, () => describeReports(result.reports, args));
  const missed = result.reports.filter((report) => report.result !== 'sent');
  if (missed.length > 0)
    throw new CliError(
      'not-sent',
      `Delivery is not confirmed: ${missed.map(({ channel }) => channel).join(', ')}.`,
    );
}

function listCommand(yargs: Argv<SharedArguments>) {
  return yargs.command(
    'list',
    commands['notify.list'].summary,
    (y) => y.example('$0 notify list', 'channels, and when each last got a notice'),
    async (args) => {
      const result = await createAdminClient(args).call('notify.list', {});
      printResult(args, result, () => describeChannels(result.channels, args));
    },
  );
}

function addCommand(yargs: Argv<SharedArguments>) {
  return yargs.command(
    'add <kind>',
    `${commands['notify.add'].summary} Prompts for the token or URL, or reads it from stdin, also as {"token":"…"} or {"url":"…"}.`,
    (y) =>
      y
        .positional('kind', { choices: kinds, describe: 'Kind of channel', demandOption: true })
        .options(addOptions)
        .example('$0 notify add telegram --chat-id -1001234567890 --test', "prompts for the bot's token")
        .example('$0 notify add slack --name team < url.txt', 'from a file')
        .example('$0 notify add heartbeat --url https://hc-ping.com/UUID', 'for an outside monitor')
        .example('$0 notify add sns --topic-arn arn:aws:sns:eu-west-1:123456789012:mine', 'needs no secret'),
    (args) => addChannel(args),
  );
}

function removeCommand(yargs: Argv<SharedArguments>) {
  return yargs.command(
    'remove <name>',
    commands['notify.remove'].summary,
    (y) =>
      y
        .positional('name', { type: 'string', describe: 'Name of the channel', demandOption: true })
        .options(yesOption)
        .example('$0 notify remove telegram', 'asks for confirmation'),
    (args) => removeChannel(args),
  );
}

function testCommand(yargs: Argv<SharedArguments>) {
  return yargs.command(
    'test [name]',
    commands['notify.test'].summary,
    (y) =>
      y
        .positional('name', { type: 'string', describe: 'Name of one channel' })
        .example('$0 notify test', 'whether notices reach you')
        .example('$0 notify test telegram', 'one channel'),
    (args) => testChannels(args),
  );
}

export function notifyCommands(yargs: Argv<SharedArguments>) {
  for (const addTo of [listCommand, addCommand, removeCommand, testCommand]) addTo(yargs);
  return yargs.demandCommand(1, missingCommand);
}
