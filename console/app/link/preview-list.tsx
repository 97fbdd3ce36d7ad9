import type { CommandResult } from '../../../lib/admin/contract/commands.ts';
import { marketName } from '../labels.ts';
import { findPosition } from '../store.ts';

type LinkPreview = CommandResult<'links.preview'>;

/** Each position that a standing link matches with what a hit would do, and who is left out. */
export function PreviewList({ preview }: { preview: LinkPreview }) {
  if (preview.link.positionId !== undefined && preview.positions.length < 2) return null;
  return <PlanList plan={preview} />;
}

/** The same of a link that may not exist yet. */
export function PlanList({
  plan: { positions, adopts, leftOut },
}: {
  plan: Pick<LinkPreview, 'positions' | 'adopts' | 'leftOut'>;
}) {
  return (
    <>
      {positions.length === 0 && adopts === undefined ? null : (
        <ul class="sentences">
          {positions.map(({ positionId, ...row }) => (
            <PlanRow key={positionId} label={findPosition(positionId)?.label} {...row} />
          ))}
          {adopts === undefined ? null : <PlanRow label="opened elsewhere" {...adopts} />}
        </ul>
      )}
      <LeftOutList
        leftOut={leftOut.map(({ positionId, symbol, side, why }) => ({
          key: positionId,
          text: `${marketName(symbol)} ${side}: ${why}`,
        }))}
      />
    </>
  );
}

type Row = Pick<LinkPreview['positions'][number], 'account' | 'symbol' | 'side' | 'would'>;

function PlanRow({ account, symbol, side, would, label }: Row & { label: string | undefined }) {
  return (
    <li>
      <strong>
        {marketName(symbol)} {side}
      </strong>{' '}
      on {account}
      {label === undefined ? '' : ` (${label})`}: {would}
    </li>
  );
}

function LeftOutList({ leftOut }: { leftOut: readonly { key: string; text: string }[] }) {
  if (leftOut.length === 0) return null;
  return (
    <details>
      <summary>
        {leftOut.length === 1 ? '1 open position is' : `${leftOut.length} open positions are`} left out
      </summary>
      <ul class="sentences">
        {leftOut.map(({ key, text }) => (
          <li key={key}>{text}</li>
        ))}
      </ul>
    </details>
  );
}
