import type { HitView } from '../../../lib/admin/contract/commands.ts';
import { isStanding } from '../labels.ts';
import { urlEnd } from '../link/link-title.tsx';
import { PositionName } from '../link/position-name.tsx';
import { scopeText } from '../link/scope-text.ts';
import { links } from '../store.ts';

/** The position and the link of a hit. One that was forgotten has only its id. */
export function HitSubject({ hit: { positionId, linkId } }: { hit: HitView }) {
  const link = links.value.find((each) => each.linkId === linkId);
  const scope = link !== undefined && isStanding(link) ? scopeText(link.scope) : undefined;
  return (
    <span>
      {positionId === undefined ? scope : <PositionName positionId={positionId} />}
      {link === undefined ? null : (
        <span class="muted">
          {' '}
          · link {urlEnd(link)}
          {link.label === undefined ? '' : ` (${link.label})`}
        </span>
      )}
    </span>
  );
}
