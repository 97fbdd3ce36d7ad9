import type { ComponentChildren } from 'preact';
import type { HitView } from '../../../lib/admin/contract/commands.ts';
import { describeWhy } from '../../../lib/link/refusal.ts';
import { Pill } from '../control/pill.tsx';
import { Timestamp } from '../timestamp.tsx';
import { collapseHits } from './collapse-hits.ts';
import { formatOrigin, outcomeWord, toDecision } from './hit-text.ts';
import { PositionName } from './position-name.tsx';

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
      {collapseHits(hits).map(({ hit, count, since }) => (
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
          {count === 1 ? null : (
            <p class="muted">
              {count} times since <Timestamp at={since} />
            </p>
          )}
          <Positions positions={hit.positions} />
          {hit.requests.length === 0 ? null : <Requests requests={hit.requests} />}
        </li>
      ))}
    </ol>
  );
}

/** What a hit of a standing link did to each position. */
function Positions({ positions = [] }: Pick<HitView, 'positions'>) {
  if (positions.length === 0) return null;
  return (
    <ul class="sentences">
      {positions.map(({ positionId, outcome }) => (
        <li key={positionId}>
          <PositionName positionId={positionId} />: {outcomeWord(outcome)}
        </li>
      ))}
    </ul>
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
