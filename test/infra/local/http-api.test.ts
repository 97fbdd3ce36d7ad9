import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { createHttpApi } from '../../../infra/local/http-api.ts';
import { createLambda } from '../../../infra/local/lambda.ts';
import { send, sendRaw, serve } from '../loopback/running-server.ts';

function silent() {
  return undefined;
}

/** Serves a function that returns `answer`, and records its events. */
async function withFunction(
  answer: (event: APIGatewayProxyEventV2, context: Context) => unknown = () => ({ statusCode: 204 }),
  timeoutMs?: number,
) {
  const events: APIGatewayProxyEventV2[] = [];
  const lines: string[] = [];
  const trigger = createLambda(
    'ripcord-trigger',
    async (event: APIGatewayProxyEventV2, context) => {
      events.push(event);
      return await answer(event, context);
    },
    10_000,
    silent,
  );
  const log = (line: string) => lines.push(line);
  const { url } = await serve(createHttpApi({ trigger, log, ...(timeoutMs !== undefined && { timeoutMs }) }));
  const event = (): APIGatewayProxyEventV2 => {
    const [first] = events;
    if (events.length !== 1 || first === undefined) throw new Error(`${events.length} events instead of one`);
    return first;
  };
  return { url, lines, events, event };
}

describe('the log of the local HTTP API', () => {
  it('has no line for what the sweep opens to check the address', async () => {
    const { url, lines } = await withFunction();
    await send(url, { path: '/l/probe' });
    await send(url, { path: '/l/token' });
    await expect.poll(() => lines).toEqual([expect.stringMatching(/^GET \/l\/\{token\} 204 \d+ ms$/)]);
  });
});

describe('the routes of the local HTTP API', () => {
  it.each([
    ['GET', '/'],
    ['GET', '/l'],
    ['GET', '/l/'],
    ['GET', '/l/token/more'],
    ['GET', '/l/token/'],
    ['GET', '/L/token'],
    ['HEAD', '/l/token'],
    ['PUT', '/l/token'],
    ['DELETE', '/l/token'],
    ['OPTIONS', '/l/token'],
  ])('respond to %s %s with 404 and never call the function', async (method, path) => {
    const { url, events } = await withFunction();
    const answer = await send(url, { method, path });
    expect(answer.status).toBe(404);
    expect(answer.body).toBe(method === 'HEAD' ? '' : '{"message":"Not Found"}');
    expect(events).toEqual([]);
  });

  it.each(['GET', 'POST'])('accept %s with a token', async (method) => {
    const { url, event } = await withFunction();
    expect(await send(url, { method, path: '/l/rc_abc' })).toMatchObject({ status: 204 });
    expect(event().routeKey).toBe(`${method} /l/{token}`);
    expect(event().requestContext.routeKey).toBe(`${method} /l/{token}`);
    expect(event().pathParameters).toEqual({ token: 'rc_abc' });
  });

  it("reject a path that can't be decoded", async () => {
    const { url, events } = await withFunction();
    expect(await send(url, { path: '/l/%E0%A4%A' })).toMatchObject({ status: 400 });
    expect(events).toEqual([]);
  });
});

describe('the event of payload format 2.0', () => {
  it('contains the path decoded and the query as it arrived', async () => {
    const { url, event } = await withFunction();
    await send(url, { path: '/l/a%20b%2Fc?x=1&x=%202&y=a+b&z' });
    expect(event()).toMatchObject({
      version: '2.0',
      rawPath: '/l/a b/c',
      rawQueryString: 'x=1&x=%202&y=a+b&z',
      pathParameters: { token: 'a b/c' },
      queryStringParameters: { x: '1, 2', y: 'a b', z: '' },
      requestContext: { http: { path: '/l/a b/c' } },
    });
  });

  it('omits absent fields instead of setting null', async () => {
    const { url, event } = await withFunction();
    await send(url, { path: '/l/token' });
    for (const name of ['body', 'cookies', 'queryStringParameters', 'stageVariables']) {
      expect(event()).not.toHaveProperty(name);
    }
    expect(event().isBase64Encoded).toBe(false);
    expect(event().rawQueryString).toBe('');
  });

  it('has lowercase header names, and joins repeated headers with commas', async () => {
    const { url, event } = await withFunction();
    await send(url, {
      path: '/l/token',
      headers: { 'X-Many': ['a', 'b'], 'X-One': 'C', 'User-Agent': 'tester' },
    });
    expect(event().headers).toMatchObject({ 'x-many': 'a,b', 'x-one': 'C' });
    expect(event().requestContext.http.userAgent).toBe('tester');
  });

  it('has cookies in cookies only', async () => {
    const { url, event } = await withFunction();
    await send(url, { path: '/l/token', headers: { Cookie: 'a=1; b=2' } });
    expect(event().cookies).toEqual(['a=1', 'b=2']);
    expect(event().headers).not.toHaveProperty('cookie');
  });

  it('takes the source address from the connection, not from a header', async () => {
    const { url, event } = await withFunction();
    await send(url, { path: '/l/token', headers: { 'X-Forwarded-For': '1.2.3.4' } });
    expect(event().requestContext.http.sourceIp).toBe('127.0.0.1');
    expect(event().headers['x-forwarded-for']).toBe('1.2.3.4, 127.0.0.1');
  });

  it('contains method, protocol, stage, time and a request id', async () => {
    const { url, event } = await withFunction();
    const before = Date.now();
    const answer = await send(url, { method: 'POST', path: '/l/token' });
    const { http, stage, requestId, time, timeEpoch } = event().requestContext;
    expect(http).toMatchObject({ method: 'POST', protocol: 'HTTP/1.1' });
    expect(stage).toBe('$default');
    expect(timeEpoch).toBeGreaterThanOrEqual(before);
    expect(time).toMatch(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/);
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.headers['apigw-requestid']).toBe(requestId);
  });

  it.each([
    'text/plain',
    'text/html; charset=utf-8',
    'application/json',
    'Application/JSON; charset=UTF-8',
    'application/xml',
    'application/javascript',
  ])('contains a body of type %s as text', async (type) => {
    const { url, event } = await withFunction();
    await send(url, { method: 'POST', path: '/l/token', headers: { 'Content-Type': type }, body: '{"ä":1}' });
    expect(event()).toMatchObject({ body: '{"ä":1}', isBase64Encoded: false });
  });

  it.each([
    'application/x-www-form-urlencoded',
    'application/octet-stream',
    'application/vnd.api+json',
    'application/jsonp',
    'multipart/form-data',
    undefined,
  ])('contains a body of type %s as base64', async (type) => {
    const { url, event } = await withFunction();
    const headers: Record<string, string> = type === undefined ? {} : { 'Content-Type': type };
    await send(url, { method: 'POST', path: '/l/token', headers, body: 'a=1' });
    expect(event()).toMatchObject({ body: Buffer.from('a=1').toString('base64'), isBase64Encoded: true });
  });
});

describe('the response of the local HTTP API', () => {
  const answerTo = async (result: unknown) => {
    const { url } = await withFunction(() => result);
    return await send(url, { path: '/l/token' });
  };

  it('is the response that the function returns', async () => {
    const answer = await answerTo({
      statusCode: 418,
      headers: { 'Content-Type': 'text/html', 'X-Number': 7 },
      cookies: ['a=1; HttpOnly', 'b=2'],
      body: '<p>ä</p>',
    });
    expect(answer).toMatchObject({ status: 418, body: '<p>ä</p>' });
    expect(answer.headers).toMatchObject({
      'content-type': 'text/html',
      'content-length': '9',
      'x-number': '7',
      'set-cookie': ['a=1; HttpOnly', 'b=2'],
    });
  });

  it('is decoded if the function returns base64', async () => {
    const body = Buffer.from('binary').toString('base64');
    expect(await answerTo({ statusCode: 200, body, isBase64Encoded: true })).toMatchObject({
      body: 'binary',
    });
  });

  it('is plain text if the function sets no content type', async () => {
    const answer = await answerTo({ statusCode: 200, body: 'x' });
    expect(answer.headers['content-type']).toBe('text/plain;charset=UTF-8');
  });

  it('is the result as JSON with status 200 if it has no statusCode', async () => {
    const answer = await answerTo({ some: 'result' });
    expect(answer).toMatchObject({ status: 200, body: '{"some":"result"}' });
    expect(answer.headers['content-type']).toBe('application/json');
  });

  it('is a string result itself with status 200', async () => {
    const answer = await answerTo('Hello');
    expect(answer).toMatchObject({ status: 200, body: 'Hello' });
    expect(answer.headers['content-type']).toBe('application/json');
  });

  it.each([
    ['has no number as status', { statusCode: 'fine' }],
    ['has an object as body', { statusCode: 200, body: { a: 1 } }],
  ])('is 500 if the result %s', async (_, result) => {
    expect(await answerTo(result)).toMatchObject({
      status: 500,
      body: '{"message":"Internal Server Error"}',
    });
  });

  it('is 500 without a reason if the function throws', async () => {
    const { url } = await withFunction(() => {
      throw new Error('the secret reason');
    });
    expect(await send(url, { path: '/l/token' })).toMatchObject({
      status: 500,
      body: '{"message":"Internal Server Error"}',
    });
  });

  it("is 503 if the function exceeds the API's timeout", async () => {
    const late = Promise.withResolvers<unknown>();
    const { url } = await withFunction(() => late.promise, 1);
    expect(await send(url, { path: '/l/token' })).toMatchObject({
      status: 503,
      body: '{"message":"Service Unavailable"}',
    });
    late.resolve(null);
  });

  it('is 413 for a payload above 10 MB, and the function is not called', async () => {
    const { url, events } = await withFunction();
    const body = Buffer.alloc(10 * 1024 * 1024 + 1);
    expect(await send(url, { method: 'POST', path: '/l/token', body })).toMatchObject({ status: 413 });
    expect(events).toEqual([]);
  });

  it('is 431 for headers above 10,240 bytes', async () => {
    const { url } = await withFunction();
    const request = `GET /l/token HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(10_240)}\r\n\r\n`;
    expect(await sendRaw(url, request)).toMatch(/^HTTP\/1\.1 431 /);
  });
});

it('logs one line per request with route, status and duration, and never the token', async () => {
  const { url, lines } = await withFunction();
  await send(url, { path: '/l/rc_secret?also=secret' });
  await send(url, { path: '/l/rc_secret/too' });
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(/^GET \/l\/\{token\} 204 \d+ ms$/);
  expect(lines[1]).toMatch(/^GET \(no route\) 404 \d+ ms$/);
});
