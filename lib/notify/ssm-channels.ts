import { GetParameterCommand, ParameterNotFound } from '@aws-sdk/client-ssm';
import { isDenial } from '../account/ssm-failure.ts';
import { ssmClient, untilDeadline } from '../aws-client.ts';
import { describeAwsFailure } from '../aws-error.ts';
import { Fault } from '../fault.ts';
import { type Channel, parseChannels, type ReadChannels, unreadableChannels } from './channels.ts';

/** The sweep runs every minute. A new channel may be unused for this long. */
const cacheMs = 5 * 60_000;

/** Channels in one SecureString of Parameter Store. */
export function ssmChannels(name: string, now: () => number = Date.now): ReadChannels {
  const client = ssmClient();
  const place = `the parameter ${name}`;
  let cached: { channels: Channel[]; readAt: number } | undefined;

  const read = async (): Promise<Channel[]> => {
    try {
      const response = await client.send(
        new GetParameterCommand({ Name: name, WithDecryption: true }),
        untilDeadline(),
      );
      return parseChannels(response.Parameter?.Value ?? '', place);
    } catch (thrown) {
      if (thrown instanceof ParameterNotFound) return [];
      if (thrown instanceof Fault) throw thrown;
      // As for accounts: what is known stays in use while Parameter Store can't be read.
      if (cached !== undefined && !isDenial(thrown)) return cached.channels;
      throw unreadableChannels(place, describeAwsFailure('Parameter Store', thrown).slice(0, -1));
    }
  };

  return async () => {
    if (cached !== undefined && now() - cached.readAt < cacheMs) return cached.channels;
    const channels = await read();
    cached = { channels, readAt: now() };
    return channels;
  };
}
