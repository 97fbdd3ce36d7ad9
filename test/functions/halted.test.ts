import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { expect, onTestFinished, test } from 'vitest';
import { createSweep } from '../../functions/sweep.ts';
import { createTrigger } from '../../functions/trigger.ts';
import { mintToken } from '../../lib/link/token.ts';
import type { Log } from '../../lib/log.ts';
import type { Services } from '../../lib/services.ts';
import { startLoopback } from '../lib/notify/loopback.ts';
import { newTrader } from '../lib/notify/trader.ts';

const environment = { RIPCORD_TABLE: 'none', RIPCORD_ACCOUNTS: 'file:/none' } as const;
const context = { awsRequestId: 'request', getRemainingTimeInMillis: () => 50_000 } as Context;

/** Services whose table and exchange fail the test if anything uses them, and what is logged. */
function newHalted() {
  const { services, later } = newTrader();
  const used: string[] = [];
  const refuse = (what: string) =>
    new Proxy({} as never, {
      get: (_, name) => () => {
        used.push(`${what}.${String(name)}`);
        throw new Error(`${what} was used`);
      },
    });
  const halted: Services = { ...services, store: refuse('store'), exchanges: refuse('exchanges') };
  const lines: object[] = [];
  const log: Log = {
    event: (event, fields, values) => lines.push({ event, ...fields, ...values }),
    metrics: (values) => lines.push(values),
  };
  const build = () => ({ services: halted, accounts: undefined as never, linksHalted: true as const });
  return { used, lines, log, build, later };
}

async function fire(method: string, accept: string) {
  const { used, lines, log, build } = newHalted();
  const event = {
    requestContext: { http: { method, sourceIp: '203.0.113.7' } },
    pathParameters: { token: mintToken() },
    headers: { accept },
  };
  const trigger = createTrigger(environment, build, log);
  const result = await trigger(event as unknown as APIGatewayProxyEventV2, context);
  return { ...result, used, lines };
}

test.each(['GET', 'POST'])(
  'A %s to a link while links are halted gets 503 and uses no table',
  async (method) => {
    const { statusCode, headers, body = '', used, lines } = await fire(method, '*/*');
    expect([statusCode, headers?.['retry-after']]).toEqual([503, '5']);
    expect(JSON.parse(body)).toEqual({
      status: 'halted',
      message:
        'Links are halted while the owner restores a backup. Nothing was done: no position was read or changed. Open the link again when the owner has finished.',
    });
    expect(used).toEqual([]);
    expect(lines).toMatchObject([
      { event: 'hit', decision: 'refused', status: 503, code: 'halted', Failures: undefined },
    ]);
  },
);

test('A browser gets the same as a page', async () => {
  const { statusCode, headers, body } = await fire('GET', 'text/html');
  expect([statusCode, headers?.['content-type']]).toEqual([503, 'text/html; charset=utf-8']);
  expect(body).toContain('<h1>Links are halted</h1>');
  expect(body).not.toContain('<button');
});

test('A sweep while links are halted does nothing but report that it runs, and note when in the health', async () => {
  const { used, lines, log, build } = newHalted();
  const report = await createSweep(environment, build, log)({}, context);
  expect(report).toMatchObject({ positions: 0, notified: 0, failures: [], problems: [] });
  expect(used).toEqual(['store.readAccountHealth']);
  expect(lines).toEqual([{ event: 'sweep-halted' }]);
});

test('A halt that lasts is reported although the table does not respond', async () => {
  const { used, log, build, later } = newHalted();
  const slack = await startLoopback();
  const folder = await mkdtemp(join(tmpdir(), 'ripcord-halted-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'notify.json');
  await writeFile(file, JSON.stringify([{ kind: 'slack', url: slack.url }]), { mode: 0o600 });
  const sweep = createSweep({ ...environment, RIPCORD_NOTIFY: `file:/${file.slice(1)}` }, build, log);
  for (let minute = 0; minute < 90; minute += 1) {
    await sweep({}, context);
    later(60_000);
  }
  expect(slack.received.map(({ body }) => body)).toEqual([
    expect.stringContaining('Links have been halted since 2025-10-09 08:56 UTC or earlier.'),
  ]);
  expect(new Set(used)).toEqual(new Set(['store.readAccountHealth']));
});
