import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { beforeEach, expect, test, vi } from 'vitest';
import { handler as admin } from '../../functions/admin.ts';
import { handler as sweep } from '../../functions/sweep.ts';
import { handler as trigger } from '../../functions/trigger.ts';
import { mintToken } from '../../lib/link/token.ts';

/** The Lambda entries themselves, with an environment that lacks everything that infra sets. */

const context = { awsRequestId: 'request-1' } as Context;
const securityHeaders = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'content-security-policy': expect.stringContaining("default-src 'none'"),
  'x-robots-tag': 'noindex, nofollow',
  'x-content-type-options': 'nosniff',
  'strict-transport-security': 'max-age=31536000',
};

let lines: unknown[];

beforeEach(() => {
  vi.stubEnv('RIPCORD_TABLE', undefined);
  vi.stubEnv('RIPCORD_ACCOUNTS', '/home/owner/accounts.json');
  lines = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((line) => {
    lines.push(JSON.parse(String(line)));
    return true;
  });
  return () => {
    write.mockRestore();
    vi.unstubAllEnvs();
  };
});

function fire(accept: string) {
  const event = {
    requestContext: { http: { method: 'POST', sourceIp: '203.0.113.7' } },
    pathParameters: { token: mintToken() },
    headers: { accept },
  };
  return trigger(event as unknown as APIGatewayProxyEventV2, context);
}

test('A trigger with a wrong environment answers 500 as JSON, with the security headers', async () => {
  const { statusCode, headers, body } = await fire('*/*');
  expect({ statusCode, headers }).toEqual({
    statusCode: 500,
    headers: { ...securityHeaders, 'content-type': 'application/json; charset=utf-8' },
  });
  expect(JSON.parse(body ?? '')).toEqual({
    status: 'internal',
    message: 'Unexpected error in Ripcord. Check the position before you fire the link again.',
  });
});

test('A trigger with a wrong environment answers 500 as a page, and names no setting of the owner', async () => {
  const { statusCode, headers, body } = await fire('text/html');
  expect({ statusCode, headers }).toEqual({
    statusCode: 500,
    headers: { ...securityHeaders, 'content-type': 'text/html; charset=utf-8' },
  });
  expect(body).toContain('<h1>Unexpected error</h1>');
  expect(body).not.toMatch(/RIPCORD|owner|accounts/);
});

test('A trigger with a wrong environment logs every hit as failed', async () => {
  await fire('*/*');
  await fire('*/*');
  expect(lines).toMatchObject(
    Array(2).fill({ level: 'ERROR', event: 'hit-failed', requestId: 'request-1', code: 'internal' }),
  );
});

test('An admin function with a wrong environment answers an error that names the settings', async () => {
  expect(await admin({ command: 'positions.list' }, context)).toMatchObject({
    ok: false,
    error: { code: 'internal', issues: [/RIPCORD_TABLE/, /RIPCORD_ACCOUNTS/] },
  });
  expect(lines).toMatchObject([
    { level: 'ERROR', event: 'command-failed', requestId: 'request-1', outcome: 'internal' },
  ]);
});

test('A sweep with a wrong environment logs it, and throws an error that names nothing', async () => {
  const thrown = await sweep({}, context).catch((error: unknown) => error);
  expect(thrown).toMatchObject({ message: 'The sweep failed. The function log has its code.' });
  expect(lines).toMatchObject([{ level: 'ERROR', event: 'sweep-failed', code: 'internal' }]);
});
