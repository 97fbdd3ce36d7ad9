import { useState } from 'preact/hooks';
import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { EmptyState } from '../control/empty-state.tsx';
import { Icon } from '../control/icon.tsx';
import { Segments } from '../control/segments.tsx';
import { openDialog } from '../dialog-name.ts';
import { hasEnded, toDisplayStatus } from '../labels.ts';
import { DismissAll } from '../outcome-note.tsx';
import { isListedAsOpen } from '../outcomes.ts';
import { accounts, positions } from '../store.ts';
import { PositionTable } from './position-table.tsx';

const filters = {
  open: { label: 'Open', matches: isListedAsOpen },
  unfilled: {
    label: 'Unfilled',
    matches: (position: PositionView) => ['unfilled', 'partly-filled'].includes(toDisplayStatus(position)),
  },
  filled: { label: 'Filled', matches: (position: PositionView) => toDisplayStatus(position) === 'filled' },
  attention: {
    label: 'Needs attention',
    matches: (position: PositionView) => toDisplayStatus(position) === 'needs-attention',
  },
  closed: { label: 'Closed', matches: hasEnded },
} as const;
type Filter = keyof typeof filters;

function matchesSearch(position: PositionView, search: string): boolean {
  const { symbol, account, exchange, side, label = '', positionId } = position;
  return `${symbol} ${account} ${exchange} ${side} ${label} ${positionId}`
    .toLowerCase()
    .includes(search.trim().toLowerCase());
}

function hasNoAccounts(): boolean {
  return accounts.value?.length === 0;
}

/** My Positions. */
export function PositionsView() {
  const [filter, setFilter] = useState<Filter>('open');
  const [search, setSearch] = useState('');
  const all = positions.value ?? [];
  const shown = all.filter(
    (position) => filters[filter].matches(position) && matchesSearch(position, search),
  );
  return (
    <>
      <header class="view-head">
        <h1 tabIndex={-1}>My Positions</h1>
        <Actions />
      </header>
      <div class="toolbar">
        <Segments
          name="Which positions"
          value={filter}
          onChange={setFilter}
          options={toFilterOptions(all, filter)}
        />
        <DismissAll />
        <Search value={search} onInput={setSearch} />
      </div>
      {shown.length > 0 ? (
        <section class="card flush">
          <PositionTable positions={shown} />
        </section>
      ) : null}
      {shown.length === 0 && all.length > 0 ? <NoMatch search={search} /> : null}
      {all.length === 0 ? <NoPositions /> : null}
    </>
  );
}

/** Every filter with its count. "Needs attention" is offered only if it matters. */
function toFilterOptions(all: PositionView[], chosen: Filter) {
  return (Object.keys(filters) as Filter[])
    .map((value) => ({
      value,
      label: filters[value].label,
      count: all.filter(filters[value].matches).length,
    }))
    .filter(({ value, count }) => value !== 'attention' || count > 0 || chosen === 'attention');
}

function Actions() {
  return (
    <div class="actions">
      <button type="button" disabled={hasNoAccounts()} onClick={() => openDialog({ kind: 'open' })}>
        <Icon name="plus" /> Open
      </button>
      <button
        type="button"
        class="primary"
        disabled={hasNoAccounts()}
        onClick={() => openDialog({ kind: 'adopt' })}
      >
        <Icon name="rows" /> Adopt
      </button>
    </div>
  );
}

function Search({ value, onInput }: { value: string; onInput: (search: string) => void }) {
  return (
    <label class="search">
      <Icon name="search" />
      <span class="unseen">Search positions</span>
      <input
        type="search"
        placeholder="Market, account, label"
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </label>
  );
}

function NoPositions() {
  return (
    <EmptyState icon="rows" title="No positions yet">
      {hasNoAccounts() ? (
        <p>
          First add an exchange account in a terminal:{' '}
          <code>npx ripcord accounts add main --exchange binance</code>
        </p>
      ) : (
        <p>Adopt a position that is open at the exchange, or open a new one.</p>
      )}
    </EmptyState>
  );
}

function NoMatch({ search }: { search: string }) {
  return (
    <EmptyState icon="search" title="No matching positions">
      <p>
        {search === '' ? 'Select another filter above.' : `Nothing under this filter matches “${search}”.`}
      </p>
    </EmptyState>
  );
}
