import type { ComponentChildren } from 'preact';
import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { computePercent, formatPrice, formatSigned, isPositive, multiply, signOf, sum } from '../format.ts';
import { formatAge } from '../freshness.ts';
import { type DisplayStatus, displayStatuses, hasEnded, isArmed, toDisplayStatus } from '../labels.ts';
import { paths } from '../route.ts';
import { findPosition, freshness, hits, links, paused, positions } from '../store.ts';

const dayMs = 86_400_000;
const openStatuses: DisplayStatus[] = ['filled', 'partly-filled', 'unfilled', 'closing', 'needs-attention'];

/** The four figures of the dashboard. */
export function Totals() {
  const all = positions.value ?? [];
  return (
    <dl class="totals">
      <ProfitTotal all={all} />
      <OpenTotal all={all} />
      <LinkTotal />
      <HitTotal />
    </dl>
  );
}

function Total({
  name,
  detail,
  tone = '',
  children,
}: {
  name: ComponentChildren;
  detail: string;
  tone?: string;
  children: ComponentChildren;
}) {
  return (
    <div class="card">
      <dt>{name}</dt>
      {children}
      <dd class={`detail ${tone}`}>{detail}</dd>
    </div>
  );
}

function ProfitTotal({ all }: { all: PositionView[] }) {
  const quotes = [...new Set(all.map(({ quote }) => quote))].map((quote) => sumQuote(quote, all));
  const parts = quotes
    .filter(({ cost }) => isPositive(cost))
    .map(
      ({ quote, profit, cost }) =>
        `${formatSigned(computePercent(profit, cost))} % on ${formatPrice(cost, '0.01')} ${quote}`,
    );
  const age = describeAge();
  return (
    <Total
      name="Unrealized profit"
      detail={[...(parts.length > 0 ? parts : ['nothing has filled']), ...age].join(' · ')}
    >
      {quotes.length === 0 ? <dd>0.00</dd> : null}
      {quotes.map(({ quote, profit }) => (
        <dd key={quote} class={`${signOf(profit)} ${age.length > 0 ? 'stale' : ''}`}>
          {formatSigned(profit)} <span class="unit">{quote}</span>
        </dd>
      ))}
    </Total>
  );
}

/** Old prices make the sum old. */
function describeAge(): string[] {
  const known = freshness.value;
  return 'ageMs' in known ? [`up to ${formatAge(known.ageMs)} old`] : [];
}

function sumQuote(quote: string, all: PositionView[]) {
  const held = all.filter(
    (each) => each.quote === quote && each.unrealizedProfit !== null && isPositive(each.remaining),
  );
  return {
    quote,
    profit: sum(held.map(({ unrealizedProfit }) => unrealizedProfit ?? '0')),
    cost: sum(held.map(({ remaining, averageEntry = '0' }) => multiply(remaining, averageEntry))),
  };
}

function OpenTotal({ all }: { all: PositionView[] }) {
  const byStatus = openStatuses
    .map((status) => ({ status, count: all.filter((each) => toDisplayStatus(each) === status).length }))
    .filter(({ count }) => count > 0)
    .map(({ status, count }) => `${count} ${displayStatuses[status].word.toLowerCase()}`);
  const ended = all.filter(hasEnded).length;
  const parts = [...byStatus, ...(ended > 0 ? [`${ended} ended`] : [])];
  return (
    <Total name={<a href={paths.positions}>Open positions</a>} detail={parts.join(' · ') || 'none yet'}>
      <dd>{all.length - ended}</dd>
    </Total>
  );
}

function LinkTotal() {
  const armed = links.value.filter((link) => isArmed(link, findPosition(link.positionId)));
  const closing = armed.filter(({ action }) => action === 'close').length;
  const byAction = armed.length === 0 ? 'none yet' : `${closing} close · ${armed.length - closing} keep open`;
  return (
    <Total
      name={<a href={paths.links}>Armed links</a>}
      detail={paused.value ? 'all paused' : byAction}
      tone={paused.value ? 'loss' : ''}
    >
      <dd>{armed.length}</dd>
    </Total>
  );
}

function HitTotal() {
  const recent = hits.value.filter(({ at }) => Date.now() - Date.parse(at) < dayMs);
  const fired = recent.filter(({ decision }) => decision === 'fired' || decision === 'recovered').length;
  const detail = recent.length === 0 ? 'none' : `${fired} fired · ${recent.length - fired} did nothing`;
  return (
    <Total name="Hits in 24 hours" detail={detail}>
      <dd>{recent.length}</dd>
    </Total>
  );
}
