import { useState } from 'preact/hooks';
import type { CommandResult } from '../../../lib/admin/contract/commands.ts';
import { call, type FieldErrors } from '../api.ts';
import { Dialog } from '../control/dialog.tsx';
import { DialogFooter } from '../control/dialog-footer.tsx';
import { ErrorText, Form } from '../control/field.tsx';
import { useTask } from '../control/use-task.ts';
import { strategyPaths, toSummary } from '../exits/form-errors.ts';
import { useFirstError } from '../exits/use-first-error.ts';
import { useUncopied } from '../link/created-links.tsx';
import { refresh, tradingAccounts } from '../store.ts';
import { StrategyCreated } from './strategy-created.tsx';
import { ActionFields, BehaviorFields, ScopeFields, StrategyOptions } from './strategy-fields.tsx';
import { noStrategy, type StrategyChoices, toStrategyInput } from './strategy-input.ts';
import { StrategyReview } from './strategy-review.tsx';

type Created = CommandResult<'links.create'>;
type Step = 'form' | 'form-again' | 'review';

/** Creates a standing link: first the form, then the link in words, then its URL and its first alert. */
export function StrategyDialog({ onClose }: { onClose: () => void }) {
  const [choices, setChoices] = useState<StrategyChoices>({
    ...noStrategy,
    account: tradingAccounts.value?.[0]?.name ?? '',
  });
  const [step, setStep] = useState<Step>('form');
  const [created, setCreated] = useState<Created | undefined>(undefined);
  const uncopied = useUncopied(created === undefined ? [] : [created]);
  const back = () => setStep('form-again');
  const { busy, error, fieldErrors, reset, run } = useTask(back);
  const create = () =>
    run(async () => {
      setCreated(await call('links.create', toStrategyInput(choices)));
      await refresh();
    });
  const review = () => {
    reset();
    setStep('review');
  };
  return (
    <Dialog {...toHeading(step, created)} mayClose={() => !busy && uncopied.mayClose()} onClose={onClose}>
      {created === undefined ? null : <StrategyCreated created={created} {...uncopied} />}
      {created === undefined && step === 'review' ? (
        <StrategyReview choices={choices} busy={busy} error={error} onBack={back} onCreate={create} />
      ) : null}
      {created === undefined && step !== 'review' ? (
        <StrategyForm
          choices={choices}
          errors={fieldErrors}
          error={error}
          isBack={step === 'form-again'}
          set={(change) => setChoices((now) => ({ ...now, ...change }))}
          onClose={onClose}
          onReview={review}
        />
      ) : null}
    </Dialog>
  );
}

function toHeading(step: Step, created: Created | undefined) {
  if (created !== undefined) return { title: 'Your webhook link' };
  if (step === 'review') return { title: 'Create this link?' };
  return { title: 'New standing link', subtitle: 'One link for every position that is open at the alert.' };
}

interface StrategyFormProps {
  choices: StrategyChoices;
  errors: FieldErrors;
  error: string | undefined;
  isBack: boolean;
  set: (change: Partial<StrategyChoices>) => void;
  onClose: () => void;
  onReview: () => void;
}

function StrategyForm({ choices, errors, error, isBack, set, onClose, onReview }: StrategyFormProps) {
  const form = useFirstError(errors);
  const fields = { choices, errors, set };
  return (
    <Form onSubmit={onReview}>
      <div ref={form} class="dialog-body">
        <ScopeFields {...fields} />
        <ActionFields {...fields} />
        <BehaviorFields {...fields} />
        <StrategyOptions {...fields} />
        <ErrorText>{toSummary(error, errors, strategyPaths)}</ErrorText>
      </div>
      <DialogFooter
        busy={false}
        secondary={{ label: 'Cancel', onClick: onClose }}
        primary={{ label: 'Review link', isFocused: isBack && errors.size === 0 }}
      />
    </Form>
  );
}
