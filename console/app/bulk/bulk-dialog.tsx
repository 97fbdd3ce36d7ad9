import { useEffect, useState } from 'preact/hooks';
import { Dialog } from '../control/dialog.tsx';
import { DialogFooter } from '../control/dialog-footer.tsx';
import { Form } from '../control/field.tsx';
import { TypedConfirmation } from '../control/typed-confirmation.tsx';
import { type BulkItem, BulkList, toRest } from './bulk-list.tsx';
import { type BulkResult, type BulkState, useBulk } from './use-bulk.ts';

interface BulkDialogProps {
  /** Also the word to type: `close`. */
  verb: string;
  /** In the plural. */
  noun: string;
  subtitle: string;
  /** What a repeat does and does not do. */
  repeat: string;
  items: readonly BulkItem[];
  act: (id: string) => Promise<BulkResult>;
  /** While it runs, nothing else should be sent. */
  onBusy?: (isBusy: boolean) => void;
  onClose: () => void;
}

/**
 * Acts on several items after a typed confirmation, shows the result of each, and can be repeated for those that failed.
 * It knows only the items that it was opened with.
 */
export function BulkDialog({ verb, noun, subtitle, repeat, items, act, onBusy, onClose }: BulkDialogProps) {
  const [typed, setTyped] = useState('');
  const { selected, setSelected, states, busy, isStopping, run, stop } = useBulk(
    items.map(({ id }) => id),
    act,
  );
  useEffect(() => onBusy?.(busy), [busy]);
  const chosen = items.filter((item) => selected.has(item.id) && item.over === undefined);
  const title = capitalize(verb);
  const start = () => {
    setTyped('');
    run(chosen.map(({ id }) => id));
  };
  return (
    <Dialog width="wide" mayClose={() => !busy} {...{ title: `${title} these ${noun}?`, subtitle, onClose }}>
      <Form onSubmit={start}>
        <div class="dialog-body">
          <BulkList items={items} selected={selected} states={states} busy={busy} onSelect={setSelected} />
          <Progress items={items} states={states} repeat={repeat} busy={busy} />
          {busy || chosen.length === 0 ? null : (
            <TypedConfirmation words={`${verb} ${chosen.length}`} typed={typed} onInput={setTyped} />
          )}
        </div>
        <DialogFooter
          busy={busy}
          secondary={
            busy ? toStop(stop, isStopping) : { label: states.size > 0 ? 'Done' : 'Cancel', onClick: onClose }
          }
          primary={{
            label: `${title} ${countOf(chosen.length, noun)}`,
            tone: 'danger',
            disabled: chosen.length === 0,
          }}
        />
      </Form>
    </Dialog>
  );
}

function toStop(onClick: () => void, disabled: boolean) {
  return { label: disabled ? 'Stopping…' : 'Stop', onClick, disabled };
}

function capitalize(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}

/** @param noun in the plural. */
function countOf(count: number, noun: string): string {
  return `${count} ${count === 1 ? noun.slice(0, -1) : noun}`;
}

function Progress({
  items,
  states,
  repeat,
  busy,
}: {
  items: readonly BulkItem[];
  states: ReadonlyMap<string, BulkState>;
  repeat: string;
  busy: boolean;
}) {
  const results = items.flatMap((item) => {
    const state = states.get(item.id);
    return typeof state === 'object' ? [toRest(item, state)] : [];
  });
  const failed = results.filter((rest) => rest === 'repeat').length;
  const waiting = results.filter((rest) => rest === 'wait').length;
  return (
    <div role="status">
      {states.size === 0 ? null : (
        <>
          <progress aria-label="Progress" value={results.length} max={states.size} />
          <p>
            {results.length} of {states.size} processed
            {failed === 0 ? '' : `, ${failed} failed`}
            {waiting === 0 ? '' : `, ${waiting} not finished`}.
            {failed === 0 || busy ? '' : ` What failed is still selected. ${repeat}`}
          </p>
        </>
      )}
    </div>
  );
}
