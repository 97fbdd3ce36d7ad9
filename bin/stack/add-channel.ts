import { createAdminClient } from '../admin-client.ts';
import { CliError } from '../cli-error.ts';
import { commandHint } from '../command-hint.ts';
import { withoutSecrets } from '../secrets.ts';
import { printRemark } from '../terminal.ts';
import type { NoticeChoice } from './deploy-arguments.ts';
import { type Stage, toAdminTarget } from './stage.ts';

/**
 * Adds a channel to a deployed stage, after a test message. A channel with this name that exists already stays.
 * @throws CliError if the channel does not accept the message. The stack stays deployed.
 */
export async function addChannel(stage: Stage, channel: NonNullable<NoticeChoice['channel']>): Promise<void> {
  const target = toAdminTarget(stage);
  const { token, url } = { token: undefined, url: undefined, ...channel.channel };
  try {
    const { channel: added } = await createAdminClient(target).call('notify.add', channel);
    printRemark(`Channel ${added.name} accepted a test message: check that it arrived.`);
  } catch (thrown) {
    const { code, message, issues } = toCliError(withoutSecrets(thrown, [token, url]));
    if (code === 'conflict')
      return printRemark(`A channel of this name is already stored. It stays as it is.`);
    const next = commandHint(`notify add ${channel.channel.kind} --test`, { ...target, region: undefined });
    throw new CliError(code, `The stack is deployed. Its channel was not stored: ${message} Next: ${next}`, {
      issues,
    });
  }
}

function toCliError(thrown: unknown): CliError {
  if (thrown instanceof CliError) return thrown;
  throw thrown;
}
