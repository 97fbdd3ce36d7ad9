import type { HitView } from '../../../lib/admin/contract/commands.ts';
import { Pill } from '../control/pill.tsx';
import { marketName } from '../labels.ts';
import { formatOrigin, toDecision } from '../link/hit-text.ts';
import { paths } from '../route.ts';
import { findPosition, hits } from '../store.ts';
import { Timestamp } from '../timestamp.tsx';

/** As many as fit beside the positions. */
const maxShown = 8;

/** The latest hits and their results. */
export function Activity() {
  return (
    <section class="card">
      <div class="card-head">
        <h2>Recent hits</h2>
        <a href={paths.history}>History</a>
      </div>
      {hits.value.length === 0 ? (
        <p class="muted card-body">No hits yet.</p>
      ) : (
        <ol class="activity">
          {hits.value.slice(0, maxShown).map((hit) => (
            <Hit key={hit.hitId} hit={hit} />
          ))}
        </ol>
      )}
    </section>
  );
}

function Hit({ hit }: { hit: HitView }) {
  const position = findPosition(hit.positionId);
  const { word, tone } = toDecision(hit);
  return (
    <li>
      <p>
        <Pill tone={tone}>{word}</Pill>
        {position === undefined ? null : (
          <a href={paths.position(position.positionId)}>{marketName(position.symbol)}</a>
        )}
        <Timestamp at={hit.at} />
      </p>
      <p>{hit.why}</p>
      <p class="muted">{formatOrigin(hit)}</p>
    </li>
  );
}
