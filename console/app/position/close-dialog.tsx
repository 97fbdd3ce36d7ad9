import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { call } from '../api.ts';
import { ConfirmDialog } from '../control/confirm-dialog.tsx';
import { PositionTitle } from '../control/pill.tsx';
import { showToast } from '../control/toast.tsx';
import { hasEnded } from '../labels.ts';
import { usePreview } from '../use-preview.ts';

/** Does what a close link would do. */
export function CloseDialog({ position, onClose }: { position: PositionView; onClose: () => void }) {
  const { close } = usePreview(position);
  return (
    <ConfirmDialog
      title="Close this position now?"
      subtitle={<PositionTitle position={position} />}
      verb="Close now"
      disabled={hasEnded(position)}
      onClose={onClose}
      task={async () => {
        const report = await call('positions.close', { positionId: position.positionId });
        showToast(report.detail, report.status < 300 ? 'good' : 'bad');
      }}
    >
      <p class="large">If closed now: {close}</p>
      {hasEnded(position) ? null : (
        <p class="help">This acts at the exchange immediately and can't be undone.</p>
      )}
    </ConfirmDialog>
  );
}
