import { toFault } from '../lib/fault.ts';
import { type Channel, channelName, type ReadChannels, stackTopic } from '../lib/notify/channels.ts';
import { fileChannels } from '../lib/notify/file-channels.ts';
import type { Notifier, Notifiers } from '../lib/notify/notifier.ts';
import { snsNotifier } from '../lib/notify/sns-notifier.ts';
import { ssmChannels } from '../lib/notify/ssm-channels.ts';
import { webhookNotifier } from '../lib/notify/webhook-notifier.ts';
import { type Environment, parsePlace } from './environment.ts';

/** Not part of the services: the trigger sends no notices, so its cold start must not load this. */
export function createNotifiers(environment: Environment): Notifiers {
  const read = createChannelReader(environment.RIPCORD_NOTIFY);
  const topicArn = environment.RIPCORD_TOPIC_ARN;
  const topic = topicArn === undefined ? [] : [snsNotifier({ channel: stackTopic, topicArn })];
  return {
    async all() {
      try {
        return { notifiers: [...topic, ...(await read()).map(createNotifier)] };
      } catch (thrown) {
        return { notifiers: topic, problem: toFault(thrown).message };
      }
    },
  };
}

function createChannelReader(variable: Environment['RIPCORD_NOTIFY']): ReadChannels {
  if (variable === undefined) return async () => [];
  const { kind, path } = parsePlace(variable);
  return kind === 'ssm' ? ssmChannels(path) : fileChannels(path);
}

function createNotifier(channel: Channel): Notifier {
  return channel.kind === 'sns'
    ? snsNotifier({ channel: channelName(channel), topicArn: channel.topicArn, endpoint: channel.endpoint })
    : webhookNotifier(channel);
}
