import {
  type InvocationType,
  InvokeCommand,
  LambdaClient,
  type LambdaServiceException,
} from '@aws-sdk/client-lambda';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createInvokeApi } from '../../../infra/local/invoke-api.ts';
import { createLambda, type Handler } from '../../../infra/local/lambda.ts';
import { send, serve } from '../loopback/running-server.ts';

function silent() {
  return undefined;
}
const echo: Handler = async (event) => ({ event });

async function withApi(handler: Handler = echo) {
  const lambdas = ['ripcord-admin', 'ripcord-trigger', 'ripcord-sweep'].map((name) =>
    createLambda(name, async (event) => await handler(event, undefined as never), 1_000, silent),
  );
  const lines: string[] = [];
  const { url } = await serve(createInvokeApi({ lambdas, log: (line) => lines.push(line) }));
  const client = new LambdaClient({
    endpoint: url,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
  });
  onTestFinished(() => client.destroy());
  const invoke = (FunctionName: string, Payload?: string, type: InvocationType = 'RequestResponse') =>
    client.send(
      new InvokeCommand({ FunctionName, InvocationType: type, ...(Payload !== undefined && { Payload }) }),
    );
  return { url, lines, lambdas, invoke };
}

function failureOf(promise: Promise<unknown>): Promise<LambdaServiceException> {
  return promise.then(
    () => {
      throw new Error('expected a failure');
    },
    (thrown: LambdaServiceException) => thrown,
  );
}

function textOf(payload: Uint8Array | undefined): string {
  return Buffer.from(payload ?? []).toString('utf8');
}

describe('the local invoke API, called by the AWS SDK', () => {
  it.each([
    'ripcord-admin',
    'ripcord-trigger',
    'ripcord-sweep',
    'ripcord-admin:$LATEST',
    'ripcord-admin:live',
    '000000000000:function:ripcord-admin',
    'arn:aws:lambda:us-east-1:000000000000:function:ripcord-admin',
    'arn:aws:lambda:us-east-1:000000000000:function:ripcord-admin:live',
  ])('invokes %s', async (name) => {
    const { invoke } = await withApi();
    const answer = await invoke(name, '{"command":"positions.list"}');
    expect(answer.StatusCode).toBe(200);
    expect(answer.ExecutedVersion).toBe('$LATEST');
    expect(answer.FunctionError).toBeUndefined();
    expect(answer.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(textOf(answer.Payload)).toBe('{"event":{"command":"positions.list"}}');
  });

  it('reads a missing payload as an empty event', async () => {
    const { invoke } = await withApi();
    expect(textOf((await invoke('ripcord-admin')).Payload)).toBe('{"event":{}}');
  });

  it('returns a thrown error as an unhandled function error without its stack', async () => {
    const { invoke } = await withApi(async () => {
      throw new RangeError('out of it');
    });
    const answer = await invoke('ripcord-admin', '{}');
    expect(answer.StatusCode).toBe(200);
    expect(answer.FunctionError).toBe('Unhandled');
    expect(textOf(answer.Payload)).toBe('{"errorType":"RangeError","errorMessage":"out of it"}');
  });

  it('responds to an event invocation before the function has ended', async () => {
    const end = Promise.withResolvers<void>();
    const { invoke, lambdas } = await withApi(() => end.promise);
    const answer = await invoke('ripcord-sweep', '{}', 'Event');
    expect(answer.StatusCode).toBe(202);
    end.resolve();
    await Promise.all(lambdas.map((lambda) => lambda.settled()));
  });

  it('does not run the function in a dry run', async () => {
    const seen: unknown[] = [];
    const { invoke } = await withApi(async (event) => seen.push(event));
    expect((await invoke('ripcord-admin', '{}', 'DryRun')).StatusCode).toBe(204);
    expect(seen).toEqual([]);
  });

  it('responds with 404 for an unknown function', async () => {
    const { invoke } = await withApi();
    const failure = await failureOf(invoke('ripcord-other', '{}'));
    expect(failure.name).toBe('ResourceNotFoundException');
    expect(failure.$metadata.httpStatusCode).toBe(404);
    expect(failure.message).toBe(
      'Function not found: arn:aws:lambda:us-east-1:000000000000:function:ripcord-other',
    );
  });

  it('rejects a payload that is not JSON', async () => {
    const { invoke } = await withApi();
    const failure = await failureOf(invoke('ripcord-admin', '{"command":'));
    expect(failure.name).toBe('InvalidRequestContentException');
    expect(failure.$metadata.httpStatusCode).toBe(400);
  });

  it('rejects a payload above 6 MB', async () => {
    const { invoke } = await withApi();
    const failure = await failureOf(invoke('ripcord-admin', JSON.stringify('x'.repeat(6 * 1024 * 1024))));
    expect(failure.name).toBe('RequestTooLargeException');
  });

  it("logs the function's name, and not the payload", async () => {
    const { invoke, lines } = await withApi();
    await invoke('ripcord-admin', '{"secret":"s3cret"}');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^invoke ripcord-admin 200 \d+ ms$/);
  });
});

describe('the local invoke API, called by other clients', () => {
  const path = '/2015-03-31/functions/ripcord-admin/invocations';

  const statusFor = async (headers: Record<string, string>) => {
    const seen: unknown[] = [];
    const { url } = await withApi(async (event) => seen.push(event));
    const answer = await send(url, { method: 'POST', path, headers, body: '{}' });
    return { status: answer.status, message: JSON.parse(answer.body).message, calls: seen.length };
  };

  it.each(['127.0.0.1', '127.0.0.1:8787', 'localhost:8787', 'LOCALHOST', '[::1]:8787'])(
    'accepts the host %s',
    async (Host) => {
      expect(await statusFor({ Host })).toMatchObject({ status: 200, calls: 1 });
    },
  );

  it.each(['evil.example', 'evil.example:8787', '127.0.0.1.evil.example', 'localhost.evil.example:8787'])(
    'refuses the host "%s", which a web page may have had resolved to this machine',
    async (Host) => {
      const { status, message, calls } = await statusFor({ Host });
      expect({ status, calls }).toEqual({ status: 403, calls: 0 });
      expect(message).toContain('Host');
    },
  );

  it.each([
    [{ Origin: 'https://evil.example' }],
    [{ Origin: 'null' }],
    [{ Origin: 'http://localhost:3000' }],
    [{ 'Sec-Fetch-Site': 'cross-site' }],
    [{ 'Sec-Fetch-Site': 'same-site' }],
  ])('refuses a web page by %j', async (headers) => {
    const { status, message, calls } = await statusFor(headers);
    expect({ status, calls }).toEqual({ status: 403, calls: 0 });
    expect(message).toContain('Web pages');
  });

  it('responds with 404 for another operation', async () => {
    const { url } = await withApi();
    for (const [method, other] of [
      ['GET', path],
      ['GET', '/2015-03-31/functions'],
      ['DELETE', '/2015-03-31/functions/ripcord-admin'],
    ] as const) {
      const answer = await send(url, { method, path: other });
      expect(answer.status).toBe(404);
      expect(answer.headers['x-amzn-errortype']).toBe('UnknownOperationException');
    }
  });
});
