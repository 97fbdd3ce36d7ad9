import { computed } from '@preact/signals';
import { useState } from 'preact/hooks';
import { toCsv } from '../../export/csv.ts';
import { tradeColumns } from '../../export/trade-columns.ts';
import { type Trade, toTrades } from '../../export/trades.ts';
import { CsvButton } from '../control/csv-button.tsx';
import { EmptyState } from '../control/empty-state.tsx';
import { FilterSelect, filterOf, toOptions } from '../control/filter-select.tsx';
import { marketName } from '../labels.ts';
import { periods, startOfPeriod } from '../period.ts';
import { paths } from '../route.ts';
import { links, state } from '../store.ts';
import { TradeTable } from './trade-table.tsx';
import { TradeTotals } from './trade-totals.tsx';

const pageSize = 200;

/** The same list while only prices change, which closed trades don't have. */
const stored = computed(() => state.value?.positions);
const allTrades = computed(() => toTrades(stored.value ?? [], links.value));

function matches({ position, closedAt }: Trade, since: string): boolean {
  const [account, market] = [filterOf('account'), filterOf('market')];
  return (
    (account === '' || position.account === account) &&
    (market === '' || position.symbol === market) &&
    closedAt >= since
  );
}

/** The closed trades and what they have brought. */
export function TradesView() {
  const all = allTrades.value;
  const since = startOfPeriod(filterOf('period'), new Date());
  const listed = all.filter((trade) => matches(trade, since));
  return (
    <>
      <header class="view-head">
        <h1 tabIndex={-1}>Trades</h1>
        <div class="actions">
          <CsvButton name="trades" disabled={listed.length === 0} toCsv={() => toCsv(tradeColumns, listed)} />
        </div>
      </header>
      {all.length === 0 ? <NoTrades /> : <Filters all={all} />}
      {all.length > 0 && listed.length === 0 ? (
        <EmptyState icon="search" title="No matching trades">
          <p>Choose another account, market or period above.</p>
        </EmptyState>
      ) : null}
      {listed.length > 0 ? <Listed trades={listed} /> : null}
    </>
  );
}

function Filters({ all }: { all: Trade[] }) {
  const accounts = all.map(({ position }) => position.account);
  const markets = all.map(({ position }) => position.symbol);
  return (
    <div class="filters">
      <FilterSelect name="Account" param="account" options={toOptions('All accounts', accounts)} />
      <FilterSelect name="Market" param="market" options={toOptions('All markets', markets, marketName)} />
      <FilterSelect name="Period" param="period" options={periods} />
    </div>
  );
}

function Listed({ trades }: { trades: Trade[] }) {
  const [atMost, setAtMost] = useState(pageSize);
  return (
    <>
      <TradeTotals trades={trades} />
      <section class="card flush">
        <TradeTable trades={trades} atMost={atMost} />
      </section>
      {trades.length > atMost ? (
        <button type="button" class="more" onClick={() => setAtMost(atMost + pageSize)}>
          Show more ({trades.length - atMost} left)
        </button>
      ) : null}
      <p class="help below">
        A closed position stays here until you forget it. The next sweep reads its fees. Partial closes of an
        open position are not counted. R is the net profit as a multiple of what the first stop risked.
      </p>
    </>
  );
}

function NoTrades() {
  return (
    <EmptyState icon="rows" title="No closed trades yet">
      <p>
        A position appears here once it is closed. Open ones are in <a href={paths.positions}>My Positions</a>
        .
      </p>
    </EmptyState>
  );
}
