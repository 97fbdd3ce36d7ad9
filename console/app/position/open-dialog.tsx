import { useState } from 'preact/hooks';
import { call, type FieldErrors } from '../api.ts';
import { Dialog } from '../control/dialog.tsx';
import { DialogFooter } from '../control/dialog-footer.tsx';
import { ErrorText, Form } from '../control/field.tsx';
import { showToast } from '../control/toast.tsx';
import { useTask } from '../control/use-task.ts';
import { describeExits } from '../exits/describe-exits.ts';
import { computeAmount } from '../exits/estimate.ts';
import { isDecimal } from '../exits/exit-choices.ts';
import { ExitFields } from '../exits/exit-fields.tsx';
import { ExitPlan, usePlanMarket } from '../exits/exit-plan.tsx';
import { entryPaths, exitPaths, toSummary } from '../exits/form-errors.ts';
import { useFirstError } from '../exits/use-first-error.ts';
import type { Market } from '../exits/use-market.ts';
import { compare } from '../format.ts';
import { paths } from '../route.ts';
import { accounts, refresh } from '../store.ts';
import { type EntryChoices, EntryFields, noEntry, toOpenInput } from './entry-fields.tsx';

/** Opens a position with a new entry order and its exits. */
export function OpenDialog({ onClose }: { onClose: () => void }) {
  const [entry, setEntry] = useState<EntryChoices>({ ...noEntry, account: accounts.value?.[0]?.name ?? '' });
  const set = (change: Partial<EntryChoices>) => setEntry((now) => ({ ...now, ...change }));
  const { busy, error, fieldErrors, open } = useOpening(onClose);
  return (
    <Dialog title="Open a position" subtitle="This places a real order." width="ticket" onClose={onClose}>
      <Form onSubmit={() => open(entry)}>
        <Ticket
          entry={entry}
          set={set}
          errors={fieldErrors}
          summary={toSummary(error, fieldErrors, entryPaths, exitPaths)}
        />
        <DialogFooter
          busy={busy}
          secondary={{ label: 'Cancel', onClick: onClose }}
          primary={{
            label: `Place ${entry.type.toUpperCase()} ${entry.side === 'long' ? 'buy' : 'sell'}`,
            busyLabel: 'Sending…',
          }}
        />
      </Form>
    </Dialog>
  );
}

function useOpening(onClose: () => void) {
  // The same for every attempt in this dialog, so that a lost answer can't open a second position.
  const [requestId] = useState(() => crypto.randomUUID());
  const { run, ...task } = useTask();
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

interface TicketProps {
  entry: EntryChoices;
  set: (change: Partial<EntryChoices>) => void;
  errors: FieldErrors;
  summary: string | undefined;
}

function Ticket({ entry, set, errors, summary }: TicketProps) {
  const form = useFirstError(errors);
  const reading = usePlanMarket(entry.account, entry.symbol);
  const { market } = reading;
  const { side, exits } = entry;
  const priceStep = market?.priceStep ?? '0.01';
  const price = toLimitPrice(entry);
  const start = price !== undefined && isDecimal(price) ? price : market?.price;
  return (
    <div ref={form} class="dialog-body ticket">
      <div class="ticket-fields">
        <EntryFields
          entry={entry}
          set={set}
          errors={errors}
          lastPrice={market?.price}
          priceStep={priceStep}
          marketError={market === undefined ? reading.error : undefined}
        />
        <ExitFields
          choices={exits}
          onChange={(next) => set({ exits: next })}
          from={{ side, price: start, priceStep }}
          canBreakEven={false}
          errors={errors}
        />
        <ErrorText>{summary}</ErrorText>
      </div>
      <Plan entry={entry} set={set} reading={reading} />
    </div>
  );
}

const riskNeeds = 'The size follows from the risk. It needs a stop on the losing side of the entry.';

function Plan({
  entry,
  set,
  reading,
}: Pick<TicketProps, 'entry' | 'set'> & { reading: ReturnType<typeof usePlanMarket> }) {
  const { account, symbol, side, type, exits, size } = entry;
  const moves = type === 'limit' ? { onMove: (price: string) => set({ price }) } : {};
  return (
    <div class="ticket-plan">
      <ExitPlan
        entry={{ account, symbol, side, price: toLimitPrice(entry), ...moves }}
        choices={exits}
        onChoices={(next) => set({ exits: next })}
        reading={reading}
        amount={toAmount(entry, reading.market)}
        breakEvenPrice={undefined}
        {...(size.by === 'risk' ? { missing: riskNeeds } : {})}
      />
    </div>
  );
}

/** Undefined: the entry executes at the market's price. */
function toLimitPrice({ type, price }: EntryChoices): string | undefined {
  return type === 'limit' ? price.trim() : undefined;
}

/** @returns the amount of the entry; undefined until price and size are complete. */
function toAmount(entry: EntryChoices, market: Market | undefined): string | undefined {
  if (market === undefined) return undefined;
  const { side, type, size, exits } = entry;
  const entryPrice = toLimitPrice(entry) ?? market.price;
  if (!isDecimal(entryPrice)) return undefined;
  const stop = exits.stop?.price.trim();
  const stopPrice = stop !== undefined && isDecimal(stop) ? stop : undefined;
  const { amountStep, marketAmountStep = amountStep, takerRate } = market;
  const step = type === 'market' && compare(marketAmountStep, amountStep) > 0 ? marketAmountStep : amountStep;
  const prices = { side, entryPrice, stopPrice, takerRate };
  return computeAmount({ by: size.by, value: size.value.trim() }, prices, step);
}
