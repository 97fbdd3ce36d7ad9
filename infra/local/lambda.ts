import { randomUUID } from 'node:crypto';
import type { Context } from 'aws-lambda';
import { inOneLine, type Log } from '../loopback/log.ts';

/** A function's code. What its event is, only its caller knows: an HTTP event, a command, a schedule's. */
export type Handler = (event: never, context: Context) => Promise<unknown>;

/** What came of one invocation. `payload` is JSON, as it travels from the function. */
export type Invocation =
  | { kind: 'answered'; requestId: string; payload: string }
  | { kind: 'failed'; requestId: string; errorType: string; errorMessage: string };

export interface Lambda {
  readonly name: string;
  /** Never throws. Goes on to its end when nobody waits for it, as on AWS. */
  invoke(event: unknown): Promise<Invocation>;
  /** Ends when nothing is running any more. */
  settled(): Promise<void>;
}

/**
 * How many invocations of one function run at a time; the others wait. AWS has a machine for each. Here they share
 * one, and more of them would only hold each other up until their requests to the table run out of time.
 */
const atOnce = 20;

/**
 * Runs a function's code as Lambda would: JSON in and out, a context, and an end at its time-out. What has run
 * over its time can't be killed in this process, but its answer is not waited for.
 */
export function createLambda(name: string, handler: Handler, timeoutMs: number, log: Log): Lambda {
  const running = new Set<Promise<Invocation>>();
  const waiting: (() => void)[] = [];
  let free = atOnce;

  /** Waits for its turn, first come, first served. */
  const runInTurn = async (event: unknown): Promise<Invocation> => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    const invocation = await run(event);
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
    return invocation;
  };

  const run = async (event: unknown): Promise<Invocation> => {
    const requestId = randomUUID();
    const timeout = Promise.withResolvers<Invocation>();
    const timer = setTimeout(() => {
      const errorMessage = `RequestId: ${requestId} Error: Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`;
      timeout.resolve({ kind: 'failed', requestId, errorType: 'Sandbox.Timedout', errorMessage });
    }, timeoutMs);
    const answer = callHandler(handler, event, contextOf(name, requestId, timeoutMs));
    const invocation = await Promise.race([answer, timeout.promise]);
    clearTimeout(timer);
    if (invocation.kind === 'failed') {
      const thrown = Object.assign(new Error(invocation.errorMessage), { name: invocation.errorType });
      log(`${name} failed: ${inOneLine(thrown)}`);
    }
    return invocation;
  };

  return {
    name,
    invoke(event) {
      const invocation = runInTurn(event);
      running.add(invocation);
      void invocation.finally(() => running.delete(invocation));
      return invocation;
    },
    async settled() {
      while (running.size > 0) await Promise.all(running);
    },
  };
}

async function callHandler(handler: Handler, event: unknown, context: Context): Promise<Invocation> {
  const requestId = context.awsRequestId;
  try {
    // The event's type is a promise between the function and who invokes it, on AWS as here.
    const result = await handler(event as never, context);
    return { kind: 'answered', requestId, payload: JSON.stringify(result) ?? 'null' };
  } catch (thrown) {
    return thrown instanceof Error
      ? { kind: 'failed', requestId, errorType: thrown.name, errorMessage: thrown.message }
      : { kind: 'failed', requestId, errorType: typeof thrown, errorMessage: String(thrown) };
  }
}

function contextOf(name: string, requestId: string, timeoutMs: number): Context {
  const deadline = Date.now() + timeoutMs;
  const refuse = (): never => {
    throw new Error('Functions answer by what they return: callbacks are gone from the runtime.');
  };
  return {
    callbackWaitsForEmptyEventLoop: false,
    functionName: name,
    functionVersion: '$LATEST',
    invokedFunctionArn: arnOf(name),
    memoryLimitInMB: '1024',
    awsRequestId: requestId,
    logGroupName: `/aws/lambda/${name}`,
    logStreamName: 'local',
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    done: refuse,
    fail: refuse,
    succeed: refuse,
  };
}

/** @returns the function's ARN in an account that can't exist. */
export function arnOf(name: string): string {
  return `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
}
