import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleFunctions } from '../../../../infra/bundle/bundle.ts';
import { toLinkId } from '../../../../lib/link/link.ts';
import { hashToken, mintToken } from '../../../../lib/link/token.ts';
import { alertFor, startFunction } from '../../../bench/function-process.ts';

let out: string;
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'ripcord-edges-'));
  await bundleFunctions({ out });
});
afterAll(() => rm(out, { recursive: true }));

const environment = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  RIPCORD_TABLE: 'ripcord',
  RIPCORD_ACCOUNTS: 'ssm:/ripcord/accounts',
};

/** Fires a link at the bundled trigger. @returns its response and the line that it logged about the error. */
async function fire(token: string, differing: Record<string, string>) {
  let output = '';
  const trigger = await startFunction({
    file: join(out, 'trigger', 'index.mjs'),
    environment: { ...environment, ...differing },
    onOutput: (text) => {
      output += text;
    },
  });
  const { result } = await trigger.invoke(alertFor(token));
  await trigger.stop();
  const line = output.split('\n').find((each) => each.includes('"hit-failed"'));
  const { statusCode, body = '' } = result as { statusCode: number; body?: string };
  return { statusCode, status: JSON.parse(body).status, logged: JSON.parse(line ?? '{}').code };
}

/** A table that returns one item, in DynamoDB's own JSON. */
async function serveItem(item: object) {
  const server = createServer((request, response) => {
    request
      .resume()
      .on('end', () =>
        response
          .setHeader('content-type', 'application/x-amz-json-1.0')
          .end(JSON.stringify({ Responses: { ripcord: [item] }, UnprocessedKeys: {} })),
      );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

test('The bundled trigger answers 500 to a wrong environment, and logs a fault', async () => {
  const answer = await fire(mintToken(), { RIPCORD_ACCOUNTS: '/home/owner/accounts.json' });
  expect(answer).toEqual({ statusCode: 500, status: 'internal', logged: 'internal' });
});

test("The bundled trigger answers 500 to a broken item, and logs zod's error", async () => {
  const token = mintToken();
  const linkId = toLinkId(hashToken(token));
  const broken = { linkId: { S: linkId }, tokenHash: { S: hashToken(token) }, action: { S: 'sell' } };
  const table = await serveItem({ pk: { S: `link#${linkId}` }, sk: { S: 'link' }, ...broken });
  try {
    const answer = await fire(token, { RIPCORD_TABLE_ENDPOINT: table.url });
    expect(answer).toEqual({ statusCode: 500, status: 'internal', logged: 'ZodError' });
  } finally {
    table.close();
  }
});
