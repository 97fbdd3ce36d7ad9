import { useEffect, useState } from 'preact/hooks';
import type { HitView, LinkView } from '../../../lib/admin/contract/commands.ts';
import { call } from '../api.ts';
import { Dialog } from '../control/dialog.tsx';
import { ErrorText } from '../control/field.tsx';
import { Pill } from '../control/pill.tsx';
import { useTask } from '../control/use-task.ts';
import { hits } from '../store.ts';
import { Timestamp } from '../timestamp.tsx';
import { formatOrigin, toDecision } from './hit-text.ts';
import { LinkTitle } from './link-title.tsx';

/** Every hit of one link, with the requests that it sent to the exchange. */
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
        {listed === undefined ? null : <Hits listed={listed} />}
      </div>
    </Dialog>
  );
}

function Hits({ listed }: { listed: HitView[] }) {
  if (listed.length === 0) return <p class="muted">No hits yet.</p>;
  return (
    <ol class="hits">
      {listed.map((hit) => (
        <li key={hit.hitId}>
          <p class="pills">
            <Pill tone={toDecision(hit).tone}>{toDecision(hit).word}</Pill>
            <Timestamp at={hit.at} />
            <span class="muted">
              {formatOrigin(hit)}, status {hit.status}
            </span>
          </p>
          <p>{hit.why}</p>
          {hit.requests.length === 0 ? null : <Requests requests={hit.requests} />}
        </li>
      ))}
    </ol>
  );
}

function Requests({ requests }: Pick<HitView, 'requests'>) {
  return (
    <details>
      <summary>{requests.length === 1 ? '1 request' : `${requests.length} requests`} to the exchange</summary>
      <ul class="requests">
        {requests.map(({ at, request, orderId, answer, ms }) => (
          <li key={`${at} ${request} ${orderId}`}>
            <Timestamp at={at} /> {request}
            {orderId === undefined ? '' : ` ${orderId}`}: {answer} ({ms} ms)
          </li>
        ))}
      </ul>
    </details>
  );
}
