import { styleText } from 'node:util';
import type { CommandResult } from '../lib/admin/contract/commands.ts';
import { commandHint, type Target } from './command-hint.ts';
import { formatSecond } from './format.ts';
import { type Column, drawTable } from './table.ts';

type Channel = CommandResult<'notify.list'>['channels'][number];
type Report = CommandResult<'notify.test'>['reports'][number];

const channelColumns: Column<Channel>[] = [
  { head: 'CHANNEL', text: ({ name }) => name },
  { head: 'KIND', text: ({ kind, builtIn }) => (builtIn ? `${kind}, built in` : kind) },
  { head: 'SENDS TO', text: ({ target }) => target },
  {
    head: 'LAST NOTICE',
    text: ({ lastDelivery }) => (lastDelivery === undefined ? 'none yet' : describeDelivery(lastDelivery)),
    paint: (text, { lastDelivery }) => (lastDelivery?.state === 'failed' ? styleText('red', text) : text),
  },
];

function describeDelivery({ state, at, why }: NonNullable<Channel['lastDelivery']>): string {
  return [formatSecond(at), state, ...(why === undefined ? [] : [`(${why})`])].join(' ');
}

/** @returns the list, or what to do if it is empty. */
export function describeChannels(channels: Channel[], target: Target): string {
  return channels.length > 0 ? drawTable(channelColumns, channels) : describeNone(target);
}

function describeNone(target: Target): string {
  return (
    'No channels yet: Ripcord sends you nothing about closes, failures and missing stops. ' +
    `Add one with "${commandHint('notify add telegram --chat-id CHAT --test', target)}".`
  );
}

const reportColumns: Column<Report>[] = [
  { head: 'CHANNEL', text: ({ channel }) => channel },
  {
    head: 'RESULT',
    text: ({ result }) => result,
    paint: (text, { result }) => styleText(result === 'sent' ? 'green' : 'red', text),
  },
  { head: 'WHY', text: ({ why }) => why ?? '' },
];

export function describeReports(reports: Report[], target: Target): string {
  return reports.length > 0 ? drawTable(reportColumns, reports) : describeNone(target);
}
