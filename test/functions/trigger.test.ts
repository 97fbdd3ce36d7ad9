import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { createTrigger } from '../../functions/trigger.ts';
import { createLink } from '../../lib/admin/links/manage.ts';
import { Fault, type FaultCode } from '../../lib/fault.ts';
import type { Services } from '../../lib/services.ts';
import { newTrader } from '../lib/notify/trader.ts';

const secretPlace = '/home/owner/.ripcord/accounts.json';

/** A link whose exchange can't be connected to, and what the owner's history says of a hit. */
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
  const { url } = await createLink(services, { positionId, action: 'close' }, 'https://example.org');
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
    async fire(accept = '*/*') {
      const event = {
        requestContext: { http: { method: 'POST', sourceIp: '203.0.113.7' } },
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
  it.each([
    ['accounts-unreadable', 'The account behind this link can not be used now. Nothing was sent.'],
    ['account-not-found', 'The account behind this link can not be used now. Nothing was sent.'],
    ['internal', 'Unexpected error in Ripcord.'],
  ] as [FaultCode, string][])('is in the history of %s, and not in the answer', async (code, told) => {
    const { fire, history } = await newTrigger(new Fault(code, `In ${secretPlace} there is no "main".`));
    const answer = await fire();
    expect(JSON.parse(answer.body)).toMatchObject({ status: code, message: told });
    const page = await fire('text/html');
    expect(page.body).toContain(`<p>${told}</p>`);
    for (const { body } of [answer, page]) expect(body).not.toMatch(/owner|"main"|accounts\.json/);
    expect((await history())[0]).toContain(secretPlace);
  });

  it('is not in the answer of a hit that was too slow to be given back, either', async () => {
    const { fire, history } = await newTrigger(new Fault('accounts-unreadable', `In ${secretPlace}.`), 4_000);
    const { status, body } = await fire();
    expect([status, JSON.parse(body).status]).toEqual([503, 'retrying']);
    expect(body).not.toContain(secretPlace);
    expect((await history())[0]).toContain(secretPlace);
  });

  it('is not in the answer where not even the table can be asked', async () => {
    const { fire, trader, lines } = await newTrigger(new Fault('conflict', 'nobody comes this far'));
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
      message: 'The table gave no answer. Try again in a moment.',
    });
    expect(lines).toEqual([{ event: 'hit-failed', requestId: 'request', code: 'table-unreachable' }]);
  });
});

it("the exchange's own words are told", async () => {
  const fault = new Fault('exchange-unreachable', 'binance did not let us look: no answer');
  const { fire } = await newTrigger(fault);
  expect(JSON.parse((await fire()).body)).toMatchObject({ message: expect.stringContaining(fault.message) });
});

it('JSON is answered where it is preferred to a page', async () => {
  const { fire } = await newTrigger(new Fault('exchange-unreachable', 'no answer'));
  expect((await fire('application/json, text/html;q=0.1')).body).toMatch(/^\{/);
  expect((await fire('text/html, application/json;q=0.1')).body).toMatch(/^<!doctype html>/);
});
