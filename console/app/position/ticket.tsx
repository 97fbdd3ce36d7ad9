import type { FieldErrors } from '../api.ts';
import { ErrorText } from '../control/field.tsx';
import { isDecimal } from '../exits/exit-choices.ts';
import { ExitFields } from '../exits/exit-fields.tsx';
import { ExitPlan, type usePlanMarket } from '../exits/exit-plan.tsx';
import { useFirstError } from '../exits/use-first-error.ts';
import type { EntryChoices } from './entry-choices.ts';
import { EntryFields } from './entry-fields.tsx';
import { computeFacts, toLimitPrice } from './order-facts.ts';
import { OrderPanel } from './order-panel.tsx';

interface TicketProps {
  entry: EntryChoices;
  set: (change: Partial<EntryChoices>) => void;
  errors: FieldErrors;
  summary: string | undefined;
  reading: ReturnType<typeof usePlanMarket>;
}

/** The form of an entry and its exits, with its plan beside it. */
export function Ticket({ entry, set, errors, summary, reading }: TicketProps) {
  const form = useFirstError(errors);
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
        <OrderPanel
          entry={entry}
          reading={reading}
          facts={market === undefined ? undefined : computeFacts(entry, market)}
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

function Plan({ entry, set, reading }: Pick<TicketProps, 'entry' | 'set' | 'reading'>) {
  const { account, symbol, side, type, exits, size } = entry;
  const moves = type === 'limit' ? { onMove: (price: string) => set({ price }) } : {};
  const { market } = reading;
  return (
    <div class="ticket-plan">
      <ExitPlan
        entry={{ account, symbol, side, price: toLimitPrice(entry), ...moves }}
        choices={exits}
        onChoices={(next) => set({ exits: next })}
        reading={reading}
        amount={market === undefined ? undefined : computeFacts(entry, market)?.amount}
        breakEvenPrice={undefined}
        {...(size.by === 'risk' ? { missing: riskNeeds } : {})}
      />
    </div>
  );
}
