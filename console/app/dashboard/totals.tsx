import { isPositive, percentOf, price, product, signed, tendency, total } from '../format.ts';
import { isArmed, type Stage, stageOf, stages } from '../labels.ts';
import { pathOf } from '../route.ts';
import { hits, links, paused, positionOf, positions } from '../store.ts';

const dayMs = 86_400_000;
const openStages: Stage[] = ['filled', 'partly', 'unfilled', 'closing', 'attention'];

/** The four figures that say how things stand. */
export function Totals() {
  const all = positions.value ?? [];
  const byStage = openStages
    .map((stage) => ({ stage, count: all.filter((position) => stageOf(position) === stage).length }))
    .filter(({ count }) => count > 0);
  const over = all.filter((position) => stages[stageOf(position)].tone === 'over').length;
  const open = all.length - over;
  const quotes = [...new Set(all.map(({ quote }) => quote))].map((quote) => {
    const held = all.filter((each) => each.quote === quote && each.unrealizedProfit !== undefined);
    return {
      quote,
      profit: total(held.map(({ unrealizedProfit = '0' }) => unrealizedProfit)),
      cost: total(held.map(({ remaining, averageEntry = '0' }) => product(remaining, averageEntry))),
    };
  });
  const armed = links.value.filter((link) => isArmed(link, positionOf(link.positionId)));
  const closing = armed.filter(({ action }) => action === 'close').length;
  const today = hits.value.filter(({ at }) => Date.now() - Date.parse(at) < dayMs);
  const fired = today.filter(({ decision }) => decision === 'fired' || decision === 'recovered').length;
  return (
    <dl class="totals">
      <div class="card">
        <dt>Unrealised profit</dt>
        {quotes.length === 0 ? <dd>0.00</dd> : null}
        {quotes.map(({ quote, profit }) => (
          <dd key={quote} class={tendency(profit)}>
            {signed(profit)} <span class="unit">{quote}</span>
          </dd>
        ))}
        <dd class="detail">
          {quotes
            .filter(({ cost }) => isPositive(cost))
            .map(
              ({ quote, profit, cost }) =>
                `${signed(percentOf(profit, cost))} % on ${price(cost, '0.01')} ${quote}`,
            )
            .join(' · ') || 'nothing has filled'}
        </dd>
      </div>
      <div class="card">
        <dt>
          <a href={pathOf.positions}>Open positions</a>
        </dt>
        <dd>{open}</dd>
        <dd class="detail">
          {[
            ...byStage.map(({ stage, count }) => `${count} ${stages[stage].word.toLowerCase()}`),
            ...(over > 0 ? [`${over} over`] : []),
          ].join(' · ') || 'none yet'}
        </dd>
      </div>
      <div class="card">
        <dt>
          <a href={pathOf.links}>Links armed</a>
        </dt>
        <dd>{armed.length}</dd>
        <dd class={`detail ${paused.value ? 'loss' : ''}`}>
          {paused.value
            ? 'all paused'
            : armed.length === 0
              ? 'none yet'
              : `${closing} close · ${armed.length - closing} keep open`}
        </dd>
      </div>
      <div class="card">
        <dt>Hits in 24 hours</dt>
        <dd>{today.length}</dd>
        <dd class="detail">
          {today.length === 0 ? 'quiet' : `${fired} fired · ${today.length - fired} did nothing`}
        </dd>
      </div>
    </dl>
  );
}
