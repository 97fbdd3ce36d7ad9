import { useState } from 'preact/hooks';
import { call } from '../api.ts';
import { Dialog } from '../control/dialog.tsx';
import { DialogFooter } from '../control/dialog-footer.tsx';
import { ErrorText, Form } from '../control/field.tsx';
import { showToast } from '../control/toast.tsx';
import { useTask } from '../control/use-task.ts';
import { paths } from '../route.ts';
import { accounts, refresh } from '../store.ts';
import { type EntryChoices, EntryFields, noEntry, toOpenInput } from './entry-fields.tsx';

/** Opens a position with a new entry order. */
export function OpenDialog({ onClose }: { onClose: () => void }) {
  const [entry, setEntry] = useState<EntryChoices>({ ...noEntry, account: accounts.value?.[0]?.name ?? '' });
  // The same for every attempt in this dialog, so that a lost answer can't open a second position.
  const [requestId] = useState(() => crypto.randomUUID());
  const { busy, error, run } = useTask();
  const type = entry.type.toUpperCase();
  const open = () =>
    run(async () => {
      const { position } = await call('positions.open', { requestId, ...toOpenInput(entry) });
      onClose();
      showToast(`${type} entry order placed.`);
      await refresh();
      location.hash = paths.position(position.positionId);
    });
  return (
    <Dialog title="Open a position" subtitle="This places a real order." onClose={onClose}>
      <Form onSubmit={open}>
        <div class="dialog-body">
          <EntryFields entry={entry} onChange={setEntry} />
          <ErrorText>{error}</ErrorText>
        </div>
        <DialogFooter
          busy={busy}
          secondary={{ label: 'Cancel', onClick: onClose }}
          primary={{
            label: `Place ${type} ${entry.side === 'long' ? 'buy' : 'sell'}`,
            busyLabel: 'Sending…',
          }}
        />
      </Form>
    </Dialog>
  );
}
