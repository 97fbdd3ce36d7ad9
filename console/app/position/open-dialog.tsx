import { useState } from 'preact/hooks';
import { call, type FieldErrors } from '../api.ts';
import { Dialog } from '../control/dialog.tsx';
import { DialogFooter } from '../control/dialog-footer.tsx';
import { Form } from '../control/field.tsx';
import { showToast } from '../control/toast.tsx';
import { useTask } from '../control/use-task.ts';
import { describeExits } from '../exits/describe-exits.ts';
import { usePlanMarket } from '../exits/exit-plan.tsx';
import { entryPaths, exitPaths, toSummary } from '../exits/form-errors.ts';
import { paths } from '../route.ts';
import { refresh, tradingAccounts } from '../store.ts';
import { type EntryChoices, noEntry, toOpenInput } from './entry-choices.ts';
import { computeFacts } from './order-facts.ts';
import { OrderReview } from './order-review.tsx';
import { Ticket } from './ticket.tsx';

/** Opens a position with a new entry order and its exits: first the form, then the order in words. */
export function OpenDialog({ onClose }: { onClose: () => void }) {
  const [entry, setEntry] = useState<EntryChoices>({
    ...noEntry,
    account: tradingAccounts.value?.[0]?.name ?? '',
  });
  const set = (change: Partial<EntryChoices>) => setEntry((now) => ({ ...now, ...change }));
  const reading = usePlanMarket(entry.account, entry.symbol);
  const { step, review, back, refused } = useSteps();
  const { busy, error, fieldErrors, reset, open } = useOpening(onClose, back);
  const onReview = () => {
    reset();
    review(entry, reading.market);
  };
  const props = { entry, reading, error };
  return (
    <Dialog {...headings[step.kind]} mayClose={() => !busy} onClose={onClose}>
      {step.kind === 'review' ? (
        <OrderReview
          {...props}
          priceBefore={step.price}
          busy={busy}
          onBack={back}
          onPlace={() => open(entry)}
        />
      ) : (
        <OpenForm
          {...props}
          set={set}
          errors={refused ?? fieldErrors}
          isBack={step.isBack}
          onClose={onClose}
          onReview={onReview}
        />
      )}
    </Dialog>
  );
}

const headings = {
  form: { title: 'Open a position', subtitle: 'Nothing is sent before you confirm it.', width: 'ticket' },
  review: { title: 'Place this order?' },
} as const;

interface OpenFormProps {
  entry: EntryChoices;
  set: (change: Partial<EntryChoices>) => void;
  reading: ReturnType<typeof usePlanMarket>;
  error: string | undefined;
  errors: FieldErrors;
  isBack: boolean;
  onClose: () => void;
  onReview: () => void;
}

function OpenForm({ entry, set, reading, error, errors, isBack, onClose, onReview }: OpenFormProps) {
  return (
    <Form onSubmit={onReview}>
      <Ticket
        entry={entry}
        set={set}
        reading={reading}
        errors={errors}
        summary={toFormSummary(error, errors)}
      />
      <DialogFooter
        busy={false}
        secondary={{ label: 'Cancel', onClick: onClose }}
        primary={{ label: 'Review order', isFocused: isBack && errors.size === 0 }}
      />
    </Form>
  );
}

const nothingSent = 'Nothing was sent. Correct the marked fields.';

function toFormSummary(error: string | undefined, errors: FieldErrors): string | undefined {
  return toSummary(error ?? (errors.size > 0 ? nothingSent : undefined), errors, entryPaths, exitPaths);
}

type Step = { kind: 'form'; isBack: boolean } | { kind: 'review'; price: string | undefined };

/** The form, and the review of an order that the market allows. */
function useSteps() {
  const [step, setStep] = useState<Step>({ kind: 'form', isBack: false });
  const [refused, setRefused] = useState<FieldErrors | undefined>(undefined);
  const review = (entry: EntryChoices, market: Parameters<typeof computeFacts>[1] | undefined) => {
    const refusal = market === undefined ? undefined : computeFacts(entry, market)?.refusal;
    setRefused(
      refusal === undefined ? undefined : new Map([[refusal.path, `${refusal.sentence} ${refusal.hint}`]]),
    );
    if (refusal === undefined) setStep({ kind: 'review', price: market?.price });
  };
  return { step, review, back: () => setStep({ kind: 'form', isBack: true }), refused };
}

function useOpening(onClose: () => void, onRefused: () => void) {
  // The same for every attempt in this dialog, so that a lost answer can't open a second position.
  const [requestId] = useState(() => crypto.randomUUID());
  const { run, ...task } = useTask(onRefused);
  const open = (entry: EntryChoices) =>
    run(async () => {
      const { position } = await call('positions.open', { requestId, ...toOpenInput(entry) });
      const { text, tone } = describeExits(position);
      const hasExits = position.takeProfits.length > 0 || position.stopLoss !== null;
      onClose();
      showToast(`${entry.type.toUpperCase()} entry order placed.${hasExits ? ` ${text}` : ''}`, tone);
      await refresh();
      location.hash = paths.position(position.positionId);
    });
  return { ...task, open };
}
