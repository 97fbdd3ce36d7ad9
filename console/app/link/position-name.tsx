import { marketName } from '../labels.ts';
import { paths } from '../route.ts';
import { findPosition } from '../store.ts';

/** A position as a link to it. One that was forgotten has only its id. */
export function PositionName({ positionId }: { positionId: string }) {
  const position = findPosition(positionId);
  if (position === undefined) return <code>{positionId}</code>;
  return (
    <>
      <a href={paths.position(positionId)}>{marketName(position.symbol)}</a> {position.side}
    </>
  );
}
