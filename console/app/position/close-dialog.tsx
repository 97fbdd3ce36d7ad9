import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { ask } from '../api.ts';
import { ConfirmDialog } from '../control/confirm-dialog.tsx';
import { StagePill } from '../control/pill.tsx';
import { say } from '../control/toast.tsx';
import { effectNow, marketName } from '../labels.ts';

/** The same as firing a close link, from here. */
export function CloseDialog({ position, onClose }: { position: PositionView; onClose: () => void }) {
  return (
    <ConfirmDialog
      title="Close this position now?"
      subtitle={
        <>
          {marketName(position.symbol)} {position.side} <StagePill position={position} />
        </>
      }
      verb="Close now"
      onClose={onClose}
      task={async () => {
        const report = await ask('positions.close', { positionId: position.positionId });
        say(report.detail, report.status < 300 ? 'good' : 'bad');
      }}
    >
      <p class="large">
        {effectNow('close', position).replace(/^Now it (.)/, (_, first: string) => `It ${first}`)}
      </p>
      <p class="help">
        The same as firing a link that closes. It goes to the exchange at once and can't be taken back.
      </p>
    </ConfirmDialog>
  );
}
