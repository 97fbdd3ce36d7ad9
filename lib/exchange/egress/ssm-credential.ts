import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { callInTime, ssmClient } from '../../aws-client.ts';
import { describeAwsFailure } from '../../aws-error.ts';
import { Fault } from '../../fault.ts';

let client: SSMClient | undefined;

/** Reads the credential of the stack's proxies. Throws `accounts-unreadable`. */
export async function readSsmCredential(path: string): Promise<string> {
  client ??= ssmClient();
  const connected = client;
  const command = new GetParameterCommand({ Name: path, WithDecryption: true });
  try {
    const { Parameter } = await callInTime((options) => connected.send(command, options));
    return Parameter?.Value ?? '';
  } catch (thrown) {
    throw new Fault('accounts-unreadable', describeAwsFailure('AWS Parameter Store', thrown), {
      hint: { text: 'Try again in a moment, or deploy again.' },
      cause: thrown,
    });
  }
}
