import type { ComponentChildren } from 'preact';
import { refresh } from '../store.ts';
import { Dialog } from './dialog.tsx';
import { Trouble } from './field.tsx';
import { useTask } from './use-task.ts';

/** Asks before something that can't be undone; closes once it is done. */
export function ConfirmDialog({
  title,
  subtitle,
  verb,
  task,
  onClose,
  children,
}: {
  title: string;
  subtitle: ComponentChildren;
  verb: string;
  task: () => Promise<void>;
  onClose: () => void;
  children: ComponentChildren;
}) {
  const { busy, trouble, run } = useTask();
  return (
    <Dialog title={title} subtitle={subtitle} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          run(async () => {
            await task();
            onClose();
            await refresh();
          });
        }}
      >
        <div class="dialog-body">
          {children}
          <Trouble>{trouble}</Trouble>
        </div>
        <footer>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="danger" disabled={busy}>
            {verb}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
