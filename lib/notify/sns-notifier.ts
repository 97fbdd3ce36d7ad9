import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { SNSClient } from '@aws-sdk/client-sns';
import { type Notifier, type Sent, sendTimeoutMs } from './notifier.ts';

/** Short, because AWS's endpoints are near. */
const connectionTimeoutMs = 2_000;

export interface SnsOptions {
  channel: string;
  topicArn: string;
  /** Another endpoint than AWS. */
  endpoint?: string | undefined;
}

/** An SNS topic. The SDK is loaded with the first message, because most sweeps send none. */
export function snsNotifier({ channel, topicArn, endpoint }: SnsOptions): Notifier {
  let client: SNSClient | undefined;
  return {
    channel,
    async send({ subject, text }) {
      const sdk = await import('@aws-sdk/client-sns');
      client ??= new sdk.SNSClient({
        region: topicArn.split(':')[3] ?? '',
        // One attempt: a retry after a lost response would send a second message.
        maxAttempts: 1,
        requestHandler: {
          connectionTimeout: connectionTimeoutMs,
          // A kept connection may be dead after Lambda has frozen and thawed the process.
          httpAgent: new HttpAgent({ keepAlive: false }),
          httpsAgent: new HttpsAgent({ keepAlive: false }),
        },
        ...(endpoint === undefined
          ? {}
          : { endpoint, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }),
      });
      try {
        const message = new sdk.PublishCommand({ TopicArn: topicArn, Subject: subject, Message: text });
        await client.send(message, { abortSignal: AbortSignal.timeout(sendTimeoutMs) });
        return { kind: 'sent' };
      } catch (thrown) {
        return toFailure(thrown);
      }
    },
  };
}

/** Errors before anything was sent: no credentials, no address, no connection. */
const notSentError =
  /^(CredentialsProviderError|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|CERT_\w+)$/;

function toFailure(thrown: unknown): Sent {
  const {
    name = '',
    code,
    message = '',
    $metadata,
  } = thrown as Partial<NodeJS.ErrnoException> & {
    $metadata?: { httpStatusCode?: number };
  };
  const status = $metadata?.httpStatusCode;
  if (status !== undefined && status >= 300)
    return { kind: 'refused', why: `responded ${status} ${name}`, down: status === 429 || status >= 500 };
  const reason = [name, code].find((word) => notSentError.test(word ?? ''));
  if (reason !== undefined) return { kind: 'refused', why: `no connection (${reason})`, down: true };
  if (name === 'TimeoutError' && /establish/.test(message))
    return { kind: 'refused', why: 'no connection', down: true };
  return { kind: 'unknown', why: 'no response' };
}
