import { Pill } from '../control/pill.tsx';
import { marketName } from '../labels.ts';
import { decisionOf, originOf } from '../link/hit-line.tsx';
import { pathOf } from '../route.ts';
import { hits, positionOf } from '../store.ts';
import { Moment } from '../timestamp.tsx';

/** As many as fit beside the positions. */
const shown = 8;

/** What hit the links lately, and what came of it. */
export function Activity() {
  return (
    <section class="card">
      <h2>Recent hits</h2>
      {hits.value.length === 0 ? (
        <p class="muted card-body">No link has been fired yet.</p>
      ) : (
        <ol class="activity">
          {hits.value.slice(0, shown).map((hit) => {
            const position = positionOf(hit.positionId);
            return (
              <li key={hit.hitId}>
                <p>
                  <Pill tone={decisionOf(hit).tone}>{decisionOf(hit).word}</Pill>
                  {position === undefined ? null : (
                    <a href={pathOf.position(hit.positionId)}>{marketName(position.symbol)}</a>
                  )}
                  <Moment at={hit.at} />
                </p>
                <p>{hit.why}</p>
                <p class="muted">{originOf(hit)}</p>
              </li>
            );
          })}
        </ol>
      )}
    </section>
  );
}
