import type { TroubleCause } from '../exchange/trouble-cause.ts';
import {
  type AccountHealth,
  linkAddress,
  type News,
  noteNews,
  parseEgressName,
  type Trouble,
} from '../health/account-health.ts';
import { describeExpiry } from '../health/key-expiry.ts';
import { addNotice } from '../position/notice.ts';
import { toSentence } from '../position/wording.ts';
import { toSafeLine } from './notice-text.ts';

/** @returns the health with a notice about the news, to be stored in one write. */
export function appendAccountNotice(health: AccountHealth, news: News, now: number): AccountHealth {
  const notice = {
    noticeId: `ntc_health_${health.revision + 1}`,
    at: now,
    event: 'accounts' as const,
    text: toSafeLine(
      [describeFailing(news.failing), describeWorking(news.working), describeExpiring(news.expiring, now)]
        .flat()
        .join(' '),
      maxTextLength,
    ),
    delivered: {},
  };
  return { ...noteNews(health, news, now), notices: addNotice(health.notices, notice) };
}

/** Three accounts with their remedies, below the limit of every channel. */
const maxTextLength = 1_500;

/** @returns what follows from the failure of what all accounts need; undefined for an account. */
function describeEffect(name: string): string | undefined {
  if (name === linkAddress) return "Such links can't close positions until this is fixed.";
  if (parseEgressName(name) === undefined) return undefined;
  return 'Accounts with "egress" use the other fixed address, or send nothing until this is fixed.';
}

/** @returns the all-clear of what all accounts need; undefined for an account. */
function describeAllClear(name: string): string | undefined {
  const address = parseEgressName(name);
  if (address !== undefined) return `The fixed address ${address} works again.`;
  return name === linkAddress ? 'Links can be opened again.' : undefined;
}

const toRemedy: Record<TroubleCause, (account: string) => string> = {
  key: (account) => `The key was deleted, or the key or the secret is wrong. ${replaceKey(account)}`,
  expired: (account) => `The key has expired. ${replaceKey(account)}`,
  address: () => "The key does not allow Ripcord's address. Add the address to the key at the exchange.",
  'key-or-address': (account) =>
    `The key was deleted or has expired, or it does not allow Ripcord's address. Check it at the exchange. ${replaceKey(account)}`,
  permission: () => 'Allow the key to trade: at the exchange, edit its permissions.',
  rate: () =>
    "The exchange limits or has banned Ripcord's address. Ripcord keeps trying. Stop other programs that use the account.",
  clock: () =>
    "The clock differs from the exchange's. Ripcord has adjusted to it without success. Set this machine's clock; on AWS, check the exchange's status.",
  region: () => 'The exchange does not serve the place that Ripcord runs in. Deploy in another region.',
  unreachable: () => "Ripcord keeps trying. Check the exchange's status, and whether its own app can close.",
};

function replaceKey(account: string): string {
  return `Create a new key and store it: ripcord accounts add ${account} --exchange EXCHANGE --replace.`;
}

/** More accounts than these are counted only, so that the message stays short. */
const namedAccounts = 3;

function describeFailing(news: News['failing']): string[] {
  const address = news.flatMap(([name, { why }]) => {
    const effect = describeEffect(name);
    return effect === undefined ? [] : [why, effect];
  });
  const failing = news.filter(([name]) => describeEffect(name) === undefined);
  if (failing.length === 0) return address;
  const reasons = failing.slice(0, namedAccounts).map(([account, { why, cause }]) => {
    const remedy = cause === undefined ? '' : `${toRemedy[cause](account)} `;
    return `${account}: ${toSentence(why)} ${remedy}Run: ripcord accounts check ${account}`;
  });
  const effect = `Links can't close ${failing.length === 1 ? 'its' : 'their'} positions until this is fixed.`;
  return [
    `${listAccounts(failing.map(([account]) => account))} can't act${describeReminder(failing)}.`,
    effect,
    ...reasons,
    ...address,
  ];
}

function describeReminder(failing: [string, Trouble][]): string {
  return failing.every(([, { notifiedAt }]) => notifiedAt !== undefined) ? ', still' : '';
}

function describeWorking(news: string[]): string[] {
  const address = news.flatMap((name) => describeAllClear(name) ?? []);
  const working = news.filter((name) => describeAllClear(name) === undefined);
  if (working.length === 0) return address;
  return [...address, `${listAccounts(working)} ${working.length === 1 ? 'works' : 'work'} again.`];
}

function describeExpiring(news: News['expiring'], now: number): string[] {
  if (news.length === 0) return [];
  const keys = news
    .slice(0, namedAccounts)
    .map(([account, expiresAt]) => `The API key of account "${account}" ${describeExpiry(expiresAt, now)}.`);
  const others = news.length - keys.length;
  const more = others > 0 ? [`${others} more keys expire soon.`] : [];
  const subject = news.length === 1 ? 'it' : 'them';
  const owner = news.length === 1 ? 'its' : 'their';
  return [
    ...keys,
    ...more,
    `Without a new key, links can't close ${owner} positions after that. Replace ${subject} before.`,
  ];
}

function listAccounts(accounts: string[]): string {
  const named = accounts.slice(0, namedAccounts).map((account) => `"${account}"`);
  const others = accounts.length - named.length;
  const more = others > 0 ? [`${others} more`] : [];
  return `${accounts.length === 1 ? 'Account' : 'Accounts'} ${[...named, ...more].join(', ')}`;
}
