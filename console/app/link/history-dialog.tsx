import { useEffect, useState } from 'preact/hooks';
import type { HitView, LinkView } from '../../../lib/admin/contract/commands.ts';
import { call } from '../api.ts';
import { Dialog } from '../control/dialog.tsx';
import { ErrorText } from '../control/field.tsx';
import { useTask } from '../control/use-task.ts';
import { paths } from '../route.ts';
import { hits } from '../store.ts';
import { HitList } from './hit-list.tsx';
import { LinkTitle } from './link-title.tsx';

/** The latest hits of one link, with the requests that it sent to the exchange. */
export function HistoryDialog({ link, onClose }: { link: LinkView; onClose: () => void }) {
  const [listed, setListed] = useState<HitView[] | undefined>(undefined);
  const { error, run } = useTask();
  const { linkId } = link;
  const latest = hits.value.find((hit) => hit.linkId === linkId)?.hitId;
  useEffect(
    () => run(async () => setListed((await call('history.list', { linkId })).hits)),
    [linkId, latest],
  );
  return (
    <Dialog title="History of this link" subtitle={<LinkTitle link={link} />} width="wide" onClose={onClose}>
      <div class="dialog-body">
        <ErrorText>{error}</ErrorText>
        {listed?.length === 0 ? <p class="muted">No hits yet.</p> : null}
        {listed === undefined ? null : <HitList hits={listed} />}
        <p class="help">
          <a href={`${paths.history}?link=${linkId}`} onClick={onClose}>
            All hits of this link
          </a>
        </p>
      </div>
    </Dialog>
  );
}
