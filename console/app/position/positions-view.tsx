import { useState } from 'preact/hooks';
import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { Empty } from '../control/empty.tsx';
import { Icon } from '../control/icon.tsx';
import { Segments } from '../control/segments.tsx';
import { openDialog } from '../dialog-name.ts';
import { isOver, stageOf } from '../labels.ts';
import { accounts, positions } from '../store.ts';
import { PositionTable } from './position-table.tsx';

const filters = {
  open: { label: 'Open', holds: (position: PositionView) => !isOver(position) },
  unfilled: {
    label: 'Unfilled',
    holds: (position: PositionView) => ['unfilled', 'partly'].includes(stageOf(position)),
  },
  filled: { label: 'Filled', holds: (position: PositionView) => stageOf(position) === 'filled' },
  attention: {
    label: 'Needs a person',
    holds: (position: PositionView) => stageOf(position) === 'attention',
  },
  over: { label: 'Closed', holds: isOver },
} as const;
type Filter = keyof typeof filters;

function matches(position: PositionView, search: string): boolean {
  return `${position.symbol} ${position.account} ${position.exchange} ${position.side} ${position.label ?? ''} ${position.positionId}`
    .toLowerCase()
    .includes(search.trim().toLowerCase());
}

/** My Positions. */
export function PositionsView() {
  const [filter, setFilter] = useState<Filter>('open');
  const [search, setSearch] = useState('');
  const all = positions.value ?? [];
  const shown = all.filter((position) => filters[filter].holds(position) && matches(position, search));
  const hasAccounts = accounts.value === undefined || accounts.value.length > 0;
  const options = (Object.keys(filters) as Filter[])
    .map((value) => ({
      value,
      label: filters[value].label,
      count: all.filter(filters[value].holds).length,
    }))
    .filter(({ value, count }) => value !== 'attention' || count > 0 || filter === 'attention');
  return (
    <>
      <header class="view-head">
        <h1 tabIndex={-1}>My Positions</h1>
        <div class="actions">
          <button type="button" disabled={!hasAccounts} onClick={() => openDialog({ kind: 'open' })}>
            <Icon name="plus" /> Open
          </button>
          <button
            type="button"
            class="primary"
            disabled={!hasAccounts}
            onClick={() => openDialog({ kind: 'adopt' })}
          >
            <Icon name="rows" /> Adopt
          </button>
        </div>
      </header>
      <div class="toolbar">
        <Segments name="Which positions" value={filter} onChange={setFilter} options={options} />
        <label class="search">
          <Icon name="search" />
          <span class="unseen">Search positions</span>
          <input
            type="search"
            placeholder="Market, account, name"
            value={search}
            onInput={(event) => setSearch(event.currentTarget.value)}
          />
        </label>
      </div>
      {shown.length > 0 ? (
        <section class="card flush">
          <PositionTable positions={shown} />
        </section>
      ) : all.length === 0 ? (
        <Empty icon="rows" title="No positions yet">
          <p>
            {hasAccounts
              ? 'Adopt one that is open at the exchange, or open a new one.'
              : 'First give Ripcord the keys of an exchange account, in a terminal: '}
            {hasAccounts ? null : <code>npx ripcord accounts add main --exchange binance</code>}
          </p>
        </Empty>
      ) : (
        <Empty icon="search" title="No position fits">
          <p>
            {search === ''
              ? 'Choose another filter above.'
              : `Nothing under this filter matches “${search}”.`}
          </p>
        </Empty>
      )}
    </>
  );
}
