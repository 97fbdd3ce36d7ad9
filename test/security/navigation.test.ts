import { beforeEach, describe, expect, it } from 'vitest';
import { classifyNavigation } from '../../lib/trigger/navigation.ts';
import { hit, markOf, startEnvironment } from '../end-to-end/environment.ts';
import { adopt, newTrader, placeEntry, spotLong } from '../end-to-end/trader.ts';
import { type HeaderSet, indistinguishable, people, posts, unproven } from './header-sets.ts';

/** Which requests fire a link, from the headers as they travel to the exchange's ledger. */

const environment = await startEnvironment();
const { core } = environment;

let positionId: string;
beforeEach(async () => {
  const trader = await newTrader(environment, spotLong);
  ({ positionId } = await adopt(trader, { entryOrders: [placeEntry(trader, { filled: 'all' })] }));
});

function send(url: string, { method = 'GET', headers }: HeaderSet) {
  // As JSON, so that one test reads all answers; what a browser would be shown says the same.
  const others = Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'accept');
  return hit(url, { method, headers: Object.fromEntries(others) });
}
async function newUrl(options: object = {}) {
  return (await environment.admin('links.create', { positionId, action: 'close', ...options })).url;
}
const closed = { status: 200, json: { outcome: 'closed' } };
const asked = { status: 200, json: { status: 'confirm' } };

it('The classification is tested with more than 100 real header sets', () => {
  const sets = [...people, ...posts, ...unproven, ...indistinguishable];
  expect(new Set(sets.map(({ from }) => from)).size).toBe(sets.length);
  expect(sets.length).toBeGreaterThan(100);
});

describe('a person', () => {
  it.each(people)('fires with $from', async (set) => {
    expect(await send(await newUrl(), set)).toMatchObject(closed);
  });
});

describe('a POST without a body', () => {
  it.each(posts)('fires from $from', async (set) => {
    expect(await send(await newUrl(), set)).toMatchObject(closed);
  });
});

describe('a GET that shows no person', () => {
  it.each(unproven)('only gets the question: $from', async (set) => {
    const url = await newUrl();
    const mark = markOf(core);
    expect(await send(url, set)).toMatchObject(asked);
    expect(core.ledger({ since: mark })).toEqual([]);
    const { hits } = await environment.admin('history.list', { positionId });
    expect(hits).toMatchObject([{ method: 'GET', decision: 'confirmation-required', requests: [] }]);
  });
});

describe('a request that looks exactly like a person', () => {
  it.each(indistinguishable)('fires: $from', async (set) => {
    expect(await send(await newUrl(), set)).toMatchObject(closed);
  });

  it.each([...indistinguishable, ...people])(
    'only gets the question if the link is to be confirmed: $from',
    async (set) => {
      const urls = [await newUrl({ confirm: true }), await newUrl({ methods: 'post-only' })];
      const mark = markOf(core);
      for (const url of urls) expect(await send(url, set)).toMatchObject(asked);
      expect(core.ledger({ since: mark })).toEqual([]);
    },
  );

  it('sees which position the button is for, which no preview does', async () => {
    const url = await newUrl({ confirm: true });
    const [person, bot] = [people[0], unproven[0]];
    if (person === undefined || bot === undefined) throw new Error('There are no header sets.');
    expect((await send(url, person)).json).toMatchObject({ ...asked.json, symbol: 'ETH/USDT', side: 'long' });
    expect((await send(url, bot)).body).not.toContain('ETH');
    const shown = { ...person.headers, accept: 'text/html' };
    expect((await hit(url, { headers: shown })).body).toContain('<dt>Market</dt><dd>ETH/USDT</dd>');
  });
});

it('A header name in another case than the gateway sends proves nothing', () => {
  const [first] = people;
  const capitals = Object.entries(first?.headers ?? {}).map(([name, value]) => [name.toUpperCase(), value]);
  expect(classifyNavigation(Object.fromEntries(capitals))).toMatchObject({ userInitiated: false });
});
