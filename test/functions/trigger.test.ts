import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { createTrigger } from '../../functions/trigger.ts';
import { createLink } from '../../lib/admin/links/create.ts';
import { Fault, type FaultCode } from '../../lib/fault.ts';
import type { Services } from '../../lib/services.ts';
import { accountsInMemory } from '../infra/local/accounts-in-memory.ts';
import { newTrader } from '../lib/notify/trader.ts';

const secretPlace = '/home/owner/.ripcord/accounts.json';

/** A link whose exchange can't be connected to, and what the owner's history records of each hit. */
async function newTrigger(fault: Fault, connectMs = 0) {
  const trader = newTrader();
  const { positionId } = await trader.ended(1, { state: 'open', outcome: undefined, notices: [] });
  const services: Services = {
    ...trader.services,
    exchanges: {
      async of() {
        trader.later(connectMs);
        throw fault;
      },
    },
  };
  const { url } = await createLink(
    { services, accounts: accountsInMemory(), baseUrl: 'https://example.org' },
    { positionId, action: 'close' },
  );
  const lines: object[] = [];
  const log = {
    event: (event: string, fields: object) => lines.push({ event, ...fields }),
    metrics: () => undefined,
  };
  const environment = { RIPCORD_TABLE: 'none', RIPCORD_ACCOUNTS: 'file:/none' } as const;
  const trigger = createTrigger(environment, () => ({ services, accounts: undefined as never }), log);
  return {
    trader,
    lines,
    async fire(accept = '*/*', timeEpoch?: number) {
      const event = {
        requestContext: { http: { method: 'POST', sourceIp: '203.0.113.7' }, timeEpoch },
        pathParameters: { token: url.split('/l/')[1] },
        headers: { accept },
      };
      const context = { awsRequestId: 'request' } as Context;
      const { statusCode, body = '' } = await trigger(event as unknown as APIGatewayProxyEventV2, context);
      return { status: statusCode, body };
    },
    history: async () => (await services.store.listHits(positionId, 10)).map(({ why }) => why),
  };
}

describe("what is the owner's own business", () => {
  const account = 'Nothing was sent. The account behind this link is not available.';

  it.each([
    ['accounts-unreadable', account],
    ['account-not-found', account],
    ['accounts-denied', account],
    ['account-invalid', account],
    [
      'internal',
      'Nothing was sent. Unexpected error in Ripcord. Check the position before you fire the link again.',
    ],
  ] as [FaultCode, string][])('is in the history of %s, and not in the response', async (code, message) => {
    const { fire, history } = await newTrigger(new Fault(code, `In ${secretPlace} there is no "main".`));
    const response = await fire();
    expect(JSON.parse(response.body)).toMatchObject({ status: code, message });
    const page = await fire('text/html');
    expect(page.body).toContain(`<p>${message}</p>`);
    for (const { body } of [response, page]) expect(body).not.toMatch(/owner|"main"|accounts\.json/);
    expect((await history())[0]).toContain(secretPlace);
  });

  it('is not in the response to a hit that was too slow to be given back', async () => {
    const { fire, history } = await newTrigger(new Fault('accounts-unreadable', `In ${secretPlace}.`), 2_400);
    const { status, body } = await fire();
    expect([status, JSON.parse(body).status]).toEqual([503, 'retrying']);
    expect(body).not.toContain(secretPlace);
    expect((await history())[0]).toContain(secretPlace);
  });

  it('is not in the response when the result needs attention, though the reason may repeat any error', async () => {
    const reason = `The exchange refuses to report it: in ${secretPlace} there is no "main".`;
    const { fire, trader, history } = await newTrigger(new Fault('conflict', 'not thrown'));
    const position = await trader.read(1);
    await trader.table.savePosition(position, { state: 'needs-attention', attentionReason: reason });
    for (const { status, body } of [await fire(), await fire('text/html')]) {
      expect(status).toBe(409);
      expect(body).toContain('Ripcord can');
      expect(body).toContain('0.4995 BTC is still open');
      expect(body).not.toMatch(/\/home|"main"|accounts\.json/);
    }
    expect((await history())[0]).toContain(secretPlace);
  });

  it('is not in the response when the table does not respond', async () => {
    const { fire, trader, lines } = await newTrigger(new Fault('conflict', 'not thrown'));
    trader.table.readLinkAndPause = async () => {
      throw new Fault(
        'table-unreachable',
        'The table arn:aws:dynamodb:eu-west-1:123456789012 gave no answer.',
      );
    };
    const { status, body } = await fire();
    expect(status).toBe(503);
    expect(JSON.parse(body)).toEqual({
      status: 'table-unreachable',
      message: 'The database is not available. Try again in a moment.',
    });
    expect(lines).toEqual([{ event: 'hit-failed', requestId: 'request', code: 'table-unreachable' }]);
  });
});

it("the exchange's own error reaches the sender", async () => {
  const fault = new Fault('exchange-unreachable', 'Binance rejected the request: too many requests');
  const { fire } = await newTrigger(fault);
  expect(JSON.parse((await fire()).body)).toMatchObject({ message: `Nothing was sent. ${fault.detail}` });
});

it('JSON is sent when it is preferred to a page', async () => {
  const { fire } = await newTrigger(new Fault('exchange-unreachable', 'no answer'));
  expect((await fire('application/json, text/html;q=0.1')).body).toMatch(/^\{/);
  expect((await fire('text/html, application/json;q=0.1')).body).toMatch(/^<!doctype html>/);
});

describe("the gateway's time of a request", () => {
  const unreachable = new Fault('exchange-unreachable', 'no answer');

  it.each([
    ['a second earlier counts', 1_000, 1_000],
    ['of a slow cold start counts in part, so that there is time to act', 4_000, 1_000],
    ['of another day does not count', 86_400_000, 0],
    ['in the future does not count', -5_000, 0],
  ])('%s', async (_, ageMs, countedMs) => {
    const { fire, trader, lines } = await newTrigger(unreachable);
    const now = trader.services.now();
    expect((await fire('*/*', now - ageMs)).status).toBe(503);
    expect(lines).toMatchObject([{ event: 'hit', ms: countedMs }]);
  });
});
