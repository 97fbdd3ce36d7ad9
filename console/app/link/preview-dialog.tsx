import { useEffect, useState } from 'preact/hooks';
import type { CommandResult, LinkView } from '../../../lib/admin/contract/commands.ts';
import { call } from '../api.ts';
import { Dialog } from '../control/dialog.tsx';
import { ErrorText } from '../control/field.tsx';
import { Pill, StatusPill } from '../control/pill.tsx';
import { useTask } from '../control/use-task.ts';
import { isStanding, marketName } from '../labels.ts';
import { findPosition, paused, positions } from '../store.ts';
import { toPlanKey } from '../use-preview.ts';
import { LinkTitle } from './link-title.tsx';
import { PreviewList } from './preview-list.tsx';
import { listMatching } from './scope-text.ts';

type LinkPreview = CommandResult<'links.preview'>;

/** What a link would do now, from live exchange data, read again when the link or its position changes. */
export function PreviewDialog({ link, onClose }: { link: LinkView; onClose: () => void }) {
  const [preview, setPreview] = useState<LinkPreview | undefined>(undefined);
  const { busy, error, run } = useTask();
  const { linkId, state, uses } = link;
  const planKey = toLinkPlanKey(link);
  useEffect(() => {
    let isOutdated = false;
    setPreview(undefined);
    run(async () => {
      const read = await call('links.preview', { linkId });
      if (!isOutdated) setPreview(read);
    });
    return () => {
      isOutdated = true;
    };
  }, [linkId, planKey, state, uses, paused.value]);
  return (
    <Dialog title="What would it do now?" subtitle={<LinkTitle link={link} />} onClose={onClose}>
      <div class="dialog-body" aria-live="polite">
        <ErrorText>{error}</ErrorText>
        {busy ? <p class="muted">Reading the position from the exchange…</p> : null}
        {preview === undefined ? null : <Preview preview={preview} />}
      </div>
    </Dialog>
  );
}

/** Changes when what a link would do may have changed. */
function toLinkPlanKey(link: LinkView): string {
  if (!isStanding(link)) return toPlanKey(findPosition(link.positionId));
  const matching = listMatching(link.scope, positions.value ?? []);
  return matching.map((each) => `${each.positionId} ${toPlanKey(each)}`).join();
}

function Preview({ preview }: { preview: LinkPreview }) {
  const { fires, would, position } = preview;
  return (
    <>
      <p class="pills">
        <Pill tone={fires ? 'gain' : 'over'}>{fires ? 'Would act' : 'Would not act'}</Pill>
        {position === undefined ? null : (
          <>
            <span>
              {marketName(position.symbol)} {position.side}
            </span>
            <StatusPill position={position} />
          </>
        )}
      </p>
      <p class="large">{would}</p>
      <PreviewList preview={preview} />
      <p class="help">Nothing was done. What is open was just read from the exchange.</p>
    </>
  );
}
