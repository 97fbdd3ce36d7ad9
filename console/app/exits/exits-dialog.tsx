import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { computeBreakEven } from '../../../lib/exits/exit-prices.ts';
import { call, type FieldErrors } from '../api.ts';
import { Dialog } from '../control/dialog.tsx';
import { DialogFooter } from '../control/dialog-footer.tsx';
import { ErrorText, Form } from '../control/field.tsx';
import { PositionTitle } from '../control/pill.tsx';
import { Review } from '../control/review.tsx';
import { showToast } from '../control/toast.tsx';
import { useTask } from '../control/use-task.ts';
import { isPositive, multiply, subtract, sum } from '../format.ts';
import { canEditExits } from '../labels.ts';
import { refresh } from '../store.ts';
import { describeChoices } from './describe-choices.ts';
import { describeExits } from './describe-exits.ts';
import {
  type ExitChoices,
  outdatedExits,
  toExitChoices,
  toExitsChange,
  toSignature,
} from './exit-choices.ts';
import { ExitFields } from './exit-fields.tsx';
import { ExitPlan, usePlanMarket } from './exit-plan.tsx';
import { exitPaths, toSummary } from './form-errors.ts';
import { useFirstError } from './use-first-error.ts';
import type { Market } from './use-market.ts';

/** Replaces the targets or the stop of a position: first the form, then what changes. */
export function ExitsDialog({ position, onClose }: { position: PositionView; onClose: () => void }) {
  const exits = useChoices(position);
  const [step, setStep] = useState<'form' | 'back' | 'review'>('form');
  const back = () => setStep('back');
  const { busy, error, fieldErrors, reset, send } = useSending(position, onClose, back);
  const review = () => {
    reset();
    setStep('review');
  };
  const props = { position, exits, error };
  return (
    <Dialog
      title={step === 'review' ? 'Replace these exits?' : 'Edit exits'}
      subtitle={<PositionTitle position={position} />}
      {...(step === 'review' ? {} : { width: 'ticket' as const })}
      mayClose={() => !busy}
      onClose={onClose}
    >
      {step === 'review' ? (
        <ExitsReview {...props} busy={busy} onBack={back} onSend={() => send(exits.change)} />
      ) : (
        <ExitsForm
          {...props}
          errors={fieldErrors}
          isBack={step === 'back'}
          onClose={onClose}
          onReview={review}
        />
      )}
    </Dialog>
  );
}

interface StepProps {
  position: PositionView;
  exits: ReturnType<typeof useChoices>;
  error: string | undefined;
}

interface ExitsFormProps extends StepProps {
  errors: FieldErrors;
  isBack: boolean;
  onClose: () => void;
  onReview: () => void;
}

function ExitsForm({ position, exits, error, errors, isBack, onClose, onReview }: ExitsFormProps) {
  const form = useFirstError(errors);
  const { choices, setChoices, change, mayEdit } = exits;
  return (
    <Form onSubmit={onReview}>
      <div ref={form} class="dialog-body ticket">
        <Planner position={position} choices={choices} onChoices={setChoices} errors={errors}>
          {mayEdit ? null : <p class="hint">{outdatedExits}</p>}
          <ErrorText>{toSummary(error, errors, exitPaths)}</ErrorText>
        </Planner>
      </div>
      <DialogFooter
        busy={false}
        secondary={{ label: 'Cancel', onClick: onClose }}
        primary={{
          label: 'Review exits',
          isFocused: isBack && errors.size === 0,
          disabled: change === undefined || !mayEdit,
        }}
      />
    </Form>
  );
}

/** What is replaced, in words, and the button that replaces it. */
function ExitsReview({
  position: { side, priceStep, symbol },
  exits: { before, choices, mayEdit },
  error,
  busy,
  onBack,
  onSend,
}: StepProps & { busy: boolean; onBack: () => void; onSend: () => void }) {
  const market = { side, priceStep };
  return (
    <Review
      label="The exits"
      busy={busy}
      error={error}
      onBack={onBack}
      primary={{ label: 'Replace exits', disabled: !mayEdit, onClick: onSend }}
    >
      <Sentences title="New exits" texts={describeChoices(choices, market)} />
      <Sentences title="Exits now" texts={describeChoices(before, market)} />
      {mayEdit ? null : <p class="hint">{outdatedExits}</p>}
      <p class="help">
        Nothing has been sent yet.{' '}
        {symbol.includes(':')
          ? 'Ripcord replaces the orders at the exchange that change; the others stay.'
          : 'On spot, Ripcord may place every exit again, because they share the coins.'}
      </p>
    </Review>
  );
}

function Sentences({ title, texts }: { title: string; texts: string[] }) {
  return (
    <div>
      <h3>{title}</h3>
      <ul class="sentences">
        {texts.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </div>
  );
}

interface PlannerProps {
  position: PositionView;
  choices: ExitChoices;
  onChoices: (choices: ExitChoices) => void;
  errors: FieldErrors;
  children: ComponentChildren;
}

/** The fields, and the plan beside them. */
function Planner({ position, choices, onChoices, errors, children }: PlannerProps) {
  const { account, symbol, side, averageEntry, priceStep } = position;
  const reading = usePlanMarket(account, symbol);
  const price = averageEntry ?? position.entryOrders.find((entry) => entry.price !== undefined)?.price;
  // Exits have to be beyond the market's price, and beyond the entry's while nothing has filled.
  const start = averageEntry === undefined ? price : (reading.market?.price ?? price);
  return (
    <>
      <div class="ticket-fields">
        <ExitFields
          choices={choices}
          onChange={onChoices}
          from={{ side, price: start, priceStep }}
          canBreakEven={averageEntry !== undefined && isPositive(position.remaining)}
          errors={errors}
        />
        <p class="help">Percents are of what remains. What you don't change stays as it is.</p>
        {children}
      </div>
      <div class="ticket-plan">
        <ExitPlan
          entry={{ account, symbol, side, price }}
          choices={choices}
          onChoices={onChoices}
          reading={reading}
          amount={toCovered(position)}
          breakEvenPrice={toBreakEven(position, reading.market)}
        />
      </div>
    </>
  );
}

/** Starts from the exits that the position has when the form opens. */
function useChoices(position: PositionView) {
  const [before] = useState(() => toExitChoices(position));
  const [signature] = useState(() => toSignature(position));
  const [choices, setChoices] = useState(before);
  return {
    before,
    choices,
    setChoices,
    change: toExitsChange(before, choices),
    mayEdit: canEditExits(position) && toSignature(position) === signature,
  };
}

function useSending({ positionId }: PositionView, onClose: () => void, onRefused: () => void) {
  const { run, ...task } = useTask(onRefused);
  const send = (change: ReturnType<typeof toExitsChange>) =>
    run(async () => {
      if (change === undefined) return;
      const { position } = await call('positions.setExits', { positionId, ...change });
      const { text, tone } = describeExits(position);
      onClose();
      showToast(text, tone);
      await refresh();
    });
  return { ...task, send };
}

/** What percents are of: what remains, and what the entry may still fill. */
function toCovered({ remaining, entryOrders }: PositionView): string {
  const open = entryOrders.filter(({ status }) => status !== 'done');
  return sum([remaining, ...open.map(({ amount, filled }) => subtract(amount, filled))]);
}

/** For the chart only. The admin function uses the fees that the entry really paid. */
function toBreakEven(position: PositionView, market: Market | undefined): string | undefined {
  const { side, averageEntry, filled, remaining, priceStep } = position;
  const takerRate = market?.takerRate;
  if (averageEntry === undefined || typeof takerRate !== 'string' || !isPositive(remaining)) return undefined;
  const fees = multiply(multiply(averageEntry, filled), takerRate);
  return computeBreakEven({ side, filled, net: filled, averageEntry, fees }, takerRate, priceStep);
}
