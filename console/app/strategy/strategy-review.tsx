import { useEffect, useState } from 'preact/hooks';
import type { CommandResult } from '../../../lib/admin/contract/commands.ts';
import { call, errorMessage } from '../api.ts';
import { Review } from '../control/review.tsx';
import { isTyped, TypedConfirmation } from '../control/typed-confirmation.tsx';
import { actionTitle } from '../labels.ts';
import { PlanList } from '../link/preview-list.tsx';
import { describeScope, listMatching } from '../link/scope-text.ts';
import { toWatch } from '../link/watch-input.ts';
import { describeWatch } from '../link/watch-text.ts';
import { positions } from '../store.ts';
import { toPlanKey } from '../use-preview.ts';
import {
  canAdopt,
  canRehearse,
  canWatch,
  isFollowing,
  type StrategyChoices,
  toReduce,
  toScope,
  toStop,
  toStrategyInput,
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
    isFollowing(choices) ? 'In a browser it does nothing.' : 'In a browser it shows a button first.',
  ];
}

type Plan = CommandResult<'links.plan'>;

function Matching({ choices }: { choices: StrategyChoices }) {
  const { plan, error } = usePlan(choices);
  if (error !== undefined) return <p class="muted">What it would do now is not known. {error}</p>;
  if (plan === undefined) return <p class="muted">Reading the positions from the exchange…</p>;
  const { positions: matching, warnings = [] } = plan;
  return (
    <>
      <h3>{matching.length === 0 ? 'Nothing matches now' : `Matches now: ${countOf(matching.length)}`}</h3>
      {matching.length === 0 ? <p class="muted">It acts on what matches when an alert arrives.</p> : null}
      <PlanList plan={plan} />
      {warnings.map((warning) => (
        <p key={warning} class="hint">
          {warning}
        </p>
      ))}
    </>
  );
}

/** What the link would do now, read again when what it matches changes. */
function usePlan(choices: StrategyChoices): { plan?: Plan | undefined; error?: string | undefined } {
  const [read, setRead] = useState<{ plan?: Plan; error?: string }>({});
  const matching = listMatching(toScope(choices), positions.value ?? []);
  const planKey = matching.map((each) => `${each.positionId} ${toPlanKey(each)}`).join();
  useEffect(() => {
    let isOutdated = false;
    setRead({});
    call('links.plan', toStrategyInput(choices)).then(
      (plan) => {
        if (!isOutdated) setRead({ plan });
      },
      (thrown: unknown) => {
        if (!isOutdated) setRead({ error: errorMessage(thrown) });
      },
    );
    return () => {
      isOutdated = true;
    };
  }, [planKey]);
  return read;
}

function countOf(count: number): string {
  return count === 1 ? '1 open position' : `${count} open positions`;
}
