import { describe, expect, it } from 'vitest';
import { fromUuid } from '../../lib/exchange/venues/coinbase-client-id.ts';
import { coinbaseSpot } from '../lib/exchange/test-markets.ts';
import { type Days, startDays } from './days.ts';

/** At Coinbase, the same order again is answered with the order that exists. */

const create = { method: 'POST', path: '/api/v3/brokerage/orders' } as const;
const lists = { method: 'GET', path: '/api/v3/brokerage/orders/historical/batch' } as const;

async function startClose() {
  const days = await startDays(coinbaseSpot, { isQuick: true });
  const position = await days.adopt({});
  return { days, position, link: await days.link(position, 'close') };
}

const sentAs = ({ core }: Days) =>
  core.orders().orders.flatMap(({ clientOrderId, side }) => (side === 'sell' ? fromUuid(clientOrderId) : []));

/** Fires the link, whose order is lost, and runs the sweep some time later, and again after its own lease. */
async function closeLost({ days, position, link }: Awaited<ReturnType<typeof startClose>>, ms: number) {
  expect((await days.fire(link)).httpStatus).toBe(202);
  const { attempt } = await days.now(position);
  for (const waitMs of [ms, 15_000]) {
    days.pass(waitMs);
    await days.sweep();
  }
  // No other order was started.
  expect(await days.now(position)).toMatchObject({ state: 'closed', attempt });
  expect(sentAs(days)).toHaveLength(1);
}

/** @returns the client order ids of the creates that had a valid token: time has passed for Coinbase only. */
function sends({ core }: Days): string[] {
  return core
    .ledger()
    .flatMap((each) =>
      each.type === 'request' && each.path === create.path && each.status !== 401
        ? JSON.parse(each.query).client_order_id
        : [],
    );
}

describe('A close order at Coinbase whose answer is lost', () => {
  it('and that never arrived is sent again under its id, once it can no longer arrive', async () => {
    const close = await startClose();
    close.days.core.addFault({ kind: 'drop-before', match: create });
    await closeLost(close, 135_000);
    expect(sends(close.days)).toHaveLength(2);
    expect(new Set(sends(close.days)).size).toBe(1);
  });

  it('and that no look-up shows is sent again, which names the one that exists', async () => {
    const close = await startClose();
    close.days.core.addFault({ kind: 'drop-after', match: create });
    // Those of the hit, and the first one of the sweep.
    close.days.core.addFault({ kind: 'not-found', match: lists, times: 6 });
    await closeLost(close, 135_000);
    expect(sends(close.days)).toHaveLength(2);
    expect(new Set(sends(close.days)).size).toBe(1);
  });

  it('is read by the order id of an acknowledgment, so that a list which never shows it sells nothing twice', async () => {
    const close = await startClose();
    const { core } = close.days;
    // Enough for a second sale.
    core.setBalance({ apiKey: 'key-of-the-tests', market: 'spot', asset: 'BTC', amount: '2' });
    core.addFault({ kind: 'not-found', match: lists, times: 1_000 });
    core.addFault({ kind: 'drop-after', match: create });
    await closeLost(close, 135_000);
    expect(sends(close.days)).toHaveLength(2);
  });

  it('and that arrives a minute later is found, and not sent again', async () => {
    const close = await startClose();
    close.days.core.addFault({ kind: 'late', ms: 60_000, match: create });
    await closeLost(close, 90_000);
    expect(sends(close.days)).toHaveLength(1);
  });
});
