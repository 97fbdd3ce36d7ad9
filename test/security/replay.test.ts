import { expect, it } from 'vitest';
import { fire, hit, ledgerSince, markOf, startEnvironment } from '../end-to-end/environment.ts';
import { adopt, newTrader, placeEntry, spotLong } from '../end-to-end/trader.ts';
import { navigation } from './header-sets.ts';

/** However often and by however many a link is hit: its position's state decides, and decides once. */

const environment = await startEnvironment();
const { core } = environment;

it('makes one order of 1,000 hits at once on four links', { timeout: 240_000 }, async () => {
  const trader = await newTrader(environment, spotLong);
  const { positionId } = await adopt(trader, { entryOrders: [placeEntry(trader, { filled: 'all' })] });
  const urls: string[] = [];
  for (let made = 0; made < 4; made += 1) urls.push(await environment.newLink(positionId, 'close'));
  const mark = markOf(core);
  const { accept, ...person } = navigation('chromeWindows', 'none');
  const answers = await Promise.all(
    Array.from({ length: 1_000 }, (_, index) => {
      const url = urls[index % urls.length] ?? '';
      return index % 5 === 0 ? hit(url, { headers: person }) : fire(url);
    }),
  );
  const { orders, requests } = ledgerSince(core, mark);
  expect(orders).toHaveLength(1);
  expect(requests).toHaveLength(1);
  const told = answers.map(({ status, json }) => `${status} ${json.outcome ?? json.status}`);
  // 503 and 429 are what a gateway says that has too much to do; it has not asked the function then.
  expect(new Set(told)).toEqual(
    new Set(told.filter((words) => /^(200 closed|202 in-progress|(503|429) )/.test(words))),
  );
  expect(answers.filter(({ json }) => json.outcome === 'closed' && !json.repeated)).toHaveLength(1);
  expect(await fire(urls[0] ?? '')).toMatchObject({ status: 200, json: { repeated: true } });
  expect(ledgerSince(core, mark).orders).toHaveLength(1);
});
