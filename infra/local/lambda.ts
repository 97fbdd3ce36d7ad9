import { randomUUID } from 'node:crypto';
import type { Context } from 'aws-lambda';
import { inOneLine, type Log } from '../loopback/log.ts';

/** A function's code. Its caller determines the event: an HTTP event, a command or a scheduled event. */
export type Handler = (event: never, context: Context) => Promise<unknown>;

/** The result of one invocation. `payload` is the function's result as JSON. */
export type Invocation =
  | { kind: 'answered'; requestId: string; payload: string }
  | { kind: 'failed'; requestId: string; errorType: string; errorMessage: string };

export interface Lambda {
  readonly name: string;
  /** Never throws. As on AWS, the function runs to its end even if its caller does not wait. */
  invoke(event: unknown): Promise<Invocation>;
  /** Ends when no invocation is running. */
  settled(): Promise<void>;
  /** The same, after every invocation is left without time: a sweep then no longer waits for closes. */
  stop(): Promise<void>;
}

/**
 * How many invocations of one function run at a time; the others wait. On AWS each has its own environment. Here they
 * share one process: more of them would slow each other down until their requests to the table time out.
 */
const maxConcurrency = 20;

/**
 * Runs a function's code as Lambda does: JSON in and out, a context and a timeout. A function that exceeds its timeout
 * can't be stopped in this process, but its result is ignored.
 */
export function createLambda(name: string, handler: Handler, timeoutMs: number, log: Log): Lambda {
  const running = new Set<Promise<Invocation>>();
  const runInTurn = limitConcurrency(maxConcurrency);
  let isStopping = false;

  const run = async (event: unknown): Promise<Invocation> => {
    const context = createContext(name, timeoutMs, () => isStopping);
    const timeout = startTimeout(context.awsRequestId, timeoutMs);
    const invocation = await Promise.race([callHandler(handler, event, context), timeout.result]);
    timeout.clear();
    if (invocation.kind === 'failed') {
      const thrown = Object.assign(new Error(invocation.errorMessage), { name: invocation.errorType });
      log(`${name} failed: ${inOneLine(thrown)}`);
    }
    return invocation;
  };

  const settled = async () => {
    while (running.size > 0) await Promise.all(running);
  };

  return {
    name,
    settled,
    stop() {
      isStopping = true;
      return settled();
    },
    invoke(event) {
      const invocation = runInTurn(() => run(event));
      running.add(invocation);
      void invocation.finally(() => running.delete(invocation));
      return invocation;
    },
  };
}

/** @returns what runs a task when fewer than `limit` are running, first come, first served. Tasks must not throw. */
function limitConcurrency(limit: number): <Result>(task: () => Promise<Result>) => Promise<Result> {
  const waiting: (() => void)[] = [];
  let free = limit;
  return async (task) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    const result = await task();
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
    return result;
  };
}

function startTimeout(requestId: string, timeoutMs: number): { result: Promise<Invocation>; clear(): void } {
  const { promise, resolve } = Promise.withResolvers<Invocation>();
  const timer = setTimeout(() => {
    const errorMessage = `RequestId: ${requestId} Error: Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`;
    resolve({ kind: 'failed', requestId, errorType: 'Sandbox.Timedout', errorMessage });
  }, timeoutMs);
  return { result: promise, clear: () => clearTimeout(timer) };
}

async function callHandler(handler: Handler, event: unknown, context: Context): Promise<Invocation> {
  const requestId = context.awsRequestId;
  try {
    // As on AWS, only the function and its caller know the event's type.
    const result = await handler(event as never, context);
    return { kind: 'answered', requestId, payload: JSON.stringify(result) ?? 'null' };
  } catch (thrown) {
    return thrown instanceof Error
      ? { kind: 'failed', requestId, errorType: thrown.name, errorMessage: thrown.message }
      : { kind: 'failed', requestId, errorType: typeof thrown, errorMessage: String(thrown) };
  }
}

function createContext(name: string, timeoutMs: number, isStopping: () => boolean): Context {
  const deadline = Date.now() + timeoutMs;
  const refuse = (): never => {
    throw new Error('The Lambda runtime has no callbacks: return the result instead.');
  };
  return {
    callbackWaitsForEmptyEventLoop: false,
    functionName: name,
    functionVersion: '$LATEST',
    invokedFunctionArn: toArn(name),
    memoryLimitInMB: '1024',
    awsRequestId: randomUUID(),
    logGroupName: `/aws/lambda/${name}`,
    logStreamName: 'local',
    getRemainingTimeInMillis: () => (isStopping() ? 0 : Math.max(0, deadline - Date.now())),
    done: refuse,
    fail: refuse,
    succeed: refuse,
  };
}

/** @returns the function's ARN in an AWS account that can't exist. */
export function toArn(name: string): string {
  return `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
}
