import type { Outcome } from '../../lib/position/position.ts';
import type { Confirmation, PositionAnswer } from '../../lib/trigger/response.ts';
import type { ResponseStatus } from '../../lib/trigger/response-status.ts';
import type { PublicResponse } from './public-response.ts';

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** What a person does next. A program's JSON has its own words. */
const nextSteps: Partial<Record<ResponseStatus, string>> = {
  confirm: ' Press the button to confirm.',
  'in-progress': ' This page updates by itself.',
};

/** The query of the requests by which the page of a close that is under way looks again. */
export const followUpQuery = 'waiting';

/** The outcome's fields that get a row, and their labels. */
const rows: [field: keyof Outcome, label: string][] = [
  ['entryFilled', 'Entry filled'],
  ['closedAmount', 'Closed'],
  ['averagePrice', 'Average price'],
  ['remaining', 'Remaining'],
  ['closeOrderId', 'Close order'],
  ['settledAt', 'Time (UTC)'],
];

/** @returns the page: the result in one line, the details below it. It loads nothing and runs no script. */
export function renderHtml(response: PublicResponse): string {
  const { status, publicMessage, outcome, confirm, repeated } = response;
  const headline = escapeHtml(response.headline);
  const message = escapeHtml(`${publicMessage}${nextSteps[status] ?? ''}`);
  const isRepeat = repeated === true && outcome !== undefined;
  const repeat = isRepeat ? '<p>Already done earlier. Nothing happened this time.</p>' : '';
  const refresh =
    status === 'in-progress' ? `<meta http-equiv="refresh" content="3; url=?${followUpQuery}">` : '';
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">${refresh}<title>Ripcord: ${headline}</title>
<style>
:root{color-scheme:light dark}
body{font:1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:12vh auto;padding:0 1.25rem}
h1{font-size:1.75rem;margin:0 0 .5rem}
dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1.5rem;margin-top:1.5rem}
button{font:inherit;font-weight:600;padding:.75rem 1.5rem;border:0;border-radius:.5rem;background:#c2362b;color:#fff;cursor:pointer}
body:has(table){max-width:64rem}
table{border-collapse:collapse;margin-top:1.5rem}
th,td{text-align:left;vertical-align:top;padding:.25rem 1rem .25rem 0;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
th{font-weight:400;opacity:.65}
@media(max-width:48rem){thead{display:none}tr{display:block;margin-bottom:1rem}td{display:block;padding:0}}
dt{opacity:.65}dd{margin:0;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
</style></head>
<body><main><h1>${headline}</h1><p>${message}</p>${repeat}${renderButton(confirm)}<dl>${renderRows(response)}</dl>${renderPositions(response)}</main></body></html>
`;
}

/** An empty form: it sends a POST with an empty body to the page's own address. */
function renderButton(confirm: Confirmation | undefined): string {
  if (confirm === undefined) return '';
  return `<form method="post"><button>${escapeHtml(buttonLabel(confirm))}</button></form>`;
}

function buttonLabel({ action, percent, toPercent, scope }: Confirmation): string {
  if (scope !== undefined) return standingLabels[action];
  if (action === 'keep') return 'Cancel the unfilled entry';
  if (toPercent !== undefined) return `Reduce the position to ${toPercent} %`;
  return percent === undefined ? 'Close the position' : `Close ${percent} % of the position`;
}

/** Of a link for all positions in a scope. */
const standingLabels: Record<Confirmation['action'], string> = {
  close: 'Close these positions',
  keep: 'Cancel the unfilled entries',
  reduce: 'Reduce these positions',
  stop: 'Move these stops',
  heartbeat: 'Send a heartbeat',
};

/** The columns of a table of positions, and their labels. An empty one is left out. */
const columns: [field: keyof PositionAnswer, label: string][] = [
  ['symbol', 'Market'],
  ['side', 'Side'],
  ['outcome', 'Result'],
  ['would', 'What it would do'],
  ['closedAmount', 'Closed'],
  ['closeOrderId', 'Close order'],
  ['detail', 'Details'],
  ['positionId', 'Position'],
];

function renderPositions({ positions = [] }: PublicResponse): string {
  if (positions.length === 0) return '';
  const used = columns.filter(([field]) => positions.some((each) => isShown(each[field])));
  const head = used.map(([, label]) => `<th scope="col">${label}</th>`).join('');
  const rows = positions.map((each) => {
    const cells = used.map(([field]) => (isShown(each[field]) ? escapeHtml(String(each[field])) : ''));
    return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
  });
  return `<table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function isShown(value: unknown): boolean {
  return value !== undefined && value !== '0';
}

function renderRows({ position, outcome }: PublicResponse): string {
  const values: [label: string, value: unknown][] = [
    ['Market', position?.symbol],
    ['Side', position?.side],
    ...rows.map(([field, label]): [string, unknown] => [label, outcome?.[field]]),
  ];
  return values
    .filter(([, value]) => value !== undefined && value !== '0')
    .map(([label, value]) => `<dt>${label}</dt><dd>${escapeHtml(String(value))}</dd>`)
    .join('');
}
