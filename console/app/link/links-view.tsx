import { useState } from 'preact/hooks';
import { EmptyState } from '../control/empty-state.tsx';
import { Segments } from '../control/segments.tsx';
import { isArmed } from '../labels.ts';
import { paths } from '../route.ts';
import { findPosition, links } from '../store.ts';
import { LinkTable } from './link-table.tsx';

export function LinksView() {
  const [shown, setShown] = useState<'armed' | 'all'>('armed');
  const armed = links.value.filter((link) => isArmed(link, findPosition(link.positionId)));
  const listed = shown === 'armed' ? armed : links.value;
  return (
    <>
      <header class="view-head">
        <h1 tabIndex={-1}>Links</h1>
      </header>
      <div class="toolbar">
        <Segments
          name="Which links"
          value={shown}
          onChange={setShown}
          options={[
            { value: 'armed', label: 'Armed', count: armed.length },
            { value: 'all', label: 'All', count: links.value.length },
          ]}
        />
      </div>
      {listed.length === 0 ? (
        <EmptyState icon="link" title={shown === 'armed' ? 'No armed links' : 'No links yet'}>
          <p>
            Create one from a position's three-dot menu in <a href={paths.positions}>My Positions</a>.
          </p>
        </EmptyState>
      ) : (
        <section class="card flush">
          <LinkTable links={listed} of="all positions" />
        </section>
      )}
    </>
  );
}
