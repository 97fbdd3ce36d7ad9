import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { ssmClient, untilDeadline } from '../../aws-client.ts';
import { describeAwsFailure } from '../../aws-error.ts';
import { inTime } from '../../deadline.ts';
import { Fault } from '../../fault.ts';

let client: SSMClient | undefined;

/** Reads the credential of the stack's proxies. Throws `accounts-unreadable`. */
export async function readSsmCredential(path: string): Promise<string> {
  client ??= ssmClient();
  const connected = client;
  const command = new GetParameterCommand({ Name: path, WithDecryption: true });
  try {
    const { Parameter } = await inTime(
      () => connected.send(command, untilDeadline()),
      () => new Error('no response in time'),
    );
    return Parameter?.Value ?? '';
  } catch (thrown) {
    throw new Fault('accounts-unreadable', describeAwsFailure('AWS Parameter Store', thrown), {
      hint: { text: 'Try again in a moment, or deploy again.' },
      cause: thrown,
    });
  }
}
