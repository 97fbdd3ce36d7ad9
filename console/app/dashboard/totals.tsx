import type { ComponentChildren } from 'preact';
import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { type QuoteTotal, sumByQuote } from '../../figures.ts';
import {
  computePercent,
  formatFee,
  formatMoney,
  formatPercent,
  formatSigned,
  isPositive,
  signOf,
} from '../format.ts';
import { formatAge } from '../freshness.ts';
import { type DisplayStatus, displayStatuses, hasEnded, isArmed, toDisplayStatus } from '../labels.ts';
import { paths } from '../route.ts';
import { findPosition, freshness, hits, hitsKnownSince, links, paused, positions } from '../store.ts';

const dayMs = 86_400_000;
const openStatuses: DisplayStatus[] = ['filled', 'partly-filled', 'unfilled', 'closing', 'needs-attention'];

/** The figures of the dashboard. */
export function Totals() {
  const all = positions.value ?? [];
  const quotes = sumByQuote(all.filter((position) => !hasEnded(position)));
  return (
    <dl class="totals">
      <ProfitTotal quotes={quotes} />
      <NetTotal quotes={quotes} />
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

function ProfitTotal({ quotes }: { quotes: QuoteTotal[] }) {
  const parts = quotes.flatMap(({ quote, unrealized, cost, unknownUnrealized: unknown }) => [
    ...(isPositive(cost)
      ? [`${formatPercent(computePercent(unrealized, cost))} on ${formatMoney(cost)} ${quote}`]
      : []),
    ...(unknown === 0 ? [] : [`unknown for ${unknown} in ${quote}`]),
  ]);
  const age = describeAge();
  return (
    <Total
      name="Unrealized profit"
      detail={[...(parts.length > 0 ? parts : ['nothing has filled']), ...age].join(' · ')}
    >
      <Sums quotes={quotes} of="unrealized" isStale={age.length > 0} />
    </Total>
  );
}

/** Of the open positions: what part closes have brought, less all fees so far. */
function NetTotal({ quotes }: { quotes: QuoteTotal[] }) {
  const parts = quotes.flatMap(({ quote, fees, unknownNet: unknown }) => [
    ...(fees.length === 0
      ? []
      : [`fees ${fees.map(({ currency, amount }) => `${formatFee(amount)} ${currency}`).join(' + ')}`]),
    ...(unknown === 0 ? [] : [`unknown for ${unknown} in ${quote}`]),
  ]);
  return (
    <Total name="Realized, net of fees" detail={['of open positions', ...parts].join(' · ')}>
      <Sums quotes={quotes} of="net" />
    </Total>
  );
}

/** One line for each currency. */
function Sums({
  quotes,
  of,
  isStale = false,
}: {
  quotes: QuoteTotal[];
  of: 'unrealized' | 'net';
  isStale?: boolean;
}) {
  if (quotes.length === 0) return <dd>0.00</dd>;
  return (
    <>
      {quotes.map(({ quote, [of]: amount }) => (
        <dd key={quote} class={`${signOf(amount)} ${isStale ? 'stale' : ''}`}>
          {formatSigned(amount)} <span class="unit">{quote}</span>
        </dd>
      ))}
    </>
  );
}

/** Old prices make the sum old. */
function describeAge(): string[] {
  const known = freshness.value;
  return 'ageMs' in known ? [`up to ${formatAge(known.ageMs)} old`] : [];
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
  const byAction = armed.length === 0 ? 'none' : `${closing} close · ${armed.length - closing} keep open`;
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

/** Requests to links: a close by hand or by the sweep is no hit. */
function HitTotal() {
  const since = new Date(Date.now() - dayMs).toISOString();
  const recent = hits.value.filter(({ at, actor }) => at > since && actor === 'link');
  const fired = recent.filter(({ decision }) => decision === 'fired' || decision === 'recovered').length;
  const hasMore = hitsKnownSince.value > since;
  const of = hasMore ? `of the latest ${recent.length}: ` : '';
  const isNone = recent.length === 0 && !hasMore;
  return (
    <Total
      name="Hits in 24 hours"
      detail={isNone ? 'none' : `${of}${fired} fired · ${recent.length - fired} did nothing`}
    >
      <dd>{hasMore ? `${recent.length}+` : recent.length}</dd>
    </Total>
  );
}
