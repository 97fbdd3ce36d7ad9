import { paginateListSubscriptionsByTopic, SNSClient, type SNSClientConfig } from '@aws-sdk/client-sns';

/** https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html */
export async function readSubscriptions(
  settings: SNSClientConfig,
  TopicArn: string,
  abortSignal: AbortSignal,
): Promise<{ endpoint: string; isConfirmed: boolean }[]> {
  const client = new SNSClient(settings);
  const found: { endpoint: string; isConfirmed: boolean }[] = [];
  const pages = paginateListSubscriptionsByTopic({ client }, { TopicArn }, { abortSignal });
  for await (const { Subscriptions = [] } of pages)
    for (const { Endpoint = '', SubscriptionArn = '' } of Subscriptions)
      found.push({ endpoint: Endpoint, isConfirmed: SubscriptionArn.startsWith('arn:') });
  return found;
}
