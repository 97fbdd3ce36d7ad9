import { useEffect, useState } from 'preact/hooks';
import type { HitView, LinkView } from '../../../lib/admin/contract/commands.ts';
import { ask } from '../api.ts';
import { Dialog } from '../control/dialog.tsx';
import { Trouble } from '../control/field.tsx';
import { Pill } from '../control/pill.tsx';
import { useTask } from '../control/use-task.ts';
import { actions } from '../labels.ts';
import { hits } from '../store.ts';
import { Moment } from '../timestamp.tsx';
import { decisionOf, originOf } from './hit-line.tsx';

/** Everything that hit one link, with what was asked of the exchange. */
export function HistoryDialog({ link, onClose }: { link: LinkView; onClose: () => void }) {
  const [told, setTold] = useState<HitView[] | undefined>(undefined);
  const { trouble, run } = useTask();
  const { linkId } = link;
  const latest = hits.value.find((hit) => hit.linkId === linkId)?.hitId;
  useEffect(() => run(async () => setTold((await ask('history.list', { linkId })).hits)), [linkId, latest]);
  return (
    <Dialog
      title="History of this link"
      subtitle={`${actions[link.action].title} · ${linkId}`}
      wide
      onClose={onClose}
    >
      <div class="dialog-body">
        <Trouble>{trouble}</Trouble>
        {told === undefined ? null : told.length === 0 ? (
          <p class="muted">Nothing has hit this link yet.</p>
        ) : (
          <ol class="hits">
            {told.map((hit) => (
              <li key={hit.hitId}>
                <p class="pills">
                  <Pill tone={decisionOf(hit).tone}>{decisionOf(hit).word}</Pill>
                  <Moment at={hit.at} />
                  <span class="muted">
                    {originOf(hit)}, answered {hit.status}
                  </span>
                </p>
                <p>{hit.why}</p>
                {hit.requests.length === 0 ? null : (
                  <details>
                    <summary>
                      {hit.requests.length === 1 ? '1 request' : `${hit.requests.length} requests`} to the
                      exchange
                    </summary>
                    <ul class="requests">
                      {hit.requests.map((request) => (
                        <li key={`${request.at} ${request.request} ${request.orderId}`}>
                          <Moment at={request.at} /> {request.request}
                          {request.orderId === undefined ? '' : ` ${request.orderId}`}: {request.answer} (
                          {request.ms} ms)
                        </li>
                      ))}
                    </ul>
                  </details>
                )}
              </li>
            ))}
          </ol>
        )}
      </div>
    </Dialog>
  );
}
