import type { LinkView } from '../../../lib/admin/contract/commands.ts';
import { EmptyState } from '../control/empty-state.tsx';
import { Icon } from '../control/icon.tsx';
import { matchesSearch, Search, searchText } from '../control/search.tsx';
import { Segments } from '../control/segments.tsx';
import { openDialog } from '../dialog-name.ts';
import { actionTitle, isArmed, isStanding } from '../labels.ts';
import { paths, query, setQuery } from '../route.ts';
import { findPosition, links, tradingAccounts } from '../store.ts';
import { LinkTable } from './link-table.tsx';
import { scopeText } from './scope-text.ts';

type Filter = 'armed' | 'rehearsal' | 'all';

function matches(link: LinkView): boolean {
  const { linkId, tokenEnd, label, symbol, side, positionId } = link;
  const position = findPosition(positionId);
  return matchesSearch(
    ...[actionTitle(link), label, tokenEnd, linkId, symbol, side, positionId],
    ...[position?.label, position?.account, isStanding(link) ? scopeText(link.scope) : undefined],
  );
}

function chosenFilter(): Filter {
  const chosen = query.value.get('filter');
  return chosen === 'all' || chosen === 'rehearsal' ? chosen : 'armed';
}

export function LinksView() {
  const filter = chosenFilter();
  const all = links.value;
  const byFilter: Record<Filter, LinkView[]> = {
    armed: all.filter((link) => isArmed(link, findPosition(link.positionId))),
    rehearsal: all.filter(({ state }) => state === 'rehearsal'),
    all,
  };
  const listed = byFilter[filter].filter(matches);
  return (
    <>
      <header class="view-head">
        <h1 tabIndex={-1}>Links</h1>
        <div class="actions">
          <RevokeListed listed={listed} />
          <NewStrategyLink />
        </div>
      </header>
      <div class="toolbar">
        <Segments
          name="Which links"
          value={filter}
          onChange={(chosen) => setQuery('filter', chosen === 'armed' ? undefined : chosen)}
          options={toFilterOptions(byFilter, filter)}
        />
        <Search name="Search links" placeholder="Label, end of URL, market" />
      </div>
      {listed.length === 0 ? (
        <Empty filter={filter} />
      ) : (
        <section class="card flush">
          <LinkTable links={listed} of="all positions" keepsSorting />
        </section>
      )}
    </>
  );
}

const filterNames: Record<Filter, string> = { armed: 'Armed', rehearsal: 'Rehearsal', all: 'All' };

/** Every filter with its count. Rehearsal is offered only if a link is in it. */
function toFilterOptions(byFilter: Record<Filter, LinkView[]>, chosen: Filter) {
  return (['armed', 'rehearsal', 'all'] as const)
    .map((value) => ({ value, label: filterNames[value], count: byFilter[value].length }))
    .filter(({ value, count }) => value !== 'rehearsal' || count > 0 || chosen === value);
}

function NewStrategyLink() {
  return (
    <button
      type="button"
      class="primary"
      disabled={tradingAccounts.value?.length === 0}
      onClick={() => openDialog({ kind: 'create-strategy-link' })}
    >
      <Icon name="plus" /> New standing link
    </button>
  );
}

/** What the search narrows down can be revoked together. */
function RevokeListed({ listed }: { listed: LinkView[] }) {
  const linkIds = listed.filter(({ state }) => state !== 'revoked').map(({ linkId }) => linkId);
  if (linkIds.length < 2) return null;
  return (
    <button type="button" onClick={() => openDialog({ kind: 'revoke-many', linkIds })}>
      Revoke these {linkIds.length}…
    </button>
  );
}

const emptyTitles: Record<Filter, string> = {
  armed: 'No armed links',
  rehearsal: 'No links in rehearsal',
  all: 'No links yet',
};

function Empty({ filter }: { filter: Filter }) {
  if (searchText() !== '')
    return (
      <EmptyState icon="search" title="No matching links">
        <p>Nothing under this filter matches “{searchText()}”.</p>
      </EmptyState>
    );
  return (
    <EmptyState icon="link" title={emptyTitles[filter]}>
      <p>
        Create one for a position from its three-dot menu in <a href={paths.positions}>My Positions</a>, or
        one for every position of a strategy with New standing link.
      </p>
    </EmptyState>
  );
}
