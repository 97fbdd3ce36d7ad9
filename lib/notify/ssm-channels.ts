import { GetParameterCommand, ParameterNotFound } from '@aws-sdk/client-ssm';
import { ssmClient, untilDeadline } from '../aws-client.ts';
import { type Channel, parseChannels, type ReadChannels, unreadableChannels } from './channels.ts';

/** The sweep runs every minute. A new channel may be unused for this long. */
const cacheMs = 5 * 60_000;

/** Channels in one SecureString of Parameter Store. */
export function ssmChannels(name: string, now: () => number = Date.now): ReadChannels {
  const client = ssmClient();
  let cached: { channels: Channel[]; readAt: number } | undefined;

  const read = async (): Promise<string> => {
    try {
      const response = await client.send(
        new GetParameterCommand({ Name: name, WithDecryption: true }),
        untilDeadline(),
      );
      return response.Parameter?.Value ?? '';
    } catch (thrown) {
      if (thrown instanceof ParameterNotFound) return '[]';
      throw unreadableChannels(`the parameter ${name}`, 'Parameter Store did not respond');
    }
  };

  return async () => {
    if (cached !== undefined && now() - cached.readAt < cacheMs) return cached.channels;
    const channels = parseChannels(await read(), `the parameter ${name}`);
    cached = { channels, readAt: now() };
    return channels;
  };
}
