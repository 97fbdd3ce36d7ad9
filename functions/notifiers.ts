import { toFault } from '../lib/fault.ts';
import { type Channel, channelName, type ReadChannels, stackTopic } from '../lib/notify/channels.ts';
import { fileChannels } from '../lib/notify/file-channels.ts';
import type { Notifier, Notifiers } from '../lib/notify/notifier.ts';
import { snsNotifier } from '../lib/notify/sns-notifier.ts';
import { ssmChannels } from '../lib/notify/ssm-channels.ts';
import { webhookNotifier } from '../lib/notify/webhook-notifier.ts';
import type { Environment } from './environment.ts';

/** Who is told. Not part of the engine: the trigger notifies nobody, and its cold start loads none of this. */
export function createNotifiers(environment: Environment): Notifiers {
  const read = readerAt(environment.RIPCORD_NOTIFY);
  const topicArn = environment.RIPCORD_TOPIC_ARN;
  const topic = topicArn === undefined ? [] : [snsNotifier({ channel: stackTopic, topicArn })];
  return {
    async all() {
      try {
        return { notifiers: [...topic, ...(await read()).map(notifierOf)] };
      } catch (thrown) {
        return { notifiers: topic, problem: toFault(thrown).message };
      }
    },
  };
}

function readerAt(place: Environment['RIPCORD_NOTIFY']): ReadChannels {
  if (place === undefined) return async () => [];
  const path = place.slice(place.indexOf(':') + 1);
  return place.startsWith('ssm:') ? ssmChannels(path) : fileChannels(path);
}

function notifierOf(channel: Channel): Notifier {
  return channel.kind === 'sns'
    ? snsNotifier({ channel: channelName(channel), topicArn: channel.topicArn, endpoint: channel.endpoint })
    : webhookNotifier(channel);
}
