import type { FaultCode } from '../../lib/fault.ts';
import type { Outcome } from '../../lib/position/position.ts';
import { type HitResponse, sendPost } from '../../lib/trigger/response.ts';

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const outcomes: Record<Outcome['outcome'], string> = {
  closed: 'Closed',
  canceled: 'Cancelled',
  kept: 'Kept open',
  dust: 'Too little left to close',
};

/** All of them, so that nobody who opens a link ever reads a code. */
const faults: Record<FaultCode, string> = {
  'invalid-input': 'Nothing was done',
  'account-not-found': 'The account can not be used',
  'market-not-found': 'The exchange does not know this market',
  'order-not-found': 'The exchange does not know an order',
  'position-not-found': 'No such position',
  'link-not-found': 'No such link',
  conflict: 'Something else came first',
  'needs-attention': 'A person has to look',
  'exchange-refused': 'The exchange refused',
  internal: 'Something failed',
  'accounts-unreadable': 'The account can not be used',
  'channels-unreadable': 'Nobody can be notified',
  'exchange-unreachable': 'The exchange can not be reached',
  'table-unreachable': 'Ripcord is out of reach',
};

const headlines: Record<string, string> = {
  ...outcomes,
  ...faults,
  confirm: 'Fire this link?',
  paused: 'All links are paused',
  'wrong-source': 'Not from here',
  'in-progress': 'In progress',
  retrying: 'Not yet',
  busy: 'Busy',
  refused: 'The exchange refused',
  gone: 'This link is over',
  ignored: 'Nothing was done',
  'method-not-allowed': 'Nothing was done',
  'not-found': 'No such link',
};

/** What of an outcome is worth a row, and what to call it. */
const rows: [field: string, label: string][] = [
  ['symbol', 'Market'],
  ['side', 'Side'],
  ['entryFilled', 'Entry filled'],
  ['closedAmount', 'Closed'],
  ['averagePrice', 'Average price'],
  ['left', 'Left'],
  ['closeOrderId', 'Order'],
  ['settledAt', 'When (UTC)'],
];

/** The page a person sees: the outcome in one line, details below, nothing loaded from anywhere. */
export function renderHtml({ status, body }: HitResponse): string {
  const fields = body as Record<string, unknown>;
  const word = String(fields.outcome ?? fields.status);
  const sentence = String(fields.detail ?? fields.message ?? '').replace(sendPost, 'press the button');
  const headline = escapeHtml(headlines[word] ?? word);
  const details = rows
    .filter(([field]) => fields[field] !== undefined && fields[field] !== '0')
    .map(([field, label]) => `<dt>${label}</dt><dd>${escapeHtml(String(fields[field]))}</dd>`)
    .join('');
  const repeated = fields.repeated === true ? '<p>This had been done before; nothing was done now.</p>' : '';
  // An empty form: a POST with an empty body to this same address.
  const button =
    word === 'confirm'
      ? `<form method="post"><button>${fields.action === 'close' ? 'Close the position' : 'Cancel an unfilled entry'}</button></form>`
      : '';
  const refresh = status === 202 ? '<meta http-equiv="refresh" content="3">' : '';
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">${refresh}<title>Ripcord: ${headline}</title>
<style>
:root{color-scheme:light dark}
body{font:1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:12vh auto;padding:0 1.25rem}
h1{font-size:1.75rem;margin:0 0 .5rem}
dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1.5rem;margin-top:1.5rem}
button{font:inherit;font-weight:600;padding:.75rem 1.5rem;border:0;border-radius:.5rem;background:#c2362b;color:#fff;cursor:pointer}
dt{opacity:.65}dd{margin:0;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
</style></head>
<body><main><h1>${headline}</h1><p>${escapeHtml(sentence)}</p>${repeated}${button}<dl>${details}</dl></main></body></html>
`;
}
