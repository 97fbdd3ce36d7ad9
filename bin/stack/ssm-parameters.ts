import {
  DeleteParametersCommand,
  GetParametersCommand,
  paginateGetParametersByPath,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { type AwsTarget, toClientSettings } from './aws-client-settings.ts';

/** Only commands that act on the stack load this file: it loads the SDK. */
export function createParameterStore(target: AwsTarget): SSMClient {
  return new SSMClient(toClientSettings(target));
}

/** The names of what a stage has in Parameter Store. Their values are never read. */
export interface StoredParameters {
  accounts: string[];
  channels: string[];
}

export async function listParameters(client: SSMClient, prefix: string): Promise<StoredParameters> {
  const accounts: string[] = [];
  const request = { Path: `/${prefix}/accounts`, Recursive: true };
  for await (const { Parameters = [] } of paginateGetParametersByPath({ client }, request))
    accounts.push(...Parameters.flatMap(({ Name }) => Name ?? []));
  const { Parameters: channels = [] } = await client.send(
    new GetParametersCommand({ Names: [`/${prefix}/notify`] }),
  );
  return { accounts, channels: channels.flatMap(({ Name }) => Name ?? []) };
}

/** Parameter Store accepts this many names in one request. */
const atOnce = 10;

/** Deletes parameters. One that does not exist any more is no error. */
export async function deleteParameters(client: SSMClient, names: readonly string[]): Promise<void> {
  for (let start = 0; start < names.length; start += atOnce)
    await client.send(new DeleteParametersCommand({ Names: names.slice(start, start + atOnce) }));
}
