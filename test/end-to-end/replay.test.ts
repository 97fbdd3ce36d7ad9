import { describe, expect, it } from 'vitest';
import { fromUuid } from '../../lib/exchange/venues/coinbase-client-id.ts';
import { coinbaseSpot, type Days, startDays } from './days.ts';

/** At Coinbase, the same order again is answered with the order that exists. */

const create = { method: 'POST', path: '/api/v3/brokerage/orders' } as const;
const lists = { method: 'GET', path: '/api/v3/brokerage/orders/historical/batch' } as const;

async function startClose() {
  const days = await startDays(coinbaseSpot);
  const entry = days.placeOrder({ side: 'buy', type: 'market', amount: '0.5', feeIn: 'quote' });
  const position = await days.adopt({ entries: [entry] });
  return { days, position, link: await days.link(position, 'close') };
}

const sentAs = ({ core }: Days) =>
  core.orders().orders.flatMap(({ clientOrderId, side }) => (side === 'sell' ? fromUuid(clientOrderId) : []));

/** The sweep runs every 12 s and longer, until the window of the first send is over. */
async function sweepFor({ pass, sweep }: Days, ms: number) {
  for (let passed = 0; passed < ms; passed += 15_000) {
    pass(15_000);
    await sweep();
  }
}

describe('A close order at Coinbase whose answer is lost', () => {
  it('and that never arrived is sent again under its id', async () => {
    const { days, position, link } = await startClose();
    days.core.addFault({ kind: 'drop-before', match: create });
    expect((await days.fire(link)).httpStatus).toBe(202);
    await sweepFor(days, 110_000);
    expect(sentAs(days)).toEqual([]);
    await sweepFor(days, 90_000);
    expect(await days.now(position)).toMatchObject({ state: 'closed', attempt: 0 });
    expect(sentAs(days)).toHaveLength(1);
  });

  it('and that no look-up shows is sent again, which names the one that exists', async () => {
    const { days, position, link } = await startClose();
    days.core.addFault({ kind: 'drop-after', match: create });
    days.core.addFault({ kind: 'not-found', match: lists, times: 99 });
    expect((await days.fire(link)).httpStatus).toBe(202);
    await sweepFor(days, 170_000);
    const sends = days.core.ledger().filter((each) => each.type === 'request' && each.path === create.path);
    expect(sends).toHaveLength(2);
    days.core.clearFaults();
    await sweepFor(days, 60_000);
    expect(await days.now(position)).toMatchObject({ state: 'closed', attempt: 0 });
    expect(sentAs(days)).toHaveLength(1);
  });

  it('and that arrives a minute later is found, and not sent again', async () => {
    const { days, position, link } = await startClose();
    days.core.addFault({ kind: 'late', ms: 60_000, match: create });
    expect((await days.fire(link)).httpStatus).toBe(202);
    await sweepFor(days, 120_000);
    expect(await days.now(position)).toMatchObject({ state: 'closed', attempt: 0 });
    expect(sentAs(days)).toHaveLength(1);
  });
});
