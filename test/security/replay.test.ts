import { expect, it } from 'vitest';
import { fire, hit, ledgerSince, markOf, startEnvironment } from '../end-to-end/environment.ts';
import { adopt, newTrader, placeEntry, spotLong } from '../end-to-end/trader.ts';
import { navigation } from './header-sets.ts';

/** The position's state decides, and decides once, however many hits there are on however many links. */

const environment = await startEnvironment();
const { core } = environment;

/** 1,000 connections at once exceed the backlog of a slow machine, which resets some. Their senders have no answer. */
function answerOrReset<Received>(sent: Promise<Received>): Promise<Received | undefined> {
  return sent.catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ECONNRESET') return undefined;
    throw thrown;
  });
}

it('1,000 simultaneous hits on four links make one order', { timeout: 240_000 }, async () => {
  const trader = await newTrader(environment, spotLong);
  const { positionId } = await adopt(trader, { entryOrders: [placeEntry(trader, { filled: 'all' })] });
  const urls: string[] = [];
  for (let made = 0; made < 4; made += 1) urls.push(await environment.newLink(positionId, 'close'));
  const mark = markOf(core);
  const { accept, ...person } = navigation('chromeWindows', 'none');
  const sent = await Promise.all(
    Array.from({ length: 1_000 }, (_, index) => {
      const url = urls[index % urls.length] ?? '';
      return answerOrReset(index % 5 === 0 ? hit(url, { headers: person }) : fire(url));
    }),
  );
  const answers = sent.filter((answer) => answer !== undefined);
  expect(answers.length).toBeGreaterThan(900);
  const { orders, requests } = ledgerSince(core, mark);
  expect(orders).toHaveLength(1);
  expect(requests).toHaveLength(1);
  const statuses = answers.map(({ status, json }) => `${status} ${json.outcome ?? json.status}`);
  // An overloaded gateway answers 503 or 429 without invoking the function.
  expect(new Set(statuses)).toEqual(
    new Set(statuses.filter((words) => /^(200 closed|202 in-progress|(503|429) )/.test(words))),
  );
  // None if the connection that was reset is that of the hit which closed.
  const closed = answers.filter(({ json }) => json.outcome === 'closed' && !json.repeated).length;
  expect(closed).toBeLessThanOrEqual(1);
  expect(closed).toBeGreaterThanOrEqual(Math.min(1, 1 - (sent.length - answers.length)));
  expect(await fire(urls[0] ?? '')).toMatchObject({ status: 200, json: { repeated: true } });
  expect(ledgerSince(core, mark).orders).toHaveLength(1);
});
