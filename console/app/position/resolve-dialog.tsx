import { useEffect, useState } from 'preact/hooks';
import type { CommandResult, PositionView } from '../../../lib/admin/contract/commands.ts';
import { call } from '../api.ts';
import { Dialog } from '../control/dialog.tsx';
import { DialogFooter } from '../control/dialog-footer.tsx';
import { ErrorText } from '../control/field.tsx';
import { showToast } from '../control/toast.tsx';
import { useTask } from '../control/use-task.ts';
import { marketName } from '../labels.ts';
import { refresh } from '../store.ts';

type Resolution = CommandResult<'positions.resolve'>;

const verdicts: Record<Resolution['verdict'], string> = {
  closed: 'The position is closed.',
  canceled: 'The position is canceled.',
  open: 'The position is still open.',
  unknown: "The exchange's record allows no conclusion yet.",
};

/** The result by the exchange's record of a position that needs attention, and a button that applies it. */
export function ResolveDialog({ position, onClose }: { position: PositionView; onClose: () => void }) {
  const { resolution, busy, error, check, apply } = useResolution(position.positionId, onClose);
  const canApply = resolution !== undefined && resolution.verdict !== 'unknown';
  return (
    <Dialog
      title="Resolve this position"
      subtitle={`${marketName(position.symbol)} ${position.side}`}
      onClose={onClose}
    >
      <div class="dialog-body" aria-live="polite">
        {position.attentionReason === undefined ? null : <p class="hint">{position.attentionReason}</p>}
        <ErrorText>{error}</ErrorText>
        {resolution === undefined && busy ? <p class="muted">Reading the exchange's record…</p> : null}
        {resolution === undefined ? null : (
          <>
            <p class="large">{verdicts[resolution.verdict]}</p>
            <p>{resolution.reason}</p>
          </>
        )}
      </div>
      <DialogFooter
        busy={busy}
        secondary={{ label: 'Check again', disabled: busy, onClick: check }}
        primary={{ label: 'Apply this result', disabled: !canApply, onClick: apply }}
      />
    </Dialog>
  );
}

function useResolution(positionId: string, onResolved: () => void) {
  const [resolution, setResolution] = useState<Resolution | undefined>(undefined);
  const { busy, error, run } = useTask();
  const check = () => run(async () => setResolution(await call('positions.resolve', { positionId })));
  const apply = () =>
    run(async () => {
      const { reason } = await call('positions.resolve', { positionId, apply: true });
      showToast(`Resolved. ${reason}`);
      onResolved();
      await refresh();
    });
  useEffect(check, [positionId]);
  return { resolution, busy, error, check, apply };
}
