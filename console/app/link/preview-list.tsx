import type { CommandResult } from '../../../lib/admin/contract/commands.ts';
import { marketName } from '../labels.ts';

type LinkPreview = CommandResult<'links.preview'>;

/** Each position that a standing link matches with what a hit would do, and who is left out. */
export function PreviewList({ preview: { positions, leftOut, link } }: { preview: LinkPreview }) {
  if (link.positionId !== undefined && positions.length < 2) return null;
  return (
    <>
      {positions.length === 0 ? null : (
        <ul class="sentences">
          {positions.map(({ positionId, account, symbol, side, would }) => (
            <li key={positionId}>
              <strong>
                {marketName(symbol)} {side}
              </strong>{' '}
              on {account}: {would}
            </li>
          ))}
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

export function LeftOutList({ leftOut }: { leftOut: readonly { key: string; text: string }[] }) {
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
