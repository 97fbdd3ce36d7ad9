import * as sdkDynamodb from '@aws-sdk/client-dynamodb';
import * as sdkSsm from '@aws-sdk/client-ssm';
import * as sdkTable from '@aws-sdk/lib-dynamodb';
import * as leanDynamodb from '../../../../infra/bundle/lean-sdk/client-dynamodb.ts';
import * as leanSsm from '../../../../infra/bundle/lean-sdk/client-ssm.ts';
import type { RetryStrategy } from '../../../../infra/bundle/lean-sdk/json-client.ts';
import * as leanTable from '../../../../infra/bundle/lean-sdk/lib-dynamodb.ts';
import { describeAwsFailure } from '../../../../lib/aws-error.ts';
import { type Answer, credentials, region, startService } from './aws-service.ts';

export interface Operation {
  command: string;
  input: object;
}

export interface ClientOptions {
  endpoint?: string;
  region?: string;
  credentials?: typeof credentials;
  retryStrategy?: RetryStrategy;
}

/** The modules that a source imports, of which nothing is known but their names. */
// biome-ignore lint/suspicious/noExplicitAny: their types differ, and the type check in lean-sdk compares them.
type Modules = { dynamodb: any; table: any; ssm: any };

const clients = {
  sdk: { dynamodb: sdkDynamodb, table: sdkTable, ssm: sdkSsm } as Modules,
  lean: { dynamodb: leanDynamodb, table: leanTable, ssm: leanSsm } as Modules,
};
export type ClientName = keyof typeof clients;

const requestHandler = { connectionTimeout: 1_000, socketTimeout: 1_000 };

/** Sends one command as the sources do. */
export function send(
  name: ClientName,
  { command, input }: Operation,
  options: ClientOptions,
  abortSignal?: AbortSignal,
): Promise<object> {
  const { dynamodb, table, ssm } = clients[name];
  const sendOptions = abortSignal === undefined ? {} : { abortSignal };
  if (command.includes('Parameter')) {
    const client = new ssm.SSMClient({ retryStrategy: threeTimes(), requestHandler, ...options });
    return client.send(new ssm[command](input), sendOptions);
  }
  const client = new dynamodb.DynamoDBClient({ maxAttempts: 3, requestHandler, ...options });
  const document = table.DynamoDBDocumentClient.from(client, {
    marshallOptions: { removeUndefinedValues: true },
  });
  return document.send(new table[command](input), sendOptions);
}

/** Without a delay. */
function threeTimes(): RetryStrategy {
  const toToken = (count: number) => ({ getRetryCount: () => count, getRetryDelay: () => 0 });
  return {
    acquireInitialRetryToken: async () => toToken(0),
    async refreshRetryTokenForRetry(token, { errorType }) {
      if (errorType === 'CLIENT_ERROR' || token.getRetryCount() === 2) throw new Error('no retry');
      return toToken(token.getRetryCount() + 1);
    },
    recordSuccess: () => undefined,
  };
}

/** What one client makes of these answers, and which requests it sent. */
export async function ask(
  name: ClientName,
  operation: Operation,
  ...answers: (Answer | 'silence' | 'cut')[]
) {
  const { url, received } = await startService(...answers);
  const sent = send(name, operation, { endpoint: url, region, credentials });
  const outcome = await sent.then(toResult, (thrown: unknown) => describeThrown(name, thrown));
  return { outcome, received };
}

function toResult({ $metadata, ...result }: { $metadata?: unknown }) {
  return { result };
}

/** All that the sources read of an error. Only one that AWS sent is read further. */
export function describeThrown(name: ClientName, thrown: unknown) {
  const { dynamodb, ssm } = clients[name];
  const error = thrown as Error & { $fault?: string; Item?: unknown };
  const isCondition = error instanceof dynamodb.ConditionalCheckFailedException;
  return {
    words: describeAwsFailure('AWS', error),
    code: '$fault' in error ? error.name : undefined,
    message: '$fault' in error ? error.message : undefined,
    isCondition,
    item: isCondition ? error.Item : undefined,
    isMissing: error instanceof ssm.ParameterNotFound,
  };
}

/** By itself: the SDK takes any of its services' errors for an SSMServiceException that looks like one. */
export function isSsmError(name: ClientName, thrown: unknown): boolean {
  return thrown instanceof clients[name].ssm.SSMServiceException;
}
