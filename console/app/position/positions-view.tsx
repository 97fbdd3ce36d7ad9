import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { EmptyState } from '../control/empty-state.tsx';
import { FilterSelect, filterOf, toOptions } from '../control/filter-select.tsx';
import { Icon } from '../control/icon.tsx';
import { matchesSearch, Search, searchText } from '../control/search.tsx';
import { Segments } from '../control/segments.tsx';
import { openDialog } from '../dialog-name.ts';
import { canClose, hasEnded, toDisplayStatus } from '../labels.ts';
import { DismissAll } from '../outcome-note.tsx';
import { isListedAsOpen } from '../outcomes.ts';
import { query, setQuery } from '../route.ts';
import { positions, tradingAccounts } from '../store.ts';
import { PositionTable } from './position-table.tsx';

const filters = {
  open: { label: 'Open', matches: isListedAsOpen },
  unfilled: {
    label: 'Unfilled',
    matches: (position: PositionView) => toDisplayStatus(position) === 'unfilled',
  },
  'partly-filled': {
    label: 'Partly filled',
    matches: (position: PositionView) => toDisplayStatus(position) === 'partly-filled',
  },
  filled: { label: 'Filled', matches: (position: PositionView) => toDisplayStatus(position) === 'filled' },
  attention: {
    label: 'Needs attention',
    matches: (position: PositionView) => toDisplayStatus(position) === 'needs-attention',
  },
  closed: { label: 'Closed', matches: hasEnded },
} as const;
type Filter = keyof typeof filters;

function matches({ symbol, account, exchange, side, label, tag, positionId }: PositionView): boolean {
  const chosen = filterOf('tag');
  return (
    (chosen === '' || tag === chosen) &&
    matchesSearch(symbol, account, exchange, side, label, tag, positionId)
  );
}

/** Offered once a position has a tag. */
function TagFilter({ all }: { all: PositionView[] }) {
  const tags = all.flatMap(({ tag }) => tag ?? []);
  if (tags.length === 0 && filterOf('tag') === '') return null;
  return <FilterSelect name="Tag" param="tag" options={toOptions('All tags', tags)} />;
}

function chosenFilter(): Filter {
  const chosen = query.value.get('filter') ?? '';
  return Object.hasOwn(filters, chosen) ? (chosen as Filter) : 'open';
}

function hasNoAccounts(): boolean {
  return tradingAccounts.value?.length === 0;
}

/** My Positions. */
export function PositionsView() {
  const filter = chosenFilter();
  const all = positions.value ?? [];
  const shown = all.filter((position) => filters[filter].matches(position) && matches(position));
  return (
    <>
      <header class="view-head">
        <h1 tabIndex={-1}>My Positions</h1>
        <Actions listed={shown} />
      </header>
      <div class="toolbar">
        <Segments
          name="Which positions"
          value={filter}
          onChange={(chosen) => setQuery('filter', chosen === 'open' ? undefined : chosen)}
          options={toFilterOptions(all, filter)}
        />
        <TagFilter all={all} />
        <DismissAll />
        <Search name="Search positions" placeholder="Market, account, label" />
      </div>
      {shown.length > 0 ? (
        <section class="card flush">
          <PositionTable positions={shown} />
        </section>
      ) : null}
      {shown.length === 0 && all.length > 0 ? <NoMatch search={searchText()} /> : null}
      {all.length === 0 ? <NoPositions /> : null}
    </>
  );
}

const onlyIfAny = new Set<Filter>(['partly-filled', 'attention']);

/** Every filter with its count. Two are offered only if they match. */
function toFilterOptions(all: PositionView[], chosen: Filter) {
  return (Object.keys(filters) as Filter[])
    .map((value) => ({
      value,
      label: filters[value].label,
      // An ended one stays in the list until its outcome is dismissed, and is not open.
      count: all.filter(value === 'open' ? (each) => !hasEnded(each) : filters[value].matches).length,
    }))
    .filter(({ value, count }) => !onlyIfAny.has(value) || count > 0 || chosen === value);
}

function Actions({ listed }: { listed: PositionView[] }) {
  return (
    <div class="actions">
      <CloseListed listed={listed} />
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

/** What filter and search narrow down can be closed together. */
function CloseListed({ listed }: { listed: PositionView[] }) {
  const positionIds = listed.filter(canClose).map(({ positionId }) => positionId);
  if (positionIds.length < 2) return null;
  return (
    <button type="button" onClick={() => openDialog({ kind: 'close-many', positionIds })}>
      Close these {positionIds.length}…
    </button>
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
