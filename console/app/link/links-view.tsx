import type { LinkView } from '../../../lib/admin/contract/commands.ts';
import { EmptyState } from '../control/empty-state.tsx';
import { matchesSearch, Search, searchText } from '../control/search.tsx';
import { Segments } from '../control/segments.tsx';
import { openDialog } from '../dialog-name.ts';
import { actionTitle, isArmed } from '../labels.ts';
import { paths, query, setQuery } from '../route.ts';
import { findPosition, links } from '../store.ts';
import { LinkTable } from './link-table.tsx';

type Filter = 'armed' | 'all';

function matches(link: LinkView): boolean {
  const { linkId, tokenEnd, label, symbol, side, positionId } = link;
  const position = findPosition(positionId);
  return matchesSearch(
    ...[actionTitle(link), label, tokenEnd, linkId, symbol, side, positionId],
    ...[position?.label, position?.account],
  );
}

export function LinksView() {
  const filter: Filter = query.value.get('filter') === 'all' ? 'all' : 'armed';
  const armed = links.value.filter((link) => isArmed(link, findPosition(link.positionId)));
  const listed = (filter === 'armed' ? armed : links.value).filter(matches);
  return (
    <>
      <header class="view-head">
        <h1 tabIndex={-1}>Links</h1>
        <RevokeListed listed={listed} />
      </header>
      <div class="toolbar">
        <Segments
          name="Which links"
          value={filter}
          onChange={(chosen) => setQuery('filter', chosen === 'armed' ? undefined : chosen)}
          options={[
            { value: 'armed', label: 'Armed', count: armed.length },
            { value: 'all', label: 'All', count: links.value.length },
          ]}
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

/** What the search narrows down can be revoked together. */
function RevokeListed({ listed }: { listed: LinkView[] }) {
  const linkIds = listed.filter(({ state }) => state !== 'revoked').map(({ linkId }) => linkId);
  if (linkIds.length < 2) return null;
  return (
    <div class="actions">
      <button type="button" onClick={() => openDialog({ kind: 'revoke-many', linkIds })}>
        Revoke these {linkIds.length}…
      </button>
    </div>
  );
}

function Empty({ filter }: { filter: Filter }) {
  if (searchText() !== '')
    return (
      <EmptyState icon="search" title="No matching links">
        <p>Nothing under this filter matches “{searchText()}”.</p>
      </EmptyState>
    );
  return (
    <EmptyState icon="link" title={filter === 'armed' ? 'No armed links' : 'No links yet'}>
      <p>
        Create one from a position's three-dot menu in <a href={paths.positions}>My Positions</a>.
      </p>
    </EmptyState>
  );
}
