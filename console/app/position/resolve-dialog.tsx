import { useEffect, useState } from 'preact/hooks';
import type { CommandResult, PositionView } from '../../../lib/admin/contract/commands.ts';
import { ask } from '../api.ts';
import { Dialog } from '../control/dialog.tsx';
import { Trouble } from '../control/field.tsx';
import { say } from '../control/toast.tsx';
import { useTask } from '../control/use-task.ts';
import { marketName } from '../labels.ts';
import { refresh } from '../store.ts';

type Resolved = CommandResult<'positions.resolve'>;

const verdicts: Record<Resolved['verdict'], string> = {
  closed: 'It is closed.',
  canceled: 'It is cancelled.',
  open: 'It is still open.',
  unknown: 'The record does not say yet.',
};

/** What the exchange's own record says of a position that needs a person, and settling it so. */
export function ResolveDialog({ position, onClose }: { position: PositionView; onClose: () => void }) {
  const [told, setTold] = useState<Resolved | undefined>(undefined);
  const { busy, trouble, run } = useTask();
  const { positionId } = position;
  const look = () => run(async () => setTold(await ask('positions.resolve', { positionId })));
  useEffect(look, [positionId]);
  const apply = () =>
    run(async () => {
      const { reason } = await ask('positions.resolve', { positionId, apply: true });
      say(`Resolved. ${reason}`);
      onClose();
      await refresh();
    });
  const settles = told !== undefined && told.verdict !== 'unknown';
  return (
    <Dialog
      title="Resolve this position"
      subtitle={`${marketName(position.symbol)} ${position.side}`}
      onClose={onClose}
    >
      <div class="dialog-body" aria-live="polite">
        {position.attentionReason === undefined ? null : <p class="hint">{position.attentionReason}</p>}
        <Trouble>{trouble}</Trouble>
        {told === undefined ? (
          busy ? (
            <p class="muted">Reading the exchange's own record…</p>
          ) : null
        ) : (
          <>
            <p class="large">{verdicts[told.verdict]}</p>
            <p>{told.reason}</p>
          </>
        )}
      </div>
      <footer>
        <button type="button" disabled={busy} onClick={look}>
          Look again
        </button>
        <button type="button" class="primary" disabled={busy || !settles} onClick={apply}>
          Settle it so
        </button>
      </footer>
    </Dialog>
  );
}
