import type { ComponentChildren } from 'preact';
import type { HitView } from '../../../lib/admin/contract/commands.ts';
import { describeWhy } from '../../../lib/link/refusal.ts';
import { Pill } from '../control/pill.tsx';
import { Timestamp } from '../timestamp.tsx';
import { formatOrigin, toDecision } from './hit-text.ts';

/** Hits with what was decided and why, and the requests that each sent to the exchange. */
export function HitList({
  hits,
  toSubject,
}: {
  hits: readonly HitView[];
  /** What a hit was about, where a list has several. */
  toSubject?: (hit: HitView) => ComponentChildren;
}) {
  return (
    <ol class="hits">
      {hits.map((hit) => (
        <li key={hit.hitId}>
          <p class="pills">
            <Pill tone={toDecision(hit).tone}>{toDecision(hit).word}</Pill>
            {toSubject?.(hit)}
            <Timestamp at={hit.at} />
            <span class="muted">
              {formatOrigin(hit)}, status {hit.status}
            </span>
          </p>
          <p>{describeWhy(hit)}</p>
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
