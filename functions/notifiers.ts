import type { AdminServices } from '../lib/admin/admin-services.ts';
import { toFault } from '../lib/fault.ts';
import { type Channel, type ChannelStore, channelName, stackTopic } from '../lib/notify/channels.ts';
import { fileChannels } from '../lib/notify/file-channels.ts';
import { heartbeatNotifier } from '../lib/notify/heartbeat.ts';
import type { Notifier, Notifiers } from '../lib/notify/notifier.ts';
import { snsNotifier } from '../lib/notify/sns-notifier.ts';
import { findNoSubscriber } from '../lib/notify/sns-subscribers.ts';
import { ssmChannels } from '../lib/notify/ssm-channels.ts';
import { webhookNotifier } from '../lib/notify/webhook-notifier.ts';
import { type Environment, parsePlace } from './environment.ts';

/** Where the channels are. */
type ChannelPlaces = Pick<Environment, 'RIPCORD_NOTIFY' | 'RIPCORD_TOPIC_ARN' | 'RIPCORD_KMS_KEY'>;

/** Not part of the services: the trigger sends no notices, so its cold start must not load this. */
export function createNotifiers(environment: ChannelPlaces): Notifiers {
  const { store, builtIn, toNotifier } = createChannels(environment);
  return {
    async all() {
      const topic = builtIn.map(toNotifier);
      try {
        const channels = (await store.read()).filter(({ kind }) => kind !== 'heartbeat');
        return { notifiers: [...topic, ...channels.map(toNotifier)] };
      } catch (thrown) {
        return { notifiers: topic, problem: toFault(thrown).message };
      }
    },
    async heartbeats() {
      const channels = await store.read().catch(() => []);
      return channels.filter(({ kind }) => kind === 'heartbeat').map(toNotifier);
    },
  };
}

/** For the commands that list, add, test and remove channels. */
export function createChannels(environment: ChannelPlaces): AdminServices['channels'] {
  const { RIPCORD_NOTIFY: place, RIPCORD_TOPIC_ARN: topicArn, RIPCORD_KMS_KEY: kmsKey } = environment;
  return {
    store: place === undefined ? noStore : createStore(place, kmsKey),
    builtIn: topicArn === undefined ? [] : [{ kind: 'sns', name: stackTopic, topicArn }],
    toNotifier,
    findNoSubscriber: async (channel) =>
      channel.kind === 'sns' ? findNoSubscriber(channel.topicArn, channel.endpoint) : undefined,
  };
}

const noStore: ChannelStore = {
  read: async () => [],
  change: async () => {
    throw new Error('RIPCORD_NOTIFY is not set');
  },
};

function createStore(place: NonNullable<Environment['RIPCORD_NOTIFY']>, kmsKey?: string): ChannelStore {
  const { kind, path } = parsePlace(place);
  return kind === 'ssm' ? ssmChannels(path, { kmsKey }) : fileChannels(path);
}

function toNotifier(channel: Channel): Notifier {
  switch (channel.kind) {
    case 'sns': {
      const { topicArn, endpoint } = channel;
      return snsNotifier({ channel: channelName(channel), topicArn, endpoint });
    }
    case 'heartbeat':
      return heartbeatNotifier(channel);
    default:
      return webhookNotifier(channel);
  }
}
