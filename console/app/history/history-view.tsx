import { useState } from 'preact/hooks';
import type { HitView } from '../../../lib/admin/contract/commands.ts';
import { toCsv } from '../../export/csv.ts';
import { toHitColumns } from '../../export/hit-columns.ts';
import { CsvButton } from '../control/csv-button.tsx';
import { EmptyState } from '../control/empty-state.tsx';
import { ErrorText } from '../control/field.tsx';
import { filterOf } from '../control/filter-select.tsx';
import { HitList } from '../link/hit-list.tsx';
import { startOfPeriod } from '../period.ts';
import { hits as latestHits, links, state } from '../store.ts';
import { HistoryFilters, toMatcher } from './history-filters.tsx';
import { HitSubject } from './hit-subject.tsx';
import { useHistory } from './use-history.ts';

const pageSize = 50;

/** Every hit of the last 90 days, of all positions and links. */
export function HistoryView() {
  const [positionId, linkId] = [filterOf('position'), filterOf('link')];
  return <Listed key={`${positionId} ${linkId}`} positionId={positionId} linkId={linkId} />;
}

function Listed({ positionId, linkId }: { positionId: string; linkId: string }) {
  const [atMost, setAtMost] = useState(pageSize);
  const since = startOfPeriod(filterOf('period'), new Date());
  const matches = toMatcher({ positionId, linkId, since });
  const lacks = (read: readonly HitView[]) => read.filter(matches).length < atMost;
  const { hits, busy, error, hasMore, retry, readAll } = useHistory({ positionId, linkId, since, lacks });
  const all = withFresh(hits);
  const listed = all.filter(matches);
  return (
    <>
      <header class="view-head">
        <h1 tabIndex={-1}>History</h1>
        <div class="actions">
          <CsvButton
            name="history"
            disabled={listed.length === 0}
            toCsv={async () => toFile(withFresh(await readAll()).filter(matches))}
          />
        </div>
      </header>
      <HistoryFilters hits={all} />
      <ErrorText>{error}</ErrorText>
      {listed.length > 0 ? (
        <section class="card card-body">
          <HitList hits={listed.slice(0, atMost)} toSubject={(hit) => <HitSubject hit={hit} />} />
        </section>
      ) : null}
      {listed.length === 0 && !hasMore && !busy ? <Empty isFiltered={all.length > 0} /> : null}
      <div class="below" role="status">
        {busy ? <p class="muted">Reading hits…</p> : null}
      </div>
      {!busy && (hasMore || listed.length > atMost) ? (
        <More error={error} onMore={() => setAtMost(atMost + pageSize)} onRetry={retry} />
      ) : null}
      <p class="help below">Ripcord keeps hits for 90 days, even after you forget their position.</p>
    </>
  );
}

function More({
  error,
  onMore,
  onRetry,
}: {
  error: string | undefined;
  onMore: () => void;
  onRetry: () => void;
}) {
  return (
    <button type="button" class="more" onClick={error === undefined ? onMore : onRetry}>
      {error === undefined ? 'Load more' : 'Try again'}
    </button>
  );
}

/** What has happened since the first page was read arrives with the page's own changes. */
function withFresh(hits: readonly HitView[]): readonly HitView[] {
  const ids = new Set(hits.map(({ hitId }) => hitId));
  const newest = hits[0]?.at ?? '';
  return [...latestHits.value.filter(({ hitId, at }) => at >= newest && !ids.has(hitId)), ...hits];
}

function toFile(hits: readonly HitView[]): string {
  const positions = state.value?.positions ?? [];
  return toCsv(toHitColumns({ positions, links: links.value }), hits);
}

function Empty({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered)
    return (
      <EmptyState icon="search" title="No matching hits">
        <p>Choose another link, position, result, source or period above.</p>
      </EmptyState>
    );
  return (
    <EmptyState icon="rows" title="No hits yet">
      <p>
        Each request to a link and each close from the console appears here, with the decision and its reason.
      </p>
    </EmptyState>
  );
}
