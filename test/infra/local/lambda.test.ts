import type { Context } from 'aws-lambda';
import { expect, it } from 'vitest';
import { createLambda } from '../../../infra/local/lambda.ts';

function silent() {
  return undefined;
}

it('calls the handler with a Lambda context', async () => {
  const lambda = createLambda(
    'ripcord-admin',
    async (_event: unknown, context: Context) => ({
      id: context.awsRequestId,
      name: context.functionName,
      arn: context.invokedFunctionArn,
      remaining: context.getRemainingTimeInMillis(),
    }),
    29_000,
    silent,
  );
  const invocation = await lambda.invoke({});
  if (invocation.kind !== 'answered') throw new Error('expected an answer');
  const seen = JSON.parse(invocation.payload);
  expect(seen).toMatchObject({
    id: invocation.requestId,
    name: 'ripcord-admin',
    arn: 'arn:aws:lambda:us-east-1:000000000000:function:ripcord-admin',
  });
  expect(seen.remaining).toBeGreaterThan(28_000);
  expect(seen.remaining).toBeLessThanOrEqual(29_000);
});

it('returns null if the handler returns nothing', async () => {
  expect(await createLambda('f', async () => undefined, 1_000, silent).invoke({})).toMatchObject({
    payload: 'null',
  });
});

it('returns the type and message of a thrown error', async () => {
  const lambda = createLambda(
    'f',
    async () => {
      throw new TypeError('wrong');
    },
    1_000,
    silent,
  );
  expect(await lambda.invoke({})).toMatchObject({
    kind: 'failed',
    errorType: 'TypeError',
    errorMessage: 'wrong',
  });
});

it('ends an invocation at its timeout', async () => {
  const late = Promise.withResolvers<void>();
  const lambda = createLambda('f', () => late.promise, 5, silent);
  expect(await lambda.invoke({})).toMatchObject({ kind: 'failed', errorType: 'Sandbox.Timedout' });
  late.resolve();
});

it('logs a failure in one line, with tokens truncated', async () => {
  const lines: string[] = [];
  const lambda = createLambda(
    'f',
    async () => {
      throw new Error(`bad\n  rc_${'a1B'.repeat(16)}`);
    },
    1_000,
    (line) => lines.push(line),
  );
  await lambda.invoke({});
  expect(lines).toEqual(['f failed: Error: bad rc_…']);
});

it('is settled only when all invocations have ended', async () => {
  const work = Promise.withResolvers<void>();
  const lambda = createLambda('f', () => work.promise, 1_000, silent);
  const events: string[] = [];
  const invocation = lambda.invoke({}).then(() => events.push('invocation'));
  const settled = lambda.settled().then(() => events.push('settled'));
  work.resolve();
  await Promise.all([invocation, settled]);
  expect(events).toEqual(['invocation', 'settled']);
});

it('leaves a running invocation no time when it is stopped', async () => {
  const work = Promise.withResolvers<void>();
  const lambda = createLambda(
    'f',
    async (_event: unknown, context: Context) => {
      const before = context.getRemainingTimeInMillis();
      await work.promise;
      return [before > 0, context.getRemainingTimeInMillis()];
    },
    1_000,
    silent,
  );
  const invocation = lambda.invoke({});
  const stopped = lambda.stop();
  work.resolve();
  await stopped;
  expect(await invocation).toMatchObject({ payload: '[true,0]' });
});

it('limits concurrent invocations, and runs all of them eventually', async () => {
  const work = Promise.withResolvers<void>();
  let running = 0;
  let most = 0;
  const handler = async () => {
    running += 1;
    most = Math.max(most, running);
    await work.promise;
    running -= 1;
  };
  const lambda = createLambda('f', handler, 10_000, silent);
  const invocations = Array.from({ length: 100 }, () => lambda.invoke({}));
  work.resolve();
  const kinds = (await Promise.all(invocations)).map(({ kind }) => kind);
  expect(new Set(kinds)).toEqual(new Set(['answered']));
  expect(kinds).toHaveLength(100);
  expect(most).toBe(20);
});
