import { useEffect, useState } from 'preact/hooks';
import type { CommandResult, LinkView } from '../../../lib/admin/contract/commands.ts';
import { ask } from '../api.ts';
import { Dialog } from '../control/dialog.tsx';
import { Trouble } from '../control/field.tsx';
import { Pill, StagePill } from '../control/pill.tsx';
import { useTask } from '../control/use-task.ts';
import { actions, marketName } from '../labels.ts';

/** What a link would do now, asked of the exchange and not done. */
export function PreviewDialog({ link, onClose }: { link: LinkView; onClose: () => void }) {
  const [told, setTold] = useState<CommandResult<'links.preview'> | undefined>(undefined);
  const { trouble, run } = useTask();
  const { linkId } = link;
  useEffect(() => run(async () => setTold(await ask('links.preview', { linkId }))), [linkId]);
  return (
    <Dialog
      title="What it would do now"
      subtitle={`${actions[link.action].title} · ${linkId}`}
      onClose={onClose}
    >
      <div class="dialog-body" aria-live="polite">
        <Trouble>{trouble}</Trouble>
        {told === undefined ? (
          trouble === undefined ? (
            <p class="muted">Asking the exchange…</p>
          ) : null
        ) : (
          <>
            <p class="pills">
              <Pill tone={told.fires ? 'gain' : 'over'}>{told.fires ? 'Would act' : 'Would not act'}</Pill>
              <span>
                {marketName(told.position.symbol)} {told.position.side}
              </span>
              <StagePill position={told.position} />
            </p>
            <p class="large">{told.would}</p>
            <p class="help">Nothing has been done. The exchange was asked just now.</p>
          </>
        )}
      </div>
    </Dialog>
  );
}
