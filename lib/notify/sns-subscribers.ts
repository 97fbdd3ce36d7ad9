/**
 * A topic accepts every message, also if it has no subscriber or if the address has not confirmed.
 * https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html
 * @returns why a message to the topic reaches no one; undefined if a subscriber is confirmed. Throws what the SDK throws.
 */
export async function findNoSubscriber(
  topicArn: string,
  endpoint: string | undefined,
): Promise<string | undefined> {
  const { ListSubscriptionsByTopicCommand, SNSClient } = await import('@aws-sdk/client-sns');
  const client = new SNSClient({
    region: topicArn.split(':')[3] ?? '',
    ...(endpoint === undefined
      ? {}
      : { endpoint, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }),
  });
  const { Subscriptions: all = [] } = await client.send(
    new ListSubscriptionsByTopicCommand({ TopicArn: topicArn }),
    { abortSignal: AbortSignal.timeout(listMs) },
  );
  // Ripcord's own function gets the alarms of the topic.
  const subscribers = all.filter(({ Protocol: protocol }) => protocol !== 'lambda');
  // Instead of an ARN: PendingConfirmation, or Deleted.
  if (subscribers.some(({ SubscriptionArn: arn = '' }) => arn.startsWith('arn:'))) return undefined;
  const pending = subscribers.some(({ SubscriptionArn: arn }) => arn === 'PendingConfirmation');
  return pending
    ? 'the e-mail address has not confirmed its subscription: open the link in the e-mail from AWS Notifications'
    : 'no e-mail address is subscribed: deploy with notifyEmail again';
}

const listMs = 5_000;
