import { useState } from 'preact/hooks';
import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { Review } from '../control/review.tsx';
import { isTyped, TypedConfirmation } from '../control/typed-confirmation.tsx';
import { actionTitle, marketName } from '../labels.ts';
import { LeftOutList } from '../link/preview-list.tsx';
import { describeScope, listLeftOut, listMatching } from '../link/scope-text.ts';
import { toWatch } from '../link/watch-input.ts';
import { describeWatch } from '../link/watch-text.ts';
import { positions } from '../store.ts';
import { usePreview } from '../use-preview.ts';
import {
  canAdopt,
  canRehearse,
  canWatch,
  isFollowing,
  type StrategyChoices,
  toReduce,
  toScope,
  toStop,
} from './strategy-input.ts';

interface StrategyReviewProps {
  choices: StrategyChoices;
  busy: boolean;
  error: string | undefined;
  onBack: () => void;
  onCreate: () => void;
}

/** The link in words, with what it matches now, and the button that creates it. */
export function StrategyReview({ choices, busy, error, onBack, onCreate }: StrategyReviewProps) {
  const [typed, setTyped] = useState('');
  const { kind, action, account } = choices;
  const words = kind === 'account' && action !== 'heartbeat' ? `${action} ${account}` : undefined;
  return (
    <Review
      label="The link"
      busy={busy}
      error={error}
      onBack={onBack}
      primary={{
        label: 'Create link',
        busyLabel: 'Creating…',
        disabled: words !== undefined && !isTyped(words, typed),
        onClick: onCreate,
      }}
    >
      <p class="large">
        {toTitle(choices)}, for {describeScope(toScope(choices))}.
      </p>
      <ul class="sentences">
        {describeBehavior(choices).map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
      <Matching choices={choices} />
      {words === undefined ? null : <TypedConfirmation words={words} typed={typed} onInput={setTyped} />}
      <p class="help">Nothing was created yet. Creating a link sends nothing to the exchange.</p>
    </Review>
  );
}

function toTitle(choices: StrategyChoices): string {
  return actionTitle({ action: choices.action, ...toReduce(choices), ...toStop(choices) });
}

function describeBehavior(choices: StrategyChoices): string[] {
  const { rehearsal, adopt, isWatched, watch } = choices;
  return [
    ...(isFollowing(choices)
      ? [
          'It acts on flat or the other side, and only on positions that were open at an earlier message of their own side.',
        ]
      : []),
    ...(canRehearse(choices)
      ? [
          rehearsal
            ? 'In rehearsal: alerts do nothing until you arm it.'
            : 'Armed at once: the first alert acts.',
        ]
      : []),
    ...(adopt && canAdopt(choices)
      ? ['It adopts what the exchange shows beyond these positions first.']
      : []),
    ...(isWatched && canWatch(choices) ? [`Watch: ${describeWatch(toWatch(watch))}.`] : []),
    'In a browser it shows a button first.',
  ];
}

/** The most positions whose plan is read: each is a request to the exchange. */
const maxPlans = 10;

function Matching({ choices }: { choices: StrategyChoices }) {
  const scope = toScope(choices);
  const all = positions.value ?? [];
  const matching = listMatching(scope, all);
  return (
    <>
      <h3>{matching.length === 0 ? 'Nothing matches now' : `Matches now: ${countOf(matching.length)}`}</h3>
      {matching.length === 0 ? <p class="muted">It acts on what matches when an alert arrives.</p> : null}
      <ul class="sentences">
        {matching.slice(0, maxPlans).map((position) => (
          <li key={position.positionId}>
            <Subject position={position} />: <Effect choices={choices} position={position} />
          </li>
        ))}
      </ul>
      {matching.length > maxPlans ? <p class="muted">And {matching.length - maxPlans} more.</p> : null}
      <LeftOutList
        leftOut={listLeftOut(scope, all).map(({ position, why }) => ({
          key: position.positionId,
          text: `${marketName(position.symbol)} ${position.side}: ${why}`,
        }))}
      />
    </>
  );
}

function countOf(count: number): string {
  return count === 1 ? '1 open position' : `${count} open positions`;
}

function Subject({ position: { symbol, side, account, label } }: { position: PositionView }) {
  return (
    <>
      <strong>
        {marketName(symbol)} {side}
      </strong>{' '}
      on {account}
      {label === undefined ? '' : ` (${label})`}
    </>
  );
}

/** The engine's own plan of a close, a keep and a part in whole percent. Of any other action, what it aims at. */
function Effect({ choices, position }: { choices: StrategyChoices; position: PositionView }) {
  const { action, reduce, reducePercent } = choices;
  if (action === 'heartbeat') return <>nothing changes.</>;
  if (action === 'stop') return <>its stop moves if the new one is better.</>;
  if (action !== 'reduce') return <Planned action={action} position={position} percent={undefined} />;
  const percent = Number(reducePercent);
  return reduce === 'byPercent' && Number.isInteger(percent) ? (
    <Planned action="close" position={position} percent={percent} />
  ) : (
    <>
      closes{' '}
      {reduce === 'toPercent' ? `what exceeds ${reducePercent} % of what filled` : `${reducePercent} %`}.
    </>
  );
}

function Planned({
  action,
  position,
  percent,
}: {
  action: 'close' | 'keep';
  position: PositionView;
  percent: number | undefined;
}) {
  return <>{usePreview(position, percent)[action]}</>;
}
