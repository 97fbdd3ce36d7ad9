import type { HitView } from '../../../lib/admin/contract/commands.ts';
import { marketName } from '../labels.ts';
import { urlEnd } from '../link/link-title.tsx';
import { paths } from '../route.ts';
import { findPosition, links } from '../store.ts';

/** The position and the link of a hit. One that was forgotten has only its id. */
export function HitSubject({ hit: { positionId, linkId } }: { hit: HitView }) {
  const position = findPosition(positionId);
  const link = links.value.find((each) => each.linkId === linkId);
  return (
    <span>
      {position === undefined ? (
        <code>{positionId}</code>
      ) : (
        <>
          <a href={paths.position(position.positionId)}>{marketName(position.symbol)}</a> {position.side}
        </>
      )}
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
