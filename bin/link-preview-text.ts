import { styleText } from 'node:util';
import type { CommandResult } from '../lib/admin/contract/commands.ts';
import { describeLimits, describeWarnings, formatAction, formatState, nameScope } from './link-text.ts';
import { namePosition } from './position-text.ts';
import { type Column, drawFacts, drawTable } from './table.ts';
import { asPlainText } from './terminal.ts';

type Plan = CommandResult<'links.plan'>;

/** @returns what a link would do now. */
export function describePreview(preview: CommandResult<'links.preview'>): string {
  const { link, position, fires } = preview;
  const label = link.label === undefined ? '' : asPlainText(` (${link.label})`);
  const facts = drawFacts([
    ['Link', `${link.linkId}, ${formatState(link)}${label}`],
    ['URL', link.tokenEnd === undefined ? undefined : `ends with ${link.tokenEnd}`],
    ['Position', position === undefined ? undefined : asPlainText(namePosition(position))],
    ['Scope', position === undefined ? asPlainText(nameScope(link)) : undefined],
    ['Action', position === undefined ? formatAction(link) : undefined],
    ['Limits', describeLimits(link).join('; ') || undefined],
    ['Fires', fires ? styleText('green', 'yes') : styleText('yellow', 'no')],
  ]);
  return [facts, ...drawPlan(preview), `${asPlainText(preview.would)} Nothing has been done.`].join('\n\n');
}

/** @returns what a link that does not exist would do now. */
export function describePlannedLink(plan: Plan): string {
  const { warnings, would } = plan;
  return [
    ...drawPlan(plan),
    ...describeWarnings(warnings),
    `${asPlainText(would)} Nothing has been created.`,
  ].join('\n\n');
}

function drawPlan({ positions, adopts, leftOut }: Omit<Plan, 'warnings'>): string[] {
  return [
    ...(positions.length === 0 ? [] : [drawTable(planColumns, positions)]),
    ...(adopts === undefined ? [] : [drawTable(adoptColumns, [adopts])]),
    ...(leftOut.length === 0 ? [] : [drawTable(leftOutColumns, leftOut)]),
  ];
}

const planColumns: Column<Plan['positions'][number]>[] = [
  { head: 'POSITION', text: ({ positionId }) => positionId },
  { head: 'ACCOUNT', text: ({ account }) => account },
  { head: 'MARKET', text: ({ symbol, side }) => `${symbol} ${side}` },
  { head: 'FIRES', text: ({ fires }) => (fires ? 'yes' : 'no') },
  { head: 'WOULD', text: ({ would }) => would },
];

const adoptColumns: Column<NonNullable<Plan['adopts']>>[] = [
  { head: 'ADOPTS', text: ({ amount }) => amount ?? '' },
  { head: 'ACCOUNT', text: ({ account }) => account },
  { head: 'MARKET', text: ({ symbol, side }) => `${symbol} ${side}` },
  { head: 'FIRES', text: ({ fires }) => (fires ? 'yes' : 'no') },
  { head: 'WOULD', text: ({ would }) => would },
];

const leftOutColumns: Column<Plan['leftOut'][number]>[] = [
  { head: 'LEFT OUT', text: ({ positionId }) => positionId },
  { head: 'MARKET', text: ({ symbol, side }) => `${symbol} ${side}` },
  { head: 'WHY', text: ({ why }) => why },
];
