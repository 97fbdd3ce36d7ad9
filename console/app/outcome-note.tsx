import type { PositionView } from '../../lib/admin/contract/commands.ts';
import { Icon } from './control/icon.tsx';
import { toDisplayStatus } from './labels.ts';
import { dismiss, findOutcome, type Outcome, outcomes, outcomeTitle } from './outcomes.ts';
import { Timestamp } from './timestamp.tsx';

/** What happened to a position since its owner last looked, beside its status. */
export function OutcomeNote({ position }: { position: PositionView }) {
  const outcome = findOutcome(position.positionId);
  if (outcome === undefined)
    return toDisplayStatus(position) === 'closing' ? (
      <span class="sub">Ripcord finishes this by itself.</span>
    ) : null;
  return (
    <span class={`outcome ${outcome.tone}`} title={outcome.detail}>
      <span>
        {outcome.word} <Timestamp at={outcome.at} />
      </span>
      <Dismiss outcome={outcome} />
    </span>
  );
}

/** Why, as text: it may be what the owner has to act on. */
export function OutcomeReason({ position }: { position: PositionView }) {
  const outcome = findOutcome(position.positionId);
  if (outcome?.showsDetail !== true) return null;
  return (
    <p class={`outcome-reason ${outcome.tone}`}>
      <strong>{outcome.word}.</strong> {outcome.detail}
    </p>
  );
}

/** The same as a row of a table. */
export function OutcomeRow({ position, span }: { position: PositionView; span: number }) {
  if (findOutcome(position.positionId)?.showsDetail !== true) return null;
  return (
    <tr class="note-row">
      <td colSpan={span}>
        <OutcomeReason position={position} />
      </td>
    </tr>
  );
}

function Dismiss({ outcome }: { outcome: Outcome }) {
  return (
    <button
      type="button"
      class="dismiss"
      aria-label={`Dismiss ${outcomeTitle(outcome)}`}
      onClick={() => dismiss(outcome)}
    >
      <Icon name="close" />
    </button>
  );
}

/** Dismisses several outcomes at once. */
export function DismissAll() {
  const all = outcomes.value;
  return all.length < 2 ? null : (
    <button type="button" onClick={() => dismiss(...all)}>
      Dismiss {all.length} outcomes
    </button>
  );
}
