import { GetParameterCommand, ParameterNotFound } from '@aws-sdk/client-ssm';
import { ssmClient, untilDeadline } from '../aws-client.ts';
import { type Channel, parseChannels, type ReadChannels, unreadableChannels } from './channels.ts';

/** The sweep comes every minute; a new channel may wait for as long. */
const cacheMs = 5 * 60_000;

/** Channels on AWS: one SecureString. */
export function ssmChannels(name: string, now: () => number = Date.now): ReadChannels {
  const client = ssmClient();
  let known: { channels: Channel[]; readAt: number } | undefined;

  const read = async (): Promise<string> => {
    try {
      const answer = await client.send(
        new GetParameterCommand({ Name: name, WithDecryption: true }),
        untilDeadline(),
      );
      return answer.Parameter?.Value ?? '';
    } catch (thrown) {
      if (thrown instanceof ParameterNotFound) return '[]';
      throw unreadableChannels(`the parameter ${name}`, 'it gave no answer');
    }
  };

  return async () => {
    if (known !== undefined && now() - known.readAt < cacheMs) return known.channels;
    const channels = parseChannels(await read(), `the parameter ${name}`);
    known = { channels, readAt: now() };
    return channels;
  };
}
