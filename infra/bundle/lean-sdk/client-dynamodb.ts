import type { unmarshall } from '@aws-sdk/util-dynamodb';
import { StandardRetryStrategy } from '@smithy/core/retry';
import { type Call, type ClientConfig, createJsonClient, type Service } from './json-client.ts';
import { ServiceException } from './service-exception.ts';

export class ConditionalCheckFailedException extends ServiceException {
  /** If the request asked for it. */
  readonly Item: Parameters<typeof unmarshall>[0] | undefined;

  constructor(name: string, status: number, data: Record<string, unknown>) {
    super(name, status, data);
    this.Item = (data.Item ?? undefined) as typeof this.Item;
  }
}

const dynamodb: Service = {
  host: 'dynamodb',
  variable: 'DYNAMODB',
  target: 'DynamoDB_20120810',
  version: '1.0',
  exceptions: { ConditionalCheckFailedException },
  exception: ServiceException,
};

/** The SDK's, for DynamoDB. */
const baseDelay = 25;

export class DynamoDBClient {
  readonly call: Call;

  constructor({ maxAttempts, ...config }: ClientConfig & { maxAttempts: number }) {
    const retryStrategy = new StandardRetryStrategy({ maxAttempts, baseDelay });
    this.call = createJsonClient(dynamodb, config, { maxAttempts, retryStrategy });
  }
}
