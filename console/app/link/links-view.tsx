import { useState } from 'preact/hooks';
import { Empty } from '../control/empty.tsx';
import { Segments } from '../control/segments.tsx';
import { isArmed } from '../labels.ts';
import { pathOf } from '../route.ts';
import { links, positionOf } from '../store.ts';
import { LinkTable } from './link-table.tsx';

/** Every link there is. */
export function LinksView() {
  const [shown, setShown] = useState<'armed' | 'all'>('armed');
  const armed = links.value.filter((link) => isArmed(link, positionOf(link.positionId)));
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
        <Empty icon="link" title={shown === 'armed' ? 'No link is armed' : 'No links yet'}>
          <p>
            Create one from a position's three-dot menu in <a href={pathOf.positions}>My Positions</a>.
          </p>
        </Empty>
      ) : (
        <section class="card flush">
          <LinkTable links={listed} withPosition />
        </section>
      )}
    </>
  );
}
