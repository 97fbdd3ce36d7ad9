import { SSMClient } from '@aws-sdk/client-ssm';

/** Parameter Store answers within a few hundredths of a second, decryption and all. */
const connectionTimeoutMs = 1_000;
const silenceMs = 1_000;
/** Of one call with all its tries: a hit that waits for its keys has to be answered before TradingView's 3 s are over. */
const callMs = 2_500;

export function ssmClient(): SSMClient {
  return new SSMClient({
    maxAttempts: 3,
    requestHandler: {
      connectionTimeout: connectionTimeoutMs,
      // Of silence. The SDK's `requestTimeout` only logs that an answer is late, and minds none that has begun.
      socketTimeout: silenceMs,
    },
  });
}

/** @returns what ends a call, also one whose answer never comes to its end. */
export function untilDeadline(): { abortSignal: AbortSignal } {
  return {
    abortSignal: AbortSignal.timeout(callMs),
  };
}
