import { styleText } from 'node:util';
import type { CommandResult, LinkView, PositionView } from '../lib/admin/commands.ts';
import { moment } from './figures.ts';
import { type Column, drawTable } from './table.ts';
import { asPlainText, commandName } from './terminal.ts';

const columns: Column<LinkView>[] = [
  { head: 'LINK', text: ({ linkId }) => linkId },
  { head: 'POSITION', text: ({ positionId }) => positionId },
  { head: 'ACTION', text: ({ action }) => action },
  {
    head: 'STATE',
    text: ({ state }) => state,
    paint: (text, { state }) => styleText(state === 'armed' ? 'green' : 'dim', text),
  },
  { head: 'CREATED', text: ({ createdAt }) => moment(createdAt) ?? '', spare: 1 },
  { head: 'LABEL', text: ({ label }) => label ?? '', spare: 2 },
];

/** @returns the list, or what to do when there is none. */
export const describeLinks = (links: LinkView[]): string =>
  links.length === 0
    ? `no links yet: make one with "${commandName} links create <positionId> close"`
    : drawTable(columns, links);

const effects = {
  close:
    'Close: an entry that has not filled is canceled; what has filled is closed at once with a MARKET order.',
  keep: 'Keep: an entry that has not filled is canceled; a position that has filled stays as it is.',
} as const;

/** `BTCUSDT`, or `BTCUSDT.P` for a perpetual: what TradingView's search takes. */
const chartOf = (symbol: string): string => {
  const [base, quote, settle] = symbol.split(/[/:]/);
  return `${base}${quote}${settle === undefined ? '' : '.P'}`;
};

/** @returns the URL alone on its line, for copying, with what it does. */
export const describeUrl = ({ url, link }: CommandResult<'links.create'>): string =>
  [
    `Link ${link.linkId} for ${link.positionId} is armed. ${effects[link.action]}`,
    '',
    url,
    '',
    styleText(
      'yellow',
      'This URL is shown only now, and whoever has it can fire it. Keep it like a password.',
    ),
  ].join('\n');

/** The exchanges by the name that TradingView gives them. */
const chartExchanges: Record<string, string> = { binance: 'Binance', binanceusdm: 'Binance' };

/** @returns how to put the URL into a TradingView alert. Without the position, its market stays unnamed. */
export const describeSteps = (link: LinkView, position: PositionView | undefined): string => {
  const market =
    position === undefined
      ? 'the same market and exchange as the position'
      : asPlainText(
          `the same market and exchange as the position: ${chartOf(position.symbol)} on ${chartExchanges[position.exchange] ?? position.exchange}`,
        );
  return [
    'To fire it from a TradingView alert:',
    `  1. In Supercharts, click Search and choose ${market}.`,
    '  2. Click Alert and set the conditions in the Settings tab.',
    '  3. Message tab: clear all existing content.',
    '  4. Notifications tab: tick Webhook URL and paste the URL.',
    '  5. Click Create.',
    'To fire it by hand, open the URL in a browser.',
    `To make it useless: ${commandName} links revoke ${link.linkId}`,
  ].join('\n');
};
