import { findExpectation, unset } from '../../infra/stack/setting-definitions.ts';
import type { CommandInput } from '../../lib/admin/contract/commands.ts';
import { isSecretKind, readChannelSecret } from '../channel-secret.ts';
import { CliError } from '../cli-error.ts';
import { parseInput } from '../command-input.ts';
import { cancelPrompt } from '../confirm.ts';
import { type NoticeChoice, notifySecretVariable } from './deploy-arguments.ts';
import { hintFor, type Stage } from './stage.ts';

/**
 * @param value `none`, `email:ADDRESS`, a kind of channel such as `slack`, or a kind with what it needs besides its secret:
 * `telegram:CHAT_ID`, `sns:TOPIC_ARN`. The secret comes from the environment, stdin or a prompt.
 */
export async function parseNotice(value: string): Promise<NoticeChoice> {
  if (value === 'none') return {};
  const [, kind = value, target = ''] = /^([a-z]+):(.*)$/s.exec(value) ?? [];
  if (kind === 'email' || (value.includes('@') && kind === value)) return toEmail(target || value);
  if (kind === 'sns') return { channel: parseChannel({ kind, topicArn: target }) };
  if (!isSecretKind(kind))
    throw refuse(
      `--notify: expected none, email:ADDRESS, telegram:CHAT_ID, or another kind of "ripcord notify add".`,
    );
  const fields = kind === 'telegram' && target !== '' ? { chatId: target } : {};
  return { channel: parseChannel({ kind, ...(await readSecret(kind)), ...fields }) };
}

function toEmail(address: string): NoticeChoice {
  const expectation = findExpectation('notifyEmail', address);
  if (expectation !== undefined || address === unset)
    throw refuse(`--notify: expected an e-mail address after email:`);
  return { notifyEmail: address };
}

/** The channel is stored only if it accepts a test message. */
export function parseChannel(channel: Record<string, unknown>): CommandInput<'notify.add'> {
  return parseInput('notify.add', { channel, test: true });
}

async function readSecret(kind: Parameters<typeof readChannelSecret>[0]) {
  const { [notifySecretVariable]: given = '' } = process.env;
  return readChannelSecret(kind, { stdin: false, ...(given !== '' && { given }) });
}

/** @returns what a first deployment without a choice has to know, with the commands that change it. */
export function describeSilence(stage: Stage): string {
  return [
    'NO NOTICES: you get no alarms and no notices until you add a channel. Add one:',
    `  ${hintFor(stage, 'deploy --set notifyEmail=ADDRESS')}`,
    `  ${hintFor(stage, 'notify add telegram --chat-id CHAT_ID --test')}`,
  ].join('\n');
}

/** Asks at a terminal. */
export async function askNotice(): Promise<NoticeChoice> {
  const { select, input } = await import('@inquirer/prompts');
  const output = { output: process.stderr };
  const choices = ['email', 'telegram', 'slack', 'discord', 'none'];
  const kind = await select({ message: 'Where should alarms and notices go?', choices }, output).catch(
    cancelPrompt,
  );
  if (kind !== 'email' && kind !== 'telegram') return parseNotice(kind);
  const message = kind === 'email' ? 'E-mail address' : 'Chat id, or @ and the name of a public channel';
  return parseNotice(`${kind}:${await input({ message }, output).catch(cancelPrompt)}`);
}

function refuse(message: string): CliError {
  return new CliError('invalid-input', `Nothing was deployed: ${message}`);
}
