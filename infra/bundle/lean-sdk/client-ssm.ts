import { Command } from './command.ts';
import {
  type Call,
  type ClientConfig,
  createJsonClient,
  type RetryStrategy,
  type SendOptions,
  type Service,
} from './json-client.ts';
import { ServiceException } from './service-exception.ts';

export class SSMServiceException extends ServiceException {}
export class ParameterNotFound extends SSMServiceException {}

const ssm: Service = {
  host: 'ssm',
  variable: 'SSM',
  target: 'AmazonSSM',
  version: '1.1',
  exceptions: { ParameterNotFound },
  exception: SSMServiceException,
};

export interface SSMClientConfig extends ClientConfig {
  retryStrategy: RetryStrategy;
}

/** The SDK's default, which a retry strategy does not need: it is what the request's header says. */
const maxAttempts = 3;

export class SSMClient {
  readonly #call: Call;

  constructor({ retryStrategy, ...config }: SSMClientConfig) {
    this.#call = createJsonClient(ssm, config, { maxAttempts, retryStrategy });
  }

  send<Output>(command: Command<object, Output>, options?: SendOptions): Promise<Output> {
    return this.#call(command.operation, command.input, options) as Promise<Output>;
  }
}

interface Parameter {
  Name?: string;
  Value?: string;
}

export class GetParameterCommand extends Command<
  { Name: string; WithDecryption: boolean },
  { Parameter?: Parameter }
> {
  readonly operation = 'GetParameter';
}

export class GetParametersByPathCommand extends Command<
  { Path: string; WithDecryption: boolean; NextToken: string | undefined },
  { Parameters?: Parameter[]; NextToken?: string }
> {
  readonly operation = 'GetParametersByPath';
}

export class PutParameterCommand extends Command<
  { Name: string; Value: string; Type: 'SecureString'; KeyId: string | undefined; Overwrite: boolean },
  { Version?: number }
> {
  readonly operation = 'PutParameter';
}

export class DeleteParameterCommand extends Command<{ Name: string }, object> {
  readonly operation = 'DeleteParameter';
}
