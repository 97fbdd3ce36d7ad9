import { z } from 'zod';
import { toClientSettings } from '../moto-client.ts';
import type { Walk } from '../walk.ts';

const domainsSchema = z.object({ items: z.array(z.object({ domainName: z.string() })) });
const concurrencySchema = z.object({
  Concurrency: z.object({ ReservedConcurrentExecutions: z.number() }).optional(),
});

/** What a deployment has made, as AWS's own APIs describe it. */
export async function describeDeployed({ emulator: { moto } }: Walk, prefix = 'ripcord') {
  const domains = await moto.get('apigateway', '/v2/domainnames');
  const trigger = await moto.get('lambda', `/2015-03-31/functions/${prefix}-trigger`);
  return {
    domain: domainsSchema.parse(await domains?.json()).items[0]?.domainName,
    subscriptions: (await listSubscriptions(moto.url)).filter((endpoint) => endpoint.includes('@')),
    concurrency: concurrencySchema.parse(await trigger?.json()).Concurrency?.ReservedConcurrentExecutions,
  };
}

async function listSubscriptions(url: string): Promise<string[]> {
  const { ListSubscriptionsCommand, SNSClient } = await import('@aws-sdk/client-sns');
  const client = new SNSClient(toClientSettings(url));
  const { Subscriptions: subscriptions = [] } = await client.send(new ListSubscriptionsCommand({}));
  return subscriptions.map(({ Endpoint: endpoint = '' }) => endpoint);
}

/** @returns the names of the stored parameters under a path. */
export async function listParameters({ emulator: { moto } }: Walk, path: string): Promise<string[]> {
  const filter = { Key: 'Name', Option: 'BeginsWith', Values: [path] };
  const { Parameters } = await moto.call('ssm', 'AmazonSSM.DescribeParameters', {
    ParameterFilters: [filter],
  });
  return z
    .array(z.object({ Name: z.string() }))
    .parse(Parameters)
    .map(({ Name }) => Name);
}

/** @returns the names of the buckets that start with this. */
export async function listBuckets({ emulator: { moto } }: Walk, start: string): Promise<string[]> {
  const listed = await moto.get('s3', '/');
  const names = [...((await listed?.text()) ?? '').matchAll(/<Name>([^<]+)<\/Name>/g)].map(
    ([, name = '']) => name,
  );
  return names.filter((name) => name.startsWith(start));
}

/** @returns the names of all tables. */
export async function listTables({ emulator: { moto } }: Walk): Promise<string[]> {
  const { TableNames } = await moto.call('dynamodb', 'DynamoDB_20120810.ListTables', {});
  return z.array(z.string()).parse(TableNames);
}
