import { setTimeout as wait } from 'node:timers/promises';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { createAgents } from '../lib/http-agents.ts';
import type { Environment } from './environment.ts';

/** How long a close that is already recorded waits for Lambda to accept the event. */
const wakeTimeoutMs = 300;
/** Ends a request that is no longer waited for. */
const connectionTimeoutMs = 1_000;
const maxSilenceMs = 1_000;

/**
 * @returns a function that starts a sweep by an asynchronous invocation, and reports whether Lambda has accepted its
 * event; undefined if the environment names no sweep.
 */
export function createWakeSweep({
  RIPCORD_SWEEP_FUNCTION: functionName,
  RIPCORD_SWEEP_ENDPOINT: endpoint,
}: Environment): ((event?: object) => Promise<boolean>) | undefined {
  if (functionName === undefined) return undefined;
  let client: LambdaClient | undefined;
  const invoke = async (event: object): Promise<boolean> => {
    // Loaded by the first close that needs it, so that no other cold start does.
    const { InvokeCommand, LambdaClient } = await import('@aws-sdk/client-lambda');
    client ??= new LambdaClient(toSettings(endpoint));
    const Payload = JSON.stringify(event);
    await client.send(new InvokeCommand({ FunctionName: functionName, InvocationType: 'Event', Payload }));
    return true;
  };
  return (event = {}) => Promise.race([invoke(event), wait(wakeTimeoutMs, false, { ref: false })]);
}

function toSettings(endpoint: string | undefined) {
  const local =
    endpoint === undefined
      ? {}
      : { endpoint, region: 'local', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
  return {
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: connectionTimeoutMs,
      socketTimeout: maxSilenceMs,
      ...createAgents().agents,
    },
    ...local,
  };
}
