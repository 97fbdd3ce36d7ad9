import type { Page } from 'playwright-core';
import { type Environment, fire } from '../end-to-end/environment.ts';
import {
  adopt,
  newTrader,
  perpetualLong,
  placeEntry,
  placeExits,
  refuseOrders,
  spotLong,
} from '../end-to-end/trader.ts';
import { choose, createLink, go } from './harness.ts';

/**
 * Every screen and dialog of the console, and how a trader gets there. A test fails until a new view of route.ts and a
 * new dialog of dialog-name.ts is on this list.
 */
export interface Screen {
  name: string;
  /** The view of route.ts, or the dialog's kind in dialog-name.ts. Absent: another state of one of them. */
  of?: string;
  open(page: Page, seeded: Seeded): Promise<void>;
}

/** Position ids by status. */
export type Seeded = Awaited<ReturnType<typeof seedScreens>>;

/** A position of each status, and links and hits of each result. A closing position would take long to end. */
export async function seedScreens(environment: Environment) {
  const { core } = environment;
  const trader = await newTrader(environment, spotLong);
  const one = async (label: string, filled?: string) => {
    const entry = placeEntry(trader, filled === undefined ? {} : { filled });
    return (await adopt(trader, { entryOrders: [entry], label })).positionId;
  };
  const link = (positionId: string, action: 'close' | 'keep') => environment.newLink(positionId, action);
  const closed = await one('closed', 'all');
  await fire(await link(closed, 'close'));
  const canceled = await one('canceled');
  await fire(await link(canceled, 'keep'));
  const failed = await one('failed', 'all');
  refuseOrders(environment);
  await fire(await link(failed, 'close'));
  core.clearFaults();
  const attention = await one('attention', 'all');
  core.setLiquidity({ market: 'spot', symbol: 'ETHUSDT', amount: '0.3' });
  await fire(await link(attention, 'close'));
  core.setLiquidity({ market: 'spot', symbol: 'ETHUSDT', amount: null });
  const unfilled = await one('unfilled');
  const partlyFilled = await one('partly', '0.4');
  const entry = placeEntry(trader, { filled: 'all' });
  const { takeProfit, stop } = placeExits(trader, '0.999');
  const { positionId: filled } = await adopt(trader, {
    entryOrders: [entry],
    exitOrders: [takeProfit, stop],
    label: 'filled',
  });
  const fired = await environment.admin('links.create', {
    positionId: filled,
    action: 'keep',
    label: 'fired',
  });
  await fire(fired.url);
  await environment.admin('links.create', {
    positionId: filled,
    action: 'close',
    percent: 50,
    label: 'half',
    maxUses: 3,
    expiresIn: 86_400,
    sources: ['203.0.113.7'],
  });
  const standing = { account: trader.account, symbol: 'ETH/USDT', side: 'long' } as const;
  await environment.admin('links.create', {
    ...standing,
    action: 'close',
    rehearsal: true,
    label: 'rehearsed',
  });
  await environment.admin('links.create', {
    ...standing,
    action: 'heartbeat',
    watch: { every: '5m', missed: 2, then: 'tell' },
    label: 'watched',
  });
  await environment.admin('positions.edit', { positionId: filled, tag: 'trend' });
  await environment.admin('notify.add', {
    channel: { kind: 'slack', url: 'https://hooks.slack.com/services/T0/B0/x' },
  });
  // What can be adopted.
  placeEntry(trader, { amount: '0.5' });
  const futures = await newTrader(environment, perpetualLong);
  const perpetualEntry = placeEntry(futures, { filled: 'all' });
  const { positionId: perpetual } = await adopt(futures, { entryOrders: [perpetualEntry] });
  const { account } = trader;
  return { account, closed, canceled, failed, attention, unfilled, partlyFilled, filled, perpetual };
}

/** Goes to a view by its address. */
async function visit(page: Page, hash: string, heading: string | RegExp): Promise<void> {
  await page.evaluate(`location.hash = '${hash}'`);
  await page.getByRole('heading', { level: 1, name: heading }).waitFor();
}

async function visitPosition(page: Page, positionId: string, status: RegExp): Promise<void> {
  await visit(page, `#/positions/${positionId}`, status);
}

function positionScreen(status: Exclude<keyof Seeded, 'account'>, heading: RegExp): Screen {
  return {
    name: `Position Info, ${status}`,
    open: (page, seeded) => visitPosition(page, seeded[status], heading),
  };
}

/** A dialog that the three dots of a filled position open. */
function positionDialog(of: string, item: string, ready: string | RegExp): Screen {
  return {
    name: item,
    of,
    async open(page, { filled }) {
      await visitPosition(page, filled, /Filled/);
      await choose(page, /^Actions for ETH/, item);
      await page.getByRole('dialog').getByText(ready).first().waitFor();
    },
  };
}

/** Fills the form that opens a position, but for price and size. */
async function enterOrder(page: Page, { account }: Seeded): Promise<void> {
  await go(page, 'My Positions');
  await page.getByRole('button', { name: 'Open', exact: true }).first().click();
  await page.getByRole('dialog').getByLabel('Account').selectOption(account);
  await page.getByLabel('Market').fill('ETH/USDT');
  await page.getByText(/^now 3,000.00/).waitFor();
  await page.getByRole('button', { name: 'Add target' }).click();
  await page.getByRole('button', { name: 'Add stop' }).click();
  await page.getByRole('spinbutton', { name: 'Stop line' }).waitFor();
}

/** Fills the form of a standing link. */
async function enterStrategy(page: Page, { account }: Seeded): Promise<void> {
  await visit(page, '#/links', 'Links');
  await page.getByRole('button', { name: 'New standing link' }).click();
  await page.getByRole('dialog').getByLabel('Account').selectOption(account);
  await page.getByLabel('Market').fill('ETH/USDT');
  await page.getByLabel("Follow the strategy's state").check();
  await page.getByLabel('Watch for missing alerts').check();
}

/** A dialog that the three dots of a link open. */
function linkDialog(of: string, item: string, ready: string | RegExp, label = 'fired'): Screen {
  return {
    name: `${item} ${label}`,
    of,
    async open(page) {
      await visit(page, '#/links?filter=all', 'Links');
      await choose(page, new RegExp(`^Actions for link ${label}`), item);
      await page.getByRole('dialog').getByText(ready).first().waitFor();
    },
  };
}

const views: Screen[] = [
  { name: 'Dashboard', of: 'dashboard', open: (page) => go(page, 'Dashboard') },
  { name: 'My Positions', of: 'positions', open: (page) => go(page, 'My Positions') },
  {
    name: 'My Positions, closed',
    async open(page) {
      await go(page, 'My Positions');
      await page.getByRole('button', { name: /^Closed/ }).click();
    },
  },
  {
    name: 'My Positions without a match',
    open: (page) => visit(page, '#/positions?search=nothing', 'My Positions'),
  },
  { name: 'Trades', of: 'trades', open: (page) => go(page, 'Trades') },
  {
    name: 'Trades without a match',
    open: (page) => visit(page, '#/trades?market=none', 'Trades'),
  },
  {
    name: 'History',
    of: 'history',
    async open(page) {
      await go(page, 'History');
      await page
        .getByText('Load more')
        .or(page.getByText('Ripcord keeps hits for 90 days'))
        .first()
        .waitFor();
      await page.locator('.hits summary').first().click();
    },
  },
  {
    name: 'History without a match',
    open: (page) => visit(page, '#/history?result=in-progress', 'History'),
  },
  {
    name: 'Links with all of them',
    of: 'links',
    async open(page) {
      await go(page, 'Links');
      await page.getByRole('button', { name: /^All/ }).click();
    },
  },
  {
    name: 'Position Info, filled',
    of: 'position',
    open: (page, { filled }) => visitPosition(page, filled, /Filled/),
  },
  positionScreen('unfilled', /Unfilled/),
  positionScreen('partlyFilled', /Partly filled 40 %/),
  positionScreen('failed', /Filled/),
  positionScreen('attention', /Needs attention/),
  positionScreen('closed', /Closed/),
  positionScreen('canceled', /Canceled/),
  positionScreen('perpetual', /perp/),
  { name: 'a position that is not there', open: (page) => visit(page, '#/positions/pos_0', 'Position Info') },
];

const dialogs: Screen[] = [
  {
    name: 'the menu of a position',
    async open(page) {
      await go(page, 'My Positions');
      await page
        .getByRole('button', { name: /^Actions for ETH/ })
        .first()
        .click();
      await page.getByRole('menu').waitFor();
    },
  },
  positionDialog('create-link', 'Create Webhook Link', /^If fired now: cancels/),
  {
    name: 'Create Webhook Link, options',
    async open(page, { filled }) {
      await visitPosition(page, filled, /Filled/);
      await choose(page, /^Actions for ETH/, 'Create Webhook Link');
      await page.getByText(/^Options:/).click();
    },
  },
  {
    name: 'Your webhook links',
    async open(page, { perpetual }) {
      await visitPosition(page, perpetual, /perp/);
      await choose(page, /^Actions for ETH/, 'Create Webhook Link');
      await createLink(page, 'Both links');
      await page.getByRole('textbox', { name: 'Keep link' }).waitFor();
      await page.getByText('QR code').first().click();
    },
  },
  positionDialog('edit-exits', 'Edit exits', 'Stop at break-even'),
  {
    name: 'Replace these exits?',
    async open(page, { filled }) {
      await visitPosition(page, filled, /Filled/);
      await choose(page, /^Actions for ETH/, 'Edit exits');
      await page.getByRole('button', { name: 'Stop at break-even' }).click();
      await page.getByRole('button', { name: 'Review exits' }).click();
      await page.getByRole('heading', { name: 'Exits now' }).waitFor();
    },
  },
  {
    name: 'Move stop',
    async open(page, { filled }) {
      await visitPosition(page, filled, /Filled/);
      await page.getByRole('spinbutton', { name: 'Stop line' }).press('PageUp');
      await page.getByRole('spinbutton', { name: 'Stop line' }).press('Enter');
      await page.getByRole('dialog').waitFor();
    },
  },
  positionDialog('close', 'Close now…', /^If closed now: cancels/),
  positionDialog('forget', 'Forget…', /forget/i),
  {
    name: 'Resolve',
    of: 'resolve',
    async open(page, { attention }) {
      await visitPosition(page, attention, /Needs attention/);
      await page.getByRole('button', { name: 'Resolve…' }).click();
      await page.getByText('The position is still open.').waitFor();
    },
  },
  {
    name: 'Adopt, what is open',
    of: 'adopt',
    async open(page, { account }) {
      await go(page, 'My Positions');
      await page.getByRole('button', { name: 'Adopt' }).click();
      await page.getByRole('dialog').getByLabel('Account').selectOption(account);
      await page.getByRole('button', { name: /ETH\/USDT long 1 entry/ }).waitFor();
    },
  },
  {
    name: 'Adopt, the form',
    async open(page, { account }) {
      await go(page, 'My Positions');
      await page.getByRole('button', { name: 'Adopt' }).click();
      await page.getByRole('dialog').getByLabel('Account').selectOption(account);
      await page.getByRole('button', { name: /ETH\/USDT long 1 entry/ }).click();
      await page
        .getByRole('checkbox', { name: /Buy 0.5 ETH/ })
        .first()
        .waitFor();
    },
  },
  { name: 'Open', of: 'open', open: enterOrder },
  {
    name: 'Place this order?',
    async open(page, seeded) {
      await enterOrder(page, seeded);
      await page.getByLabel('Price in USDT').fill('2900');
      await page.getByLabel('Amount in ETH').fill('1');
      await page.getByRole('button', { name: 'Review order' }).click();
      await page.getByRole('button', { name: 'Place LIMIT buy' }).waitFor();
    },
  },
  { name: 'New standing link', of: 'create-strategy-link', open: enterStrategy },
  {
    name: 'New standing link that moves the stop of an account',
    async open(page) {
      await visit(page, '#/links', 'Links');
      await page.getByRole('button', { name: 'New standing link' }).click();
      await page.getByRole('button', { name: 'Account', exact: true }).click();
      await page.getByRole('button', { name: 'Move stop' }).click();
      await page.getByRole('button', { name: 'Trail %' }).click();
    },
  },
  {
    name: 'Create this link?',
    async open(page, seeded) {
      await enterStrategy(page, seeded);
      await page.getByRole('button', { name: 'Review link' }).click();
      await page.getByText(/^Matches now/).waitFor();
    },
  },
  {
    name: 'a standing link that waits for its first alert',
    async open(page, seeded) {
      await enterStrategy(page, seeded);
      await page.getByRole('button', { name: 'Review link' }).click();
      await page.getByRole('button', { name: 'Create link' }).click();
      await page.getByText('Waiting for the first alert…').waitFor();
      await page.getByText('You have a strategy script').click();
    },
  },
  linkDialog('preview', 'What would it do now?', 'Would not act', 'rehearsed'),
  linkDialog('arm', 'Arm…', 'Arm link', 'rehearsed'),
  linkDialog('update', 'Rename or extend…', 'No alert has arrived yet.', 'watched'),
  positionDialog('edit-position', 'Label and tag…', 'Notify me of a missing stop'),
  linkDialog('preview', 'What would it do now?', /^If fired now/),
  linkDialog('history', 'History', /requests? to the exchange|Kept open|Fired/),
  linkDialog('update', 'Rename or extend…', 'Label (only you see it)'),
  linkDialog('revoke', 'Revoke…', 'Revoke link'),
  {
    name: 'Close many',
    of: 'close-many',
    async open(page) {
      await visit(page, '#/positions', 'My Positions');
      await page.getByRole('button', { name: /^Close these/ }).click();
      await page
        .getByRole('dialog')
        .getByText(/^If closed now/)
        .first()
        .waitFor();
    },
  },
  {
    name: 'Revoke many',
    of: 'revoke-many',
    async open(page) {
      await go(page, 'Links');
      await page.getByRole('button', { name: /^Revoke these/ }).click();
      await page.getByLabel(/^Type revoke/).waitFor();
    },
  },
  {
    name: 'Add a notification channel',
    of: 'add-channel',
    async open(page) {
      await go(page, 'Dashboard');
      await page.getByRole('button', { name: 'Add channel' }).click();
      await page.getByText(/^Options: name/).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Add channel' }).click();
      await page.getByText('Nothing was sent. Correct the marked fields.').waitFor();
    },
  },
  {
    name: 'Remove a notification channel',
    of: 'remove-channel',
    async open(page) {
      await go(page, 'Dashboard');
      await choose(page, /^Actions for channel slack/, 'Remove…');
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'Resume all links',
    of: 'resume',
    async open(page) {
      await page.getByRole('button', { name: 'Pause all links' }).click();
      // The toast is there too.
      await page.getByText('All links are paused. Hits are refused until you resume.').waitFor();
      await page.getByRole('button', { name: 'Resume links' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
];

export const screens = [...views, ...dialogs];

/** Closes what is open: a dialog that holds an uncopied link asks once more. */
export async function closeDialogs(page: Page): Promise<void> {
  for (let tries = 0; tries < 3; tries += 1) {
    if ((await page.locator('dialog[open], [role="menu"]').count()) === 0) return;
    await page.keyboard.press('Escape');
    await page.evaluate('new Promise(requestAnimationFrame)');
  }
}
