import { SSMClient, type SSMClientConfig } from '@aws-sdk/client-ssm';
import { deadlineSignal, inTime } from './deadline.ts';
import { createAgents } from './http-agents.ts';

/** Parameter Store responds within tens of milliseconds, decryption included. */
const connectionTimeoutMs = 1_000;
const maxSilenceMs = 1_000;
/**
 * One call with all its retries: a second try fits in after a silence of 1 s. A hit without keys then still saves and responds
 * before TradingView disconnects, 3 s after the alert. The handshakes of a cold start fit in, even if TCP takes 1 s.
 */
const callTimeoutMs = 2_000;

const maxRetries = 2;
const retryDelayMs = 100;

type RetryStrategy = Exclude<SSMClientConfig['retryStrategy'], undefined | { retry: unknown }>;

/** The SDK waits up to 1 s and then 2 s after a throttled call: a hit would end before AWS's error is known. */
const retryStrategy: RetryStrategy = {
  acquireInitialRetryToken: async () => toRetryToken(0),
  async refreshRetryTokenForRetry(token, { errorType }) {
    const count = token.getRetryCount() + 1;
    if (errorType === 'CLIENT_ERROR' || count > maxRetries) throw new Error('no retry');
    return toRetryToken(count);
  },
  recordSuccess: () => undefined,
};

function toRetryToken(count: number) {
  return { getRetryCount: () => count, getRetryDelay: () => count * retryDelayMs };
}

export function ssmClient(): SSMClient {
  return new SSMClient({
    retryStrategy,
    requestHandler: {
      connectionTimeout: connectionTimeoutMs,
      // The SDK's `requestTimeout` only logs that a response is late, and ignores a response that has started.
      socketTimeout: maxSilenceMs,
      ...createAgents().agents,
    },
  });
}

/**
 * Sends a call with the option that aborts it at its timeout, even while its response arrives, and at the deadline of the
 * work that it is part of. After that deadline, it sends nothing.
 */
export function callInTime<Answer>(
  send: (options: { abortSignal: AbortSignal }) => Promise<Answer>,
): Promise<Answer> {
  return inTime(
    () => {
      const timeout = AbortSignal.timeout(callTimeoutMs);
      const deadline = deadlineSignal();
      return send({ abortSignal: deadline === undefined ? timeout : AbortSignal.any([timeout, deadline]) });
    },
    () => new Error('no response in time'),
  );
}
